#include "response/report_fields.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_set>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/charset.h"
#include "mail/header_text.h"
#include "response/address_scan.h"
#include "response/status.h"
#include "response/word_set.h"

namespace backstop::response {
namespace {

// One unfolded field of a group. `starts_group` is set for the first field after an empty line.
struct ReportField {
  std::string_view name;
  std::string value;
  bool starts_group = false;
};

constexpr std::size_t kLongestValue = 16 * 1024;

// Calls `each` for every field of `body`, in order.
template <typename Each>
void for_each_field(std::string_view body, Each&& each) {
  ReportField field;
  bool has_field = false;
  bool is_after_blank = false;
  std::string_view line;
  const auto flush = [&] {
    if (has_field) each(field);
    has_field = false;
  };
  while (base::next_line(body, line)) {
    if (base::trim(line).empty()) {
      // In RFC 5322 a line of white space continues a field, but products mean an empty line.
      flush();
      is_after_blank = true;
      continue;
    }
    if (line[0] == ' ' || line[0] == '\t') {
      if (has_field && field.value.size() < kLongestValue) {
        if (!field.value.empty()) field.value += ' ';
        field.value += base::trim(line);
      }
      continue;
    }
    const std::size_t colon = line.find(':');
    // White space before the colon is the obsolete syntax of RFC 5322 4.5.
    const auto name = base::trim(line.substr(0, colon == std::string_view::npos ? 0 : colon));
    const bool is_field =
        !name.empty() && colon < 60 && name.find_first_of(" \t<@") == std::string_view::npos;
    if (!is_field) {
      // This continuation lost its indentation on the way; its words still belong to the field before.
      if (has_field && field.value.size() < kLongestValue) field.value.append(" ").append(base::trim(line));
      continue;
    }
    flush();
    field.name = name;
    field.value.assign(base::trim(line.substr(colon + 1)));
    field.starts_group = is_after_blank;
    is_after_blank = false;
    has_field = true;
  }
  flush();
}

// Returns the words of "smtp; 550 5.1.1 no such user".
std::string_view without_type(std::string_view value) {
  const std::size_t semicolon = value.substr(0, 40).find(';');
  if (semicolon == std::string_view::npos) return base::trim(value);
  const auto type = base::trim(value.substr(0, semicolon));
  const bool is_type = !type.empty() && std::ranges::all_of(type, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_';
  });
  return is_type ? base::trim(value.substr(semicolon + 1)) : base::trim(value);
}

bool is_hex(char c) {
  return base::hex_value(c) >= 0;
}

// RFC 6533 3: "\x{20AC}" is one code point. Printable ASCII is not written so, except for three characters:
// an "@" would make another address.
std::string decode_utf8_xtext(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with("\\x{")) {
      const std::size_t close = text.substr(0, 12).find('}');
      const auto digits = close == std::string_view::npos ? std::string_view{} : text.substr(3, close - 3);
      if (!digits.empty() && digits.size() <= 6 && std::ranges::all_of(digits, is_hex)) {
        const auto code = static_cast<std::uint32_t>(std::stoul(std::string(digits), nullptr, 16));
        const bool stays = code > ' ' && code <= '~' && code != '\\' && code != '+' && code != '=';
        if (stays) {
          out += text.substr(0, close + 1);
        } else {
          base::append_code_point(code, out);
        }
        text.remove_prefix(close + 1);
        continue;
      }
    }
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

std::string diagnostic_text(std::string_view value, const ReportLimits& limits, Response& response) {
  std::string text = mail::to_utf8(value);
  base::fold_hidden(text);
  if (text.size() > limits.diagnostic) {
    response.truncated = true;
    text.resize(base::utf8_prefix(text, limits.diagnostic).size());
  }
  return text;
}

enum class GroupField {
  FinalRecipient,
  OriginalRecipient,
  Action,
  Status,
  Diagnostic,
  RemoteMta,
  ReportingMta,
  OfMessage,
  ActualRecipient,
  Supplement,
  Other
};

// Returns whether a product's own field has words about the recipient, by its name: X-Supplementary-Info,
// X-PowerMTA-BounceCategory, X-SMTP-Response, Reason.
bool is_supplement(std::string_view name) {
  constexpr static WordSet kWords(std::to_array<std::string_view>(
      {"supplement", "info", "bounce", "reason", "error", "response", "diagnos", "explan", "reply"}));
  return kWords.is_in(name) && !base::icontains(name, "reply-to");
}

// Appends "550 no such user" of `<mx.example.org #5.0.0 smtp; 550 no such user>`.
void append_supplement(std::string_view value, const ReportLimits& limits, Response& response,
                       std::string& supplement) {
  if (value.starts_with('<') && value.ends_with('>')) {
    value = value.substr(1, value.size() - 2);
    // The first word is the host's name.
    if (const std::size_t mark = value.find(" #"); mark == value.find(' ') && mark != std::string_view::npos)
      value.remove_prefix(mark + 2);
  }
  constexpr std::string_view kType = " smtp; ";
  const std::size_t type = base::ifind(value, kType);
  if (type != std::string_view::npos) value.remove_prefix(type + kType.size());
  if (supplement.size() >= limits.diagnostic) return;
  if (!supplement.empty()) supplement += ' ';
  const std::size_t room = limits.diagnostic - std::min(supplement.size(), limits.diagnostic);
  supplement += diagnostic_text(value, {.recipients = 0, .diagnostic = room}, response);
}

GroupField group_field(std::string_view name) {
  struct Row {
    std::string_view name;
    GroupField field;
  };
  // X-Actual-Recipient is Sendmail's address after aliases.
  constexpr std::array kRows = std::to_array<Row>({
      {"final-recipient", GroupField::FinalRecipient},
      {"original-recipient", GroupField::OriginalRecipient},
      {"action", GroupField::Action},
      {"status", GroupField::Status},
      {"diagnostic-code", GroupField::Diagnostic},
      {"remote-mta", GroupField::RemoteMta},
      {"reporting-mta", GroupField::ReportingMta},
      {"received-from-mta", GroupField::OfMessage},
      {"dsn-gateway", GroupField::OfMessage},
      {"arrival-date", GroupField::OfMessage},
      {"original-envelope-id", GroupField::OfMessage},
      {"x-actual-recipient", GroupField::ActualRecipient},
  });
  for (const auto& row : kRows) {
    if (base::iequals(row.name, name)) return row.field;
  }
  return is_supplement(name) ? GroupField::Supplement : GroupField::Other;
}

// Returns the address at the start of `value` if its local part is quoted, without brackets, or nothing. In
// `"bob <user@example.org>"@example.com` no other address is named.
std::string_view quoted_address(std::string_view value) {
  if (value.starts_with('<')) value.remove_prefix(1);
  const std::size_t at = quoted_end(value);
  if (at == 0 || !value.substr(at).starts_with('@')) return {};
  return value.substr(0, value.find_first_of(" \t;,<>()", at));
}

// Returns the path without the source route of RFC 5321 4.1.2, "@relay.example:user@example.org". It said by
// which hosts a mail should go; the mailbox is what follows it (RFC 5321 C).
std::string_view without_route(std::string_view path) {
  if (!path.starts_with('@')) return path;
  const std::size_t colon = path.find(':');
  return colon == std::string_view::npos ? path : path.substr(colon + 1);
}

bool has_other_address(std::string_view text, std::string_view address) {
  const FoundAddress found = find_address(text);
  return !found.text.empty() && !base::iequals(found.text, address);
}

// Returns whether `value` has an "@" but no address that can be told, or lists another address beside it:
// "a@example.org, b@example.net".
bool is_ambiguous(std::string_view value, std::string_view address) {
  if (address.empty()) return value.contains('@');
  const std::size_t at = base::ifind(value, address);
  if (at == std::string_view::npos) return false;
  std::string_view before = value.substr(0, at);
  before = before.substr(0, before.find_last_not_of(" \t<") + 1);
  if ((before.ends_with(',') || before.ends_with(';')) && has_other_address(before, address)) return true;
  std::string_view after = value.substr(at + address.size());
  after.remove_prefix(std::min(after.find_first_not_of(" \t>"), after.size()));
  return (after.starts_with(',') || after.starts_with(';')) && has_other_address(after, address);
}

void forget_names(Recipient& recipient) {
  recipient.address.clear();
  recipient.original_address.clear();
}

// Sets an address of a group. The group is doubtful if it had another one before, or the field has several.
void name_recipient(std::string_view value, std::string& address, Recipient& recipient) {
  std::string found = report_address(value);
  if (found.empty() && !value.contains('@')) return;
  const bool is_other = !address.empty() && base::address_key(address) != base::address_key(found);
  recipient.is_doubtful = recipient.is_doubtful || is_other || is_ambiguous(value, found);
  address = std::move(found);
}

// Returns the type of RFC 5965 3.1, which is a token in any case, without what follows it.
std::string feedback_word(std::string_view value) {
  constexpr std::size_t kLongestType = 64;
  std::string word = mail::to_utf8(value.substr(0, std::min(kLongestType, value.find_first_of(" \t;("))));
  base::fold_hidden(word);
  return base::to_lower(word);
}

}  // namespace

