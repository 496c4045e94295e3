#include "auth/spf.h"

#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/reverse_name.h"
#include "base/domain_key.h"
#include "base/text.h"
#include "net/endpoint.h"

namespace backstop::auth {

namespace {

using boost::asio::ip::address;
using net::RecordType;
using AnswerKind = net::DnsAnswer::Kind;
using Kind = SpfMechanism::Kind;

/// Ends the whole check: TempError or PermError.
struct Stop {
  SpfResult result;
  std::string why;
};
template <typename T>
using Step = std::expected<T, Stop>;

std::unexpected<Stop> temporary(std::string why) {
  return std::unexpected(Stop{SpfResult::TempError, std::move(why)});
}
std::unexpected<Stop> permanent(std::string why) {
  return std::unexpected(Stop{SpfResult::PermError, std::move(why)});
}

struct Match {
  bool is_match = false;
  bool is_open = false;                   ///< it would have matched every client
  std::vector<std::string> through = {};  ///< of an "include": see SpfOutcome
};

/// What one record says.
struct Decision {
  SpfResult result = SpfResult::Neutral;  ///< None if there is no record
  bool is_open = false;
  std::string mechanism = "default";
  std::string domain = {};  ///< whose record decided
  std::optional<SpfMacroText> explanation = {};
  std::vector<std::string> through = {};  ///< see SpfOutcome
};

// No one has a network that is larger than a /8 of IPv4 or a /12 of IPv6 (a regional registry's). A record
// that names a larger one means everybody, as a whole or in halves.
constexpr unsigned kLeastLength4 = 8;
constexpr unsigned kLeastLength6 = 12;

unsigned length_for(const SpfMechanism& mechanism, const address& client) {
  return client.is_v4() ? mechanism.length4 : mechanism.length6;
}

bool is_for_everybody(const SpfMechanism& mechanism, const address& client) {
  return length_for(mechanism, client) < (client.is_v4() ? kLeastLength4 : kLeastLength6);
}

/// Returns true if `name` is `domain` or lies below it.
bool is_within(std::string_view name, std::string_view domain) {
  if (name.size() < domain.size() || !base::iequals(name.substr(name.size() - domain.size()), domain)) {
    return false;
  }
  return name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.';
}

/// Returns the domain in A-labels and otherwise as it is; nullopt if SPF can't be asked for it.
std::optional<std::string> checkable(std::string_view domain) {
  const std::string name = base::is_ascii(domain) ? std::string(domain) : base::domain_key(domain);
  const auto is_fit = [](char c) { return c > ' ' && c <= '~' && c != '\\' && c != '[' && c != ']'; };
  if (name.size() > 254 || !std::ranges::all_of(name, is_fit) || !name.contains('.')) return std::nullopt;
  auto target = spf_target_name(name);
  return target && target->contains('.') ? target : std::nullopt;
}

/// One check. Its coroutines take references to what lies in the frames of those that await them.
class Check {
 public:
  Check(const SpfQuery& query, const Ask& ask, const SpfLimits& limits, SpfMacroValues values)
      : query_(query), ask_(ask), limits_(limits), values_(std::move(values)) {}

  net::Task<Step<Decision>> evaluate(std::string domain);
  net::Task<std::string> explanation(const Decision& decision);

 private:
  using Name = std::optional<std::string>;  ///< nullopt: none that DNS can have

  net::Task<Step<net::DnsAnswer>> fetch(RecordType type, std::string name);
  net::Task<Step<net::DnsAnswer>> look_up(RecordType type, std::string name);
  net::Task<Step<std::optional<SpfRecord>>> record_of(const std::string& domain);
  net::Task<Step<Decision>> redirect(const SpfRecord& record, const std::string& domain);
  net::Task<Step<Match>> match(const SpfMechanism& mechanism, const std::string& domain);
  net::Task<Step<Match>> match_name(const SpfMechanism& mechanism, std::string target);
  net::Task<Step<Match>> match_include(const SpfMechanism& mechanism, std::string target);
  net::Task<Step<Match>> match_host(const SpfMechanism& mechanism, std::string target);
  net::Task<Step<Match>> match_exchanges(const SpfMechanism& mechanism, std::string target);
  net::Task<Step<Match>> match_client_name(std::string target);
  net::Task<Step<Match>> match_exists(const SpfMechanism& mechanism, std::string target);
  net::Task<Step<Name>> expand(const SpfMacroText& text, const std::string& domain);
  net::Task<Step<Name>> target_of(const SpfMacroText& text, const std::string& domain);
  net::Task<Step<void>> find_names();

