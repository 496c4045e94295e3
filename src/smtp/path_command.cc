#include "smtp/path_command.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/text.h"
#include "smtp/command.h"
#include "smtp/words.h"
#include "smtp/xtext.h"

namespace backstop::smtp {
namespace {

constexpr std::size_t kMostEnvid = 100;  // RFC 3461 4.4
constexpr std::size_t kMostOrcpt = 500;  // RFC 3461 4.2
constexpr std::size_t kMostAuth = 500;   // RFC 4954 3

using Value = std::optional<std::string_view>;

// Reads the value into the command. Returns "" if it is good, else what would be right.
template <typename Parsed>
using ReadValue = std::string_view (*)(Value value, Parsed& command);

template <typename Parsed>
struct Parameter {
  std::string_view keyword;
  bool (*is_offered)(const Extensions&);
  ReadValue<Parsed> read;
};

bool is_ascii(const mail::Address& address) {
  return base::is_ascii(address.local) && base::is_ascii(address.domain);
}

// True for xtext of printable ASCII, so that no line end hides in it.
bool is_printable_xtext(std::string_view text) {
  const auto decoded = from_xtext(text);
  return decoded && std::ranges::all_of(*decoded, [](char c) { return c >= ' ' && c <= '~'; });
}

std::string_view read_size(Value value, MailCommand& mail) {
  mail.size = value ? parse_number(*value) : std::nullopt;
  return mail.size ? "" : "SIZE takes the octets of the message as 1 to 20 digits";
}

std::string_view read_body(Value value, MailCommand& mail) {
  const bool is_eight_bit = value && base::iequals(*value, "8BITMIME");
  if (!is_eight_bit && !(value && base::iequals(*value, "7BIT"))) return "BODY is 7BIT or 8BITMIME";
  mail.body = is_eight_bit ? Body::EightBitMime : Body::SevenBit;
  return "";
}

std::string_view read_smtputf8(Value value, MailCommand& mail) {
  mail.smtputf8 = true;
  return value ? "SMTPUTF8 takes no value" : "";
}

std::string_view read_ret(Value value, MailCommand& mail) {
  for (const std::string_view one : {"FULL", "HDRS"}) {
    if (value && base::iequals(*value, one)) {
      mail.ret = one;
      return "";
    }
  }
  return "RET is FULL or HDRS";
}

std::string_view read_envid(Value value, MailCommand& mail) {
  if (!value || value->empty() || value->size() > kMostEnvid || !is_printable_xtext(*value)) {
    return "ENVID takes 1 to 100 octets of xtext (RFC 3461)";
  }
  mail.envid = *value;
  return "";
}

std::string_view read_auth(Value value, MailCommand& mail) {
  if (!value || value->empty() || value->size() > kMostAuth || !is_printable_xtext(*value)) {
    return "AUTH takes <> or an address as xtext (RFC 4954)";
  }
  mail.auth = *value;
  return "";
}

// NEVER, or some of SUCCESS, FAILURE and DELAY, each once.
bool is_notify(std::string_view value) {
  if (base::iequals(value, "NEVER")) return true;
  constexpr std::array<std::string_view, 3> kEvents = {"SUCCESS", "FAILURE", "DELAY"};
  std::array<bool, kEvents.size()> seen{};
  for (;;) {
    const std::size_t comma = value.find(',');
    const std::string_view event = value.substr(0, comma);
    const auto* const found =
        std::ranges::find_if(kEvents, [event](std::string_view one) { return base::iequals(one, event); });
    if (found == kEvents.end()) return false;
    bool& is_seen = seen[static_cast<std::size_t>(found - kEvents.begin())];
    if (is_seen) return false;
    is_seen = true;
    if (comma == std::string_view::npos) return true;
    value.remove_prefix(comma + 1);
  }
}

std::string_view read_notify(Value value, RcptCommand& rcpt) {
  if (!value || !is_notify(*value))
    return "NOTIFY is NEVER, or some of SUCCESS, FAILURE and DELAY, each once";
  rcpt.notify = *value;
  return "";
}

// "rfc822;user@example.org" with the address as xtext; with the type utf-8 it may be UTF-8 (RFC 6533 3).
bool is_orcpt(std::string_view value) {
  const std::size_t semicolon = value.find(';');
  if (semicolon == std::string_view::npos || semicolon == 0 || value.size() > kMostOrcpt) return false;
  const std::string_view type = value.substr(0, semicolon);
  const std::string_view address = value.substr(semicolon + 1);
  const auto is_type = [](char c) { return base::is_alpha(c) || base::is_digit(c) || c == '-'; };
  if (address.empty() || !std::ranges::all_of(type, is_type)) return false;
  if (base::is_ascii(address)) return is_printable_xtext(address);
  const auto is_allowed = [](char c) {
    return (c > ' ' && c <= '~' && c != '+' && c != '=') || !base::is_ascii({&c, 1});
  };
  return base::iequals(type, "utf-8") && base::is_utf8(address) && std::ranges::all_of(address, is_allowed);
}

std::string_view read_orcpt(Value value, RcptCommand& rcpt) {
  if (!value || !is_orcpt(*value)) return "ORCPT takes a type, \";\" and an address as xtext (RFC 3461)";
  rcpt.orcpt = *value;
  return "";
}

constexpr auto kMailParameters = std::to_array<Parameter<MailCommand>>({
    {"SIZE", offers<&Extensions::size>, read_size},
    {"BODY", offers<&Extensions::eight_bit_mime>, read_body},
    {"SMTPUTF8", offers<&Extensions::smtputf8>, read_smtputf8},
    {"RET", offers<&Extensions::dsn>, read_ret},
    {"ENVID", offers<&Extensions::dsn>, read_envid},
    {"AUTH", offers<&Extensions::auth>, read_auth},
});

constexpr auto kRcptParameters = std::to_array<Parameter<RcptCommand>>({
    {"NOTIFY", offers<&Extensions::dsn>, read_notify},
    {"ORCPT", offers<&Extensions::dsn>, read_orcpt},
});

// Returns the length of the path at the start of `text`. It ends after '>', or before a space if the brackets
// are missing; neither ends it within quotes.
std::size_t path_length(std::string_view text) {
  const bool is_bracketed = text.starts_with('<');
  bool is_quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') {
      is_quoted = !is_quoted;
    } else if (is_quoted) {
      if (text[at] == '\\') ++at;
    } else if (text[at] == (is_bracketed ? '>' : ' ')) {
      return is_bracketed ? at + 1 : at;
    }
  }
  return text.size();
}

