#include "auth/spf_record.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace backstop::auth {

namespace {

namespace ip = boost::asio::ip;
using Kind = SpfMechanism::Kind;

constexpr std::string_view kVersion = "v=spf1";

/// What may stand behind the name of a mechanism.
enum class Argument : std::uint8_t { None, Domain, OptionalDomain, DomainAndLengths, Network4, Network6 };

struct Form {
  std::string_view name;
  Kind kind;
  Argument argument;
};

constexpr Form kForms[] = {
    {"all", Kind::All, Argument::None},           {"include", Kind::Include, Argument::Domain},
    {"a", Kind::A, Argument::DomainAndLengths},   {"mx", Kind::Mx, Argument::DomainAndLengths},
    {"ptr", Kind::Ptr, Argument::OptionalDomain}, {"ip4", Kind::Ip4, Argument::Network4},
    {"ip6", Kind::Ip6, Argument::Network6},       {"exists", Kind::Exists, Argument::Domain},
};

std::unexpected<base::Error> error(std::string_view term, std::string_view what) {
  return std::unexpected(base::Error{base::printable(term, 80) + ": " + std::string(what)});
}

/// Takes "/24" or "//64" off the end of `rest`, by `slashes`. Returns false if the number is none that a
/// length can be; leaves `length` if there is none.
bool take_length(std::string_view& rest, std::string_view slashes, unsigned most, unsigned& length) {
  const auto digits = rest.substr(rest.find_last_not_of("0123456789") + 1);
  const auto before = rest.substr(0, rest.size() - digits.size());
  if (digits.empty() || !before.ends_with(slashes)) return true;
  if (digits.size() > 3 || (digits.size() > 1 && digits.front() == '0')) return false;
  unsigned number = 0;
  for (const char c : digits) number = number * 10 + static_cast<unsigned>(c - '0');
  rest = before.substr(0, before.size() - slashes.size());
  length = number;
  return number <= most;
}

base::Result<void> read_domain(std::string_view term, std::string_view text, SpfMechanism& mechanism) {
  auto domain = SpfMacroText::parse_domain(text);
  if (!domain) return error(term, domain.error().message);
  mechanism.domain = std::move(*domain);
  return {};
}

/// `rest` is what follows the name: empty, or from a ":" or a "/" on.
base::Result<void> read_optional_domain(std::string_view term, std::string_view rest,
                                        SpfMechanism& mechanism) {
  if (rest.empty()) return {};
  if (!rest.starts_with(':')) return error(term, "a character that is not allowed");
  return read_domain(term, rest.substr(1), mechanism);
}

base::Result<void> read_domain_and_lengths(std::string_view term, std::string_view rest,
                                           SpfMechanism& mechanism) {
  if (!take_length(rest, "//", 128, mechanism.length6) || !take_length(rest, "/", 32, mechanism.length4)) {
    return error(term, "the length of a prefix is no number that it can be");
  }
  return read_optional_domain(term, rest, mechanism);
}

base::Result<void> read_network(std::string_view term, std::string_view rest, bool is_v4,
                                SpfMechanism& mechanism) {
  const bool is_length =
      is_v4 ? take_length(rest, "/", 32, mechanism.length4) : take_length(rest, "/", 128, mechanism.length6);
  boost::system::error_code failed;
  if (is_length && rest.starts_with(':') && !rest.contains('%')) {
    const std::string text(rest.substr(1));
    mechanism.network = is_v4 ? ip::address(ip::make_address_v4(text, failed))
                              : ip::address(ip::make_address_v6(text, failed));
    if (!failed) return {};
  }
  return error(term, is_v4 ? "not an IPv4 network" : "not an IPv6 network");
}

base::Result<void> read_argument(Argument argument, std::string_view term, std::string_view rest,
                                 SpfMechanism& mechanism) {
  switch (argument) {
    case Argument::None:
      break;
    case Argument::Domain:
      if (!rest.starts_with(':')) return error(term, "it has no domain");
      return read_domain(term, rest.substr(1), mechanism);
    case Argument::OptionalDomain:
      return read_optional_domain(term, rest, mechanism);
    case Argument::DomainAndLengths:
      return read_domain_and_lengths(term, rest, mechanism);
    case Argument::Network4:
      return read_network(term, rest, true, mechanism);
    case Argument::Network6:
      return read_network(term, rest, false, mechanism);
  }
  if (!rest.empty()) return error(term, "nothing may follow its name");
  return {};
}

/// Takes a qualifier off the start of a term.
std::optional<SpfResult> take_qualifier(std::string_view& term) {
  constexpr std::string_view kQualifiers = "+-?~";
  constexpr SpfResult kResults[] = {SpfResult::Pass, SpfResult::Fail, SpfResult::Neutral,
                                    SpfResult::SoftFail};
  const auto at = kQualifiers.find(term.front());
  if (at == std::string_view::npos) return std::nullopt;
  term.remove_prefix(1);
  return kResults[at];
}

base::Result<SpfMechanism> parse_mechanism(std::string_view term, std::string_view name,
                                           std::string_view rest) {
  const auto* const form =
      std::ranges::find_if(kForms, [&](const Form& one) { return base::iequals(one.name, name); });
  if (form == std::end(kForms)) return error(term, "no such mechanism");
  SpfMechanism mechanism{.kind = form->kind, .text = base::printable(term)};
  if (auto read = read_argument(form->argument, term, rest, mechanism); !read) {
    return std::unexpected(read.error());
  }
  return mechanism;
}

bool is_modifier_name(std::string_view name) {
  const auto is_fit = [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || std::string_view("-_.").contains(c);
  };
  return !name.empty() && base::is_alpha(name.front()) && std::ranges::all_of(name, is_fit);
}

/// Reads redirect= and exp= into their places, which must be empty, and only checks others.
base::Result<void> read_modifier(std::string_view term, std::string_view name, std::string_view value,
                                 SpfRecord& record) {
  if (!is_modifier_name(name)) return error(term, "no such mechanism or modifier");
  const bool is_redirect = base::iequals(name, "redirect");
  const bool is_known = is_redirect || base::iequals(name, "exp");
  auto text = is_known ? SpfMacroText::parse_domain(value) : SpfMacroText::parse(value);
  if (!text) return error(term, text.error().message);
  if (!is_known) return {};
  auto& place = is_redirect ? record.redirect : record.explanation;
  if (place) return error(term, "a second one");
  place = std::move(*text);
  return {};
}

base::Result<void> read_term(std::string_view term, SpfRecord& record) {
  std::string_view rest = term;
  const auto qualifier = take_qualifier(rest);
  const auto end = std::min(rest.find_first_of("=:/"), rest.size());
  const auto name = rest.substr(0, end);
  rest.remove_prefix(end);
  if (!qualifier && rest.starts_with('=')) return read_modifier(term, name, rest.substr(1), record);
  auto mechanism = parse_mechanism(term, name, rest);
  if (!mechanism) return std::unexpected(mechanism.error());
  mechanism->result = qualifier.value_or(SpfResult::Pass);
  record.mechanisms.push_back(std::move(*mechanism));
  return {};
}

}  // namespace

bool is_spf_record(std::string_view text) {
  return base::istarts_with(text, kVersion) &&
         (text.size() == kVersion.size() || text[kVersion.size()] == ' ');
}

base::Result<SpfRecord> parse_spf_record(std::string_view text) {
  SpfRecord record;
  if (!is_spf_record(text)) return error(text, "not an SPF record");
  text.remove_prefix(kVersion.size());
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto term = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (term.empty()) continue;
    if (auto read = read_term(term, record); !read) return std::unexpected(read.error());
  }
  return record;
}

bool spf_contains(const ip::address& network, unsigned length, const ip::address& client) {
  const auto is_same = [length](const auto& a, const auto& b) {
    const std::size_t whole = length / 8;
    const unsigned bits = length % 8;
    if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
    return bits == 0 || ((a[whole] ^ b[whole]) >> (8 - bits)) == 0;
  };
  return network.is_v4() ? is_same(network.to_v4().to_bytes(), client.to_v4().to_bytes())
                         : is_same(network.to_v6().to_bytes(), client.to_v6().to_bytes());
}

}  // namespace backstop::auth
