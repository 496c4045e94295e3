#include "response/answered.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "mail/address_list.h"
#include "mail/charset.h"
#include "response/original.h"

namespace backstop::response {
namespace {

using mail::FieldName;

constexpr std::size_t kMostId = 998;  // of a line, RFC 5322 2.1.1
constexpr std::size_t kOfInReplyTo = 2;
constexpr std::size_t kOfReferences = 3;
constexpr std::size_t kOfReport = 4;

void add_once(std::string text, std::size_t most, std::vector<std::string>& all) {
  if (text.empty() || all.size() >= most || std::ranges::find(all, text) != all.end()) return;
  all.push_back(std::move(text));
}

// Returns the id without the white space that folding put into it; an empty text for one that is too long.
std::string sound_id(std::string_view raw) {
  if (raw.size() > 2 * kMostId) return {};
  std::string id = base::is_ascii(raw) ? std::string(raw) : mail::to_utf8(raw);
  std::erase_if(id, base::is_space);
  return id.size() <= kMostId ? id : std::string();
}

// Returns the first or the last ids of a list in angle brackets, at most `most`, in their order.
std::vector<std::string> ids_of(std::string_view list, std::size_t most, bool is_from_end) {
  std::vector<std::string> ids;
  while (ids.size() < most) {
    const auto close = is_from_end ? list.rfind('>') : list.find('>');
    if (close == std::string_view::npos) break;
    const auto open = list.substr(0, close).rfind('<');
    if (open != std::string_view::npos) ids.push_back(sound_id(list.substr(open + 1, close - open - 1)));
    list = is_from_end ? list.substr(0, open == std::string_view::npos ? 0 : open) : list.substr(close + 1);
  }
  if (is_from_end) std::ranges::reverse(ids);
  return ids;
}

// Some programs leave the brackets out: then the value must be one word with an at sign.
std::vector<std::string> first_ids(std::string_view value, std::size_t most) {
  auto ids = ids_of(value, most, false);
  value = base::trim(value);
  const bool is_bare =
      ids.empty() && value.contains('@') && value.find_first_of(" \t\r\n") == std::string_view::npos;
  if (is_bare) ids.push_back(sound_id(value));
  return ids;
}

// Returns the value of the field that begins at `at`, past its colon, with its continuation lines.
std::string_view value_at(std::string_view text, std::size_t at) {
  std::size_t end = text.find('\n', at);
  while (end != std::string_view::npos && end + 1 < text.size() &&
         (text[end + 1] == ' ' || text[end + 1] == '\t'))
    end = text.find('\n', end + 1);
  return text.substr(at, end == std::string_view::npos ? end : end - at);
}

void add_addresses(std::string_view list, std::vector<std::string>& all) {
  for (const auto& address : mail::parse_address_list(list, kMostAddressees))
    add_once(address.folded(), kMostAddressees, all);
}

void add_recipient(const std::string& text, std::vector<std::string>& all) {
  const auto address = mail::parse_address(text);
  add_once(address ? address->folded() : base::address_key(text), kMostAddressees, all);
}

}  // namespace

std::string message_id_of(std::string_view value) {
  return sound_id(without_brackets(value));
}

void read_original_ids(std::string_view report, std::vector<std::string>& ids) {
  // A search that begins with a hyphen stops less often than one for a letter.
  constexpr std::string_view kField = "-Message-ID:";
  std::size_t line_begin = 0;
  std::size_t looked_at = 0;  // nothing is looked at twice, however long a line is
  for (std::size_t at = base::ifind(report, kField); at != std::string_view::npos && ids.size() < kOfReport;
       at = base::ifind(report, kField, at)) {
    const auto end = report.substr(looked_at, at - looked_at).rfind('\n');
    if (end != std::string_view::npos) line_begin = looked_at + end + 1;
    looked_at = at;
    const auto line = report.substr(line_begin, at - line_begin);
    at += kField.size();
    if (!base::iequals(line, "Original") && !base::iequals(line, "X-Original")) continue;
    for (auto& id : first_ids(value_at(report, at), 1)) add_once(std::move(id), kOfReport, ids);
  }
}

void find_answered_ids(const mail::Message& message, const std::vector<std::string>& report_ids,
                       Response& response) {
  auto& ids = response.answered_ids;
  const auto add = [&](std::string id) { add_once(std::move(id), kMostAnsweredIds, ids); };
  for (const auto& block : response.returned) add(sound_id(block.message_id));
  if (response.original) add(sound_id(response.original->message_id));
  for (const auto& id : report_ids) add(id);
  const auto& header = message.parts.front();
  const auto add_first = [&](FieldName field, std::size_t most) {
    for (auto& id : first_ids(message.value(header, field), most)) add(std::move(id));
  };
  add_first(FieldName::OriginalMessageId, 1);
  add_first(FieldName::XOriginalMessageId, 1);
  add_first(FieldName::InReplyTo, kOfInReplyTo);
  response.named_ids = ids.size();
  auto references = ids_of(message.value(header, FieldName::References), kOfReferences, true);
  if (!references.empty()) response.last_reference = references.back();
  for (auto& id : references) add(std::move(id));
}

void name_original(const std::vector<std::string>& report_ids, Response& response) {
  auto& original = response.original;
  if (original && !original->message_id.empty()) return;
  if (!report_ids.empty()) {
    if (!original) original.emplace().found_in = FoundIn::ReportFields;
    original->message_id = report_ids.front();
  } else if (response.named_ids > 0 && !(original && has_come_back(*original))) {
    if (!original) original.emplace().found_in = FoundIn::ResponseHeader;
    original->message_id = response.answered_ids.front();
  }
}

std::vector<std::string> likely_ids(const Response& response) {
  const auto& all = response.answered_ids;
  std::vector<std::string> ids(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(response.named_ids));
  const bool is_returned_without = !response.returned.empty() && response.returned.front().message_id.empty();
  if (ids.empty() || is_returned_without) ids.insert(ids.begin(), std::string());
  add_once(response.last_reference, kMostLikelyIds, ids);
  return ids;
}

std::vector<std::string> claimed_addressees(const Response& response) {
  std::vector<std::string> all;
  for (const auto& recipient : response.recipients) {
    if (all.size() >= kMostAddressees) break;
    add_recipient(recipient.original_address, all);
    add_recipient(recipient.address, all);
  }
  if (all.empty()) {
    for (const auto& block : response.returned) add_addresses(block.to, all);
    if (response.original) add_addresses(response.original->to, all);
  }
  if (!is_dsn(response.kind) && response.kind != Kind::FeedbackReport) add_recipient(response.author, all);
  return all;
}

}  // namespace backstop::response