Action parse_action(std::string_view word) {
  struct Row {
    std::string_view word;
    Action action;
  };
  // How the words of RFC 3464 2.3.3 begin, and those that products write instead.
  constexpr std::array kRows = std::to_array<Row>({
      {"fail", Action::Failed},
      {"error", Action::Failed},
      {"expired", Action::Failed},
      {"hard", Action::Failed},
      {"delay", Action::Delayed},
      {"deferred", Action::Delayed},
      {"delivered", Action::Delivered},
      {"deliverable", Action::Delivered},
      {"success", Action::Delivered},
      {"relayed", Action::Relayed},
      {"expanded", Action::Expanded},
  });
  for (const auto& row : kRows) {
    if (base::istarts_with(word, row.word)) return row.action;
  }
  return Action::None;
}

std::string report_address(std::string_view value) {
  const std::size_t semicolon = value.find(';');
  std::string_view address = value;
  bool is_utf8_type = false;
  if (semicolon != std::string_view::npos &&
      value.substr(0, semicolon).find_first_of("@\"") == std::string_view::npos) {
    is_utf8_type = base::icontains(value.substr(0, semicolon), "utf-8");
    address = value.substr(semicolon + 1);
  }
  address = base::trim(address);
  if (const std::string_view quoted = quoted_address(address); !quoted.empty()) {
    address = quoted;
  } else if (const std::size_t open = address.rfind('<'); open != std::string_view::npos) {
    const std::size_t close = address.find('>', open);
    const auto inner =
        base::trim(address.substr(open + 1, close == std::string_view::npos ? close : close - open - 1));
    // What has brackets within its local part is no address.
    if (close != std::string_view::npos && address.substr(close + 1).starts_with('@')) return {};
    if (inner.find('@') != std::string_view::npos || address.find('@') == std::string_view::npos)
      address = inner;
  }
  while (address.starts_with('<')) address.remove_prefix(1);
  address = without_route(address);
  if (!address.starts_with('"')) {
    // "user@example.org (Real Name)", "user@example.org; more": an address ends at white space.
    address = address.substr(0, address.find_first_of(" \t;,"));
    if (base::istarts_with(address, "mailto:")) address.remove_prefix(7);
    if (base::istarts_with(address, "smtp:")) address.remove_prefix(5);
  }
  while (!address.empty() && (address.back() == '>' || address.back() == ':')) address.remove_suffix(1);
  std::string text = mail::to_utf8(address);
  if (is_utf8_type) text = decode_utf8_xtext(text);
  return text;
}