// Takes "FROM:<...>" from the start of `argument`, which keeps the parameters.
std::expected<mail::Path, Reply> take_path(std::string_view& argument, Verb verb) {
  const std::string_view keyword = verb == Verb::Mail ? "FROM:" : "TO:";
  if (!base::istarts_with(argument, keyword)) {
    return std::unexpected(Reply(501, "5.5.4",
                                 std::string(name(verb)) + " must be followed by " + std::string(keyword) +
                                     "<address>, not " + quoted(argument)));
  }
  argument.remove_prefix(keyword.size());
  argument.remove_prefix(std::min(argument.find_first_not_of(' '), argument.size()));
  const std::size_t length = path_length(argument);
  auto path = mail::parse_path(argument.substr(0, length));
  if (!path) return std::unexpected(Reply(501, verb == Verb::Mail ? "5.1.7" : "5.1.3", path.error().message));
  argument.remove_prefix(length);
  if (!argument.empty() && !argument.starts_with(' ')) {
    return std::unexpected(
        Reply(501, "5.5.4", "a space is missing between the address and " + quoted(argument)));
  }
  return std::move(*path);
}

template <typename Parsed, std::size_t kCount>
std::optional<Reply> read_parameters(std::string_view words, const Extensions& offered,
                                     const std::array<Parameter<Parsed>, kCount>& parameters,
                                     Parsed& command) {
  std::array<bool, kCount> seen{};
  for (;;) {
    const std::string_view word = next_word(words);
    if (word.empty()) return std::nullopt;
    const std::size_t equals = word.find('=');
    const std::string_view keyword = word.substr(0, equals);
    const auto* const row = std::ranges::find_if(
        parameters, [keyword](const auto& one) { return base::iequals(one.keyword, keyword); });
    if (row == parameters.end() || !row->is_offered(offered)) {
      return Reply(555, "5.5.4", "the parameter " + quoted(keyword) + " is not offered here");
    }
    bool& is_seen = seen[static_cast<std::size_t>(row - parameters.begin())];
    if (is_seen) return Reply(501, "5.5.4", "the parameter " + std::string(row->keyword) + " is given twice");
    is_seen = true;
    const Value value = equals == std::string_view::npos ? Value() : word.substr(equals + 1);
    if (const std::string_view right = row->read(value, command); !right.empty()) {
      return Reply(501, "5.5.4", quoted(word) + " is wrong: " + std::string(right));
    }
  }
}

