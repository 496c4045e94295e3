#include "intake/header_scan.h"

#include <algorithm>
#include <cstring>

#include "auth/authres.h"
#include "base/text.h"
#include "intake/answer_rules.h"
#include "smtp/stuffing.h"

namespace backstop::intake {

namespace {

constexpr std::string_view kOwnField = "Backstop-Verdict";
constexpr std::size_t kMostMessageId = 998;

/// Returns where the value begins after `name` and its colon, or npos. White space before the colon is
/// allowed (RFC 5322 4.5).
std::size_t value_of(std::string_view line, std::string_view name) {
  if (!base::istarts_with(line, name)) return std::string_view::npos;
  std::size_t at = name.size();
  while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
  return at < line.size() && line[at] == ':' ? at + 1 : std::string_view::npos;
}

/// Returns where a line at `at` begins for its receiver, which takes a dot in front of it away.
std::size_t content_of(std::string_view text, std::size_t at, bool is_stuffed) {
  return is_stuffed && text.substr(at).starts_with('.') ? at + 1 : at;
}

bool is_continuation(std::string_view text, std::size_t at) {
  return at < text.size() && (text[at] == ' ' || text[at] == '\t');
}

std::size_t line_end(std::string_view text, std::size_t at) {
  const std::size_t found = text.find('\n', at);
  return found == std::string_view::npos ? text.size() : found + 1;
}

char first_letter(std::string_view field) {
  return field.empty() ? '\0' : base::ascii_lower(field.front());
}

std::string id_of(std::string_view value) {
  const std::size_t open = value.find('<');
  const std::size_t close = value.find('>', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return {};
  return base::printable(value.substr(open + 1, close - open - 1), kMostMessageId);
}

void note(std::string_view field, std::size_t at, std::pair<std::size_t, std::size_t> place,
          HeaderScan& scan) {
  switch (first_letter(field)) {
    case 'r':
      if (value_of(field, "Received") != std::string_view::npos) ++scan.received_fields;
      break;
    case 'b':
      if (value_of(field, kOwnField) != std::string_view::npos) scan.foreign.push_back(place);
      break;
    case 'm':
      if (const auto value = value_of(field, "Message-ID");
          value != std::string_view::npos && scan.message_id_at.second == 0) {
        scan.message_id_at = {at + value, field.size() - value};
        scan.message_id = id_of(field.substr(value));
      }
      break;
    case 'f':
      if (const auto value = value_of(field, "From");
          value != std::string_view::npos && scan.from.second == 0) {
        scan.from = {at + value, field.size() - value};
      }
      break;
    case 'a':
    case 'l':
    case 'p':
    case 'x':
      scan.is_never_answered |= intake::forbids_answer(field);
      break;
    default:
      break;
  }
}

/// Returns a field that begins at the start of a line, as its receiver sees it.
std::string plain_text_of(std::string_view lines, bool is_stuffed) {
  if (!is_stuffed) return std::string(lines);
  std::string plain;
  smtp::Unstuffer().append(lines, plain);
  return plain;
}

void note_signature(std::string_view field, std::size_t at, HeaderScan& scan) {
  if (first_letter(field) == 'd' && value_of(field, "DKIM-Signature") != std::string_view::npos)
    scan.signatures.emplace_back(at, field.size());
}

}  // namespace

std::size_t find_header_end(std::string_view message, std::size_t from) {
  if (message.starts_with("\r\n")) return 2;
  const std::size_t found = message.find("\r\n\r\n", from);
  return found == std::string_view::npos ? found : found + 4;
}

HeaderScan scan_header(std::string_view header, bool is_stuffed, bool is_leaving, bool with_results) {
  HeaderScan scan;
  std::size_t at = 0;
  while (at < header.size()) {
    std::size_t end = line_end(header, at);
    while (is_continuation(header, content_of(header, end, is_stuffed))) end = line_end(header, end);
    const std::size_t content = content_of(header, at, is_stuffed);
    const std::string_view field = header.substr(content, end - content);
    if (field != "\r\n") ++scan.fields;
    note(field, content, {at, end - at}, scan);
    if (is_leaving) note_signature(field, content, scan);
    if (with_results && value_of(field, auth::kAuthresName) != std::string_view::npos)
      scan.results.emplace_back(at, end - at);
    at = end;
  }
  return scan;
}

void take_out_results(std::string_view header, bool is_stuffed, std::span<const std::string> ids,
                      HeaderScan& scan) {
  for (const auto& place : scan.results) {
    const auto field = plain_text_of(header.substr(place.first, place.second), is_stuffed);
    const std::size_t colon = field.find(':');
    const std::string_view text = field;
    if (auth::bears_id({.name = text.substr(0, colon), .value = text.substr(colon + 1)}, ids))
      scan.foreign.push_back(place);
  }
  std::ranges::sort(scan.foreign);
}

void append_without(std::string_view header, const HeaderScan& scan, std::string& out) {
  std::size_t at = 0;
  for (const auto& [begin, size] : scan.foreign) {
    out.append(header.substr(at, begin - at));
    at = begin + size;
  }
  out.append(header.substr(at));
}

}  // namespace backstop::intake