std::string report_host(std::string_view value) {
  std::string_view host = without_type(value);
  if (host.starts_with('(')) host.remove_prefix(1);
  host = host.substr(0, host.find_first_of(" \t(),;"));
  return mail::to_utf8(base::trim(host));
}

bool read_delivery_status(std::string_view body, const ReportLimits& limits, Response& response) {
  const std::size_t before = response.recipients.size();
  Recipient* current = nullptr;
  bool has_final = false;
  bool has_original = false;
  bool has_outcome = false;  // the group has an action or a status below its recipient
  bool is_full = false;
  // Some products begin a group with another field than the recipient.
  Recipient before_name;
  bool is_of_message = false;
  const auto open = [&]() -> Recipient* {
    if (response.recipients.size() >= limits.recipients) {
      is_full = true;
      return nullptr;
    }
    has_final = has_original = has_outcome = false;
    return &response.recipients.emplace_back(std::exchange(before_name, {}));
  };
  for_each_field(body, [&](const ReportField& field) {
    const GroupField which = group_field(field.name);
    if (field.starts_group && current && (has_final || has_original)) current = nullptr;
    if (field.starts_group) {
      before_name = {};
      is_of_message = false;
    }
    switch (which) {
      case GroupField::ReportingMta:
        if (response.reporting_mta.empty()) response.reporting_mta = report_host(field.value);
        is_of_message = true;
        return;
      case GroupField::OfMessage:
        is_of_message = true;
        return;
      case GroupField::FinalRecipient:
      case GroupField::OriginalRecipient:
        // A second one behind an outcome is another recipient, since some products omit the empty line.
        // Without an outcome between, nobody can tell whose it is (RFC 3464 2.3: each group has one of both).
        if (!current || (has_outcome && (which == GroupField::FinalRecipient ? has_final : has_original)))
          current = open();
        break;
      case GroupField::Action:
      case GroupField::Status:
      case GroupField::Diagnostic:
        if (!current && !is_full && which != GroupField::Diagnostic) current = open();
        break;
      default:
        break;
    }
    if (!current && (is_full || is_of_message)) return;
    Recipient& recipient = current ? *current : before_name;
    switch (which) {
      case GroupField::FinalRecipient:
        name_recipient(field.value, recipient.address, recipient);
        has_final = true;
        break;
      case GroupField::OriginalRecipient:
        name_recipient(field.value, recipient.original_address, recipient);
        has_original = true;
        break;
      case GroupField::ActualRecipient:
        if (recipient.address.empty()) recipient.address = report_address(field.value);
        break;
      case GroupField::Action:
        has_outcome = has_final || has_original;
        recipient.action = parse_action(field.value);
        break;
      case GroupField::Status:
        has_outcome = has_final || has_original;
        if (const auto status = find_enhanced_status(field.value); !status.empty()) {
          recipient.status = status;
          recipient.status_from = StatusFrom::Field;
        }
        break;
      case GroupField::Diagnostic:
        recipient.diagnostic = diagnostic_text(without_type(field.value), limits, response);
        break;
      case GroupField::RemoteMta:
        recipient.remote_mta = report_host(field.value);
        break;
      case GroupField::Supplement:
        append_supplement(field.value, limits, response, recipient.supplement);
        break;
      default:
        break;
    }
  });
  response.truncated = response.truncated || is_full;
  for (std::size_t i = before; i < response.recipients.size(); ++i) {
    auto& recipient = response.recipients[i];
    if (recipient.is_doubtful) forget_names(recipient);
    // A final address that only the product understands (X.400, a daemon's queue) says less than the address
    // that the mail was written to.
    const bool is_internal =
        !mail::looks_like_address(recipient.address) || recipient.address.ends_with("-daemon");
    if (is_internal && mail::looks_like_address(recipient.original_address))
      recipient.address = recipient.original_address;
    if (recipient.address.empty()) recipient.address = recipient.original_address;
    if (recipient.diagnostic.empty()) recipient.diagnostic = recipient.supplement;
  }
  // A group without address, status and words is the per-message group of a product that ran the groups
  // together.
  const auto names_nobody = [](const Recipient& recipient) {
    return recipient.address.empty() && !recipient.is_doubtful && recipient.status.empty() &&
           recipient.diagnostic.empty();
  };
  const auto first = response.recipients.begin() + static_cast<std::ptrdiff_t>(before);
  response.recipients.erase(std::remove_if(first, response.recipients.end(), names_nobody),
                            response.recipients.end());
  return response.recipients.size() > before;
}