Reply needs_smtputf8(const mail::Address& address) {
  return {553, "5.6.7",
          "the address " + quoted(address.text()) + " is not ASCII, and MAIL came without SMTPUTF8"};
}

void append_parameter(std::string_view keyword, std::string_view value, std::string& out) {
  out.append(1, ' ').append(keyword).append(value);
}

}  // namespace

std::expected<MailCommand, Reply> parse_mail(std::string_view argument, const Extensions& offered) {
  auto path = take_path(argument, Verb::Mail);
  if (!path) return std::unexpected(std::move(path.error()));
  MailCommand mail;
  mail.reverse_path = std::move(*path);
  if (auto refusal = read_parameters(argument, offered, kMailParameters, mail)) {
    return std::unexpected(std::move(*refusal));
  }
  const auto& address = mail.reverse_path.address;
  if (address && !mail.smtputf8 && !is_ascii(*address)) return std::unexpected(needs_smtputf8(*address));
  return mail;
}

std::expected<RcptCommand, Reply> parse_rcpt(std::string_view argument, const Extensions& offered,
                                             bool smtputf8) {
  auto path = take_path(argument, Verb::Rcpt);
  if (!path) return std::unexpected(std::move(path.error()));
  if (path->is_null()) {
    return std::unexpected(Reply(501, "5.1.3", "<> is no recipient: RCPT takes the address of a mailbox"));
  }
  RcptCommand rcpt;
  rcpt.recipient = std::move(*path->address);
  if (auto refusal = read_parameters(argument, offered, kRcptParameters, rcpt)) {
    return std::unexpected(std::move(*refusal));
  }
  if (!smtputf8 && !is_ascii(rcpt.recipient)) return std::unexpected(needs_smtputf8(rcpt.recipient));
  if (!smtputf8 && !base::is_ascii(rcpt.orcpt)) {
    return std::unexpected(Reply(501, "5.5.4", "ORCPT is not ASCII, and MAIL came without SMTPUTF8"));
  }
  return rcpt;
}

void append_mail(const MailCommand& mail, const Extensions& offered, std::string& out) {
  const auto& address = mail.reverse_path.address;
  out.append("MAIL FROM:<").append(address ? address->text() : "").append(1, '>');
  if (offered.size && mail.size) append_parameter("SIZE=", std::to_string(*mail.size), out);
  if (offered.eight_bit_mime && mail.body == Body::EightBitMime) append_parameter("BODY=", "8BITMIME", out);
  if (offered.smtputf8 && mail.smtputf8) append_parameter("SMTPUTF8", "", out);
  if (offered.dsn && !mail.ret.empty()) append_parameter("RET=", mail.ret, out);
  if (offered.dsn && !mail.envid.empty()) append_parameter("ENVID=", mail.envid, out);
  if (!offered.auth.empty() && !mail.auth.empty()) append_parameter("AUTH=", mail.auth, out);
  out += "\r\n";
}

void append_rcpt(const RcptCommand& rcpt, const Extensions& offered, std::string& out) {
  out.append("RCPT TO:<").append(rcpt.recipient.text()).append(1, '>');
  if (offered.dsn && !rcpt.notify.empty()) append_parameter("NOTIFY=", rcpt.notify, out);
  if (offered.dsn && !rcpt.orcpt.empty()) append_parameter("ORCPT=", rcpt.orcpt, out);
  out += "\r\n";
}

}  // namespace backstop::smtp