  bool is_late() const { return net::Deadlines::now() >= query_.deadline; }
  Step<void> count_term();
  std::string client_name(std::string_view domain) const;

  const SpfQuery& query_;
  const Ask& ask_;
  const SpfLimits& limits_;
  SpfMacroValues values_;
  std::size_t terms_ = 0;
  std::size_t voids_ = 0;
  std::optional<std::vector<std::string>> names_;  ///< of the client, validated (RFC 7208 5.5)
};

Step<void> Check::count_term() {
  if (++terms_ <= limits_.look_ups) return {};
  return permanent(fmt::format("more than {} terms cause look-ups", limits_.look_ups));
}

net::Task<Step<net::DnsAnswer>> Check::fetch(RecordType type, std::string name) {
  if (is_late()) co_return temporary("the check took too long");
  const std::string subject = fmt::format("{} {}", net::name(type), base::printable(name, 100));
  auto answer = co_await ask_({type, std::move(name)});
  if (answer.kind == AnswerKind::Failed) co_return temporary(subject + ": " + answer.why);
  co_return answer;
}

/// Fetches what a record of the domain wants to know, and counts it if there is nothing.
net::Task<Step<net::DnsAnswer>> Check::look_up(RecordType type, std::string name) {
  auto answer = co_await fetch(type, std::move(name));
  if (answer && answer->kind != AnswerKind::Found && ++voids_ > limits_.void_look_ups) {
    co_return permanent(fmt::format("more than {} look-ups found nothing", limits_.void_look_ups));
  }
  co_return answer;
}

/// RFC 7208 4.4 and 4.5. To have none is no error.
net::Task<Step<std::optional<SpfRecord>>> Check::record_of(const std::string& domain) {
  const auto answer = co_await look_up(RecordType::Txt, domain);
  if (!answer) co_return std::unexpected(answer.error());
  const auto& texts = answer->texts;
  const auto first = std::ranges::find_if(texts, is_spf_record);
  if (first == texts.end()) co_return std::nullopt;
  if (std::any_of(first + 1, texts.end(), is_spf_record)) {
    co_return permanent(base::printable(domain, 100) + ": more than one record");
  }
  auto record = parse_spf_record(*first);
  if (!record) co_return permanent(record.error().message);
  co_return std::move(*record);
}

// NOLINTBEGIN(misc-no-recursion): a record leads to another by "include" and "redirect", and each of these
// takes one of the terms before it is followed, so no more than SpfLimits::look_ups + 1 lie in each other.
net::Task<Step<Decision>> Check::evaluate(std::string domain) {
  const auto found = co_await record_of(domain);
  if (!found) co_return std::unexpected(found.error());
  if (!*found) co_return Decision{.result = SpfResult::None, .mechanism = ""};
  const SpfRecord& record = **found;
  for (const auto& mechanism : record.mechanisms) {
    auto matched = co_await match(mechanism, domain);
    if (!matched) co_return std::unexpected(matched.error());
    if (!matched->is_match) continue;
    co_return Decision{mechanism.result, matched->is_open,   mechanism.text,
                       domain,           record.explanation, std::move(matched->through)};
  }
  if (!record.redirect) co_return Decision{};
  co_return co_await redirect(record, domain);
}

/// RFC 7208 6.1.
net::Task<Step<Decision>> Check::redirect(const SpfRecord& record, const std::string& domain) {
  if (auto counted = count_term(); !counted) co_return std::unexpected(counted.error());
  const auto target = co_await target_of(*record.redirect, domain);
  if (!target) co_return std::unexpected(target.error());
  if (!*target) co_return permanent("redirect= leads to a name that DNS can't have");
  auto decision = co_await evaluate(**target);
  if (decision) decision->through.push_back(**target);
  if (decision && decision->result == SpfResult::None) {
    co_return permanent("redirect= leads to a domain without a record: " + base::printable(**target, 100));
  }
  co_return decision;
}

net::Task<Step<Match>> Check::match(const SpfMechanism& mechanism, const std::string& domain) {
  const auto& client = values_.client;
  if (mechanism.kind == Kind::All) co_return Match{true, true};
  if (mechanism.kind == Kind::Ip4 || mechanism.kind == Kind::Ip6) {
    const bool is_match = mechanism.network.is_v4() == client.is_v4() &&
                          spf_contains(mechanism.network, length_for(mechanism, client), client);
    co_return Match{is_match, is_for_everybody(mechanism, client)};
  }
  if (auto counted = count_term(); !counted) co_return std::unexpected(counted.error());
  auto target = co_await target_of(mechanism.domain, domain);
  if (!target) co_return std::unexpected(target.error());
  if (*target) {
    auto matched = co_await match_name(mechanism, **target);
    if (matched && !mechanism.domain.is_empty()) matched->through.push_back(std::move(**target));
    co_return matched;
  }
  // RFC 7208 4.3 and 5.2: such a name has no record, and the domain of an "include" must have one.
  if (mechanism.kind == Kind::Include) co_return permanent(mechanism.text + ": a name that DNS can't have");
  co_return Match{};
}

net::Task<Step<Match>> Check::match_name(const SpfMechanism& mechanism, std::string target) {
  switch (mechanism.kind) {
    case Kind::Include:
      return match_include(mechanism, std::move(target));
    case Kind::A:
      return match_host(mechanism, std::move(target));
    case Kind::Mx:
      return match_exchanges(mechanism, std::move(target));
    case Kind::Ptr:
      return match_client_name(std::move(target));
    default:
      return match_exists(mechanism, std::move(target));
  }
}

/// RFC 7208 5.2.
net::Task<Step<Match>> Check::match_include(const SpfMechanism& mechanism, std::string target) {
  auto decision = co_await evaluate(std::move(target));
  if (!decision) co_return std::unexpected(decision.error());
  if (decision->result == SpfResult::None) co_return permanent(mechanism.text + ": it has no record");
  co_return Match{decision->result == SpfResult::Pass, decision->is_open, std::move(decision->through)};
}

// NOLINTEND(misc-no-recursion)

/// RFC 7208 5.3, for one name.
net::Task<Step<Match>> Check::match_host(const SpfMechanism& mechanism, std::string target) {
  const auto& client = values_.client;
  const auto answer = co_await look_up(client.is_v4() ? RecordType::A : RecordType::Aaaa, std::move(target));
  if (!answer) co_return std::unexpected(answer.error());
  const bool is_match = std::ranges::any_of(answer->addresses, [&](const address& one) {
    return spf_contains(one, length_for(mechanism, client), client);
  });
  co_return Match{is_match, is_for_everybody(mechanism, client)};
}

/// RFC 7208 5.4. Without an MX record the name itself is not asked for.
net::Task<Step<Match>> Check::match_exchanges(const SpfMechanism& mechanism, std::string target) {
  const auto answer = co_await look_up(RecordType::Mx, std::move(target));
  if (!answer) co_return std::unexpected(answer.error());
  if (answer->hosts.size() > limits_.exchanges) {
    co_return permanent(fmt::format("{}: more than {} MX records", mechanism.text, limits_.exchanges));
  }
  for (const auto& host : answer->hosts) {
    if (host.name.empty()) continue;
    auto matched = co_await match_host(mechanism, host.name);
    if (!matched || matched->is_match) co_return matched;
  }
  co_return Match{};
}

/// RFC 7208 5.5.
net::Task<Step<Match>> Check::match_client_name(std::string target) {
  if (auto found = co_await find_names(); !found) co_return std::unexpected(found.error());
  co_return Match{
      std::ranges::any_of(*names_, [&](const std::string& one) { return is_within(one, target); })};
}

/// RFC 7208 5.7. It always asks for an A record.
net::Task<Step<Match>> Check::match_exists(const SpfMechanism& mechanism, std::string target) {
  const auto answer = co_await look_up(RecordType::A, std::move(target));
  if (!answer) co_return std::unexpected(answer.error());
  co_return Match{answer->kind == AnswerKind::Found, !mechanism.domain.uses("ip")};
}

/// Looks up the client's names and validates them, once in a check. A look-up that fails gives no name (RFC
/// 7208 5.5), as long as there is time for the rest. The client's owner could make an error of a "fail" by
/// names that don't exist or by servers that are silent: so one that finds nothing is not counted, and few
/// may fail.
net::Task<Step<void>> Check::find_names() {
  if (names_) co_return Step<void>();
  std::vector<std::string> names;
  const auto& client = values_.client;
  const auto found = co_await fetch(RecordType::Ptr, reverse_name(client));
  if (!found && is_late()) co_return std::unexpected(found.error());
  std::size_t failed = 0;
  for (std::size_t i = 0; found && i < std::min(found->hosts.size(), limits_.names); ++i) {
    if (failed == limits_.failed_names) break;
    const auto& name = found->hosts[i].name;
    const auto addresses = co_await fetch(client.is_v4() ? RecordType::A : RecordType::Aaaa, name);
    if (!addresses && is_late()) co_return std::unexpected(addresses.error());
    if (!addresses) ++failed;
    if (addresses && std::ranges::find(addresses->addresses, client) != addresses->addresses.end()) {
      names.push_back(name);
    }
  }
  names_ = std::move(names);
  co_return Step<void>();
}

/// Returns what "%{p}" stands for (RFC 7208 7.3): the domain itself, else a name below it, else any.
std::string Check::client_name(std::string_view domain) const {
  if (!names_ || names_->empty()) return "unknown";
  const auto same = [&](const std::string& one) { return base::iequals(one, domain); };
  const auto below = [&](const std::string& one) { return is_within(one, domain); };
  auto found = std::ranges::find_if(*names_, same);
  if (found == names_->end()) found = std::ranges::find_if(*names_, below);
  return found == names_->end() ? names_->front() : *found;
}

net::Task<Step<Check::Name>> Check::expand(const SpfMacroText& text, const std::string& domain) {
  if (text.uses("p")) {
    if (auto found = co_await find_names(); !found) co_return std::unexpected(found.error());
    values_.client_name = client_name(domain);
  }
  values_.domain = domain;
  co_return text.expand(values_);
}

net::Task<Step<Check::Name>> Check::target_of(const SpfMacroText& text, const std::string& domain) {
  if (text.is_empty()) co_return domain;
  const auto expanded = co_await expand(text, domain);
  if (!expanded) co_return std::unexpected(expanded.error());
  co_return *expanded ? spf_target_name(**expanded) : std::nullopt;
}

/// RFC 7208 6.2: whatever is wrong with it, there is none.
net::Task<std::string> Check::explanation(const Decision& decision) {
  if (decision.result != SpfResult::Fail || !decision.explanation) co_return "";
  auto target = co_await target_of(*decision.explanation, decision.domain);
  if (!target || !*target) co_return "";
  const auto answer = co_await look_up(RecordType::Txt, std::move(**target));
  if (!answer || answer->texts.size() != 1) co_return "";
  const auto text = SpfMacroText::parse(answer->texts.front(), SpfMacroText::Grammar::Explanation);
  if (!text) co_return "";
  const auto expanded = co_await expand(*text, decision.domain);
  if (!expanded || !*expanded || (*expanded)->size() > limits_.explanation) co_return "";
  co_return **expanded;
}

SpfMacroValues values_of(const SpfQuery& query, const std::string& domain) {
  return {.local = query.local.empty() ? "postmaster" : query.local,
          .origin = domain,
          .domain = domain,
          .client = net::unmapped(query.client),
          .helo = query.helo,
          .receiver = query.receiver,
          .time = query.time};
}

}  // namespace

SpfQuery spf_query(const address& client, std::string helo, const mail::Path& reverse_path) {
  SpfQuery query{.client = client, .helo = std::move(helo)};
  if (reverse_path.is_null()) return query;
  query.local = reverse_path.address->local;
  query.domain = reverse_path.address->domain;
  return query;
}

net::Task<SpfOutcome> check_host(SpfQuery query, Ask ask, SpfLimits limits) {
  SpfOutcome outcome{.domain = query.domain.empty() ? query.helo : query.domain};
  const auto domain = checkable(outcome.domain);
  if (!domain) co_return outcome;
  Check check(query, ask, limits, values_of(query, *domain));
  auto decision = co_await check.evaluate(*domain);
  if (!decision) {
    outcome.result = decision.error().result;
    outcome.why = decision.error().why;
    co_return outcome;
  }
  outcome.result = decision->result;
  outcome.mechanism = decision->mechanism;
  outcome.is_open = decision->result == SpfResult::Pass && decision->is_open;
  if (decision->result == SpfResult::Pass) outcome.through = std::move(decision->through);
  outcome.explanation = co_await check.explanation(*decision);
  co_return outcome;
}

}  // namespace backstop::auth