void read_disposition(std::string_view body, const ReportLimits& limits, Response& response) {
  Recipient recipient;
  Original original;
  original.found_in = FoundIn::ReportFields;
  for_each_field(body, [&](const ReportField& field) {
    if (base::iequals(field.name, "final-recipient")) {
      name_recipient(field.value, recipient.address, recipient);
    } else if (base::iequals(field.name, "original-recipient")) {
      name_recipient(field.value, recipient.original_address, recipient);
    } else if (base::iequals(field.name, "original-message-id")) {
      std::string_view id = field.value;
      if (id.starts_with('<') && id.ends_with('>')) id = id.substr(1, id.size() - 2);
      original.message_id = mail::to_utf8(id);
    } else if (base::iequals(field.name, "reporting-ua")) {
      response.reporting_mta = report_host(field.value);
    } else if (base::iequals(field.name, "mdn-gateway")) {
      if (response.reporting_mta.empty()) response.reporting_mta = report_host(field.value);
    } else if (base::iequals(field.name, "error") || base::iequals(field.name, "failure")) {
      recipient.diagnostic = diagnostic_text(field.value, limits, response);
    } else if (base::iequals(field.name, "disposition")) {
      // RFC 8098 3.2.6. RFC 5429 2.1.1 reports a refusal as "deleted". A mail that was not displayed did not
      // fail either.
      recipient.action =
          base::icontains(field.value, "displayed") || base::icontains(field.value, "processed")
              ? Action::Delivered
              : Action::None;
    }
  });
  if (recipient.is_doubtful) forget_names(recipient);
  if (recipient.address.empty()) recipient.address = recipient.original_address;
  if (!recipient.address.empty()) response.recipients.push_back(std::move(recipient));
  if (!original.message_id.empty()) response.original = std::move(original);
}

void read_feedback(std::string_view body, const ReportLimits& limits, Response& response) {
  Original original;
  original.found_in = FoundIn::ReportFields;
  std::string feedback_type;
  std::unordered_set<std::string> known;
  for_each_field(body, [&](const ReportField& field) {
    if (base::iequals(field.name, "feedback-type")) {
      feedback_type = field.value;
      response.feedback_type = feedback_word(field.value);
    } else if (base::iequals(field.name, "original-rcpt-to") ||
               base::iequals(field.name, "removal-recipient")) {
      std::string address = report_address(field.value);
      if (address.empty() || !known.insert(base::address_key(address)).second) return;
      if (response.recipients.size() < limits.recipients) {
        response.recipients.emplace_back().address = std::move(address);
      } else {
        response.truncated = true;
      }
    } else if (base::iequals(field.name, "reporting-mta")) {
      response.reporting_mta = report_host(field.value);
    } else if (base::iequals(field.name, "original-mail-from")) {
      original.from = report_address(field.value);
    }
  });
  const bool is_authentication = base::icontains(feedback_type, "auth-failure");
  for (auto& recipient : response.recipients) {
    recipient.reason = is_authentication ? Reason::AuthenticationFailed
                       : base::icontains(feedback_type, "abuse") || base::icontains(feedback_type, "fraud")
                           ? Reason::Spam
                       : base::icontains(feedback_type, "virus") ? Reason::Virus
                                                                 : Reason::Unknown;
  }
  if (!original.from.empty()) response.original = std::move(original);
}

}  // namespace backstop::response
