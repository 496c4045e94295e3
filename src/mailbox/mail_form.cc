#include "mailbox/mail_form.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstring>
#include <string>

#include "base/text.h"
#include "mail/charset.h"
#include "mail/field_name.h"
#include "mail/message.h"
#include "mail/parameter.h"

namespace backstop::mailbox {

namespace {

using mail::FieldName;

constexpr std::string_view kFrom = "From ";
constexpr std::string_view kMarks = ".,:;!?)\"'";

// Every mail has two of these; text in which somebody quotes single fields hardly has.
constexpr std::array kOfEveryMail = std::to_array<FieldName>(
    {FieldName::Received, FieldName::ReturnPath, FieldName::From, FieldName::Date, FieldName::MessageId,
     FieldName::Subject, FieldName::To, FieldName::DeliveredTo, FieldName::MimeVersion});

// Nobody types such a field above a mail that is quoted, as a mail program puts From, Sent, To and Subject
// there.
bool is_written_by_programs(FieldName field, std::string_view name) {
  return field == FieldName::Received || field == FieldName::ReturnPath || field == FieldName::MessageId ||
         field == FieldName::DeliveredTo || field == FieldName::MimeVersion || base::istarts_with(name, "X-");
}

// A mail's header has no NUL bytes; a body may. Only the beginning is looked at.
constexpr std::size_t kNulProbe = 1024;

// Returns the name of a header field at the start of `line` (RFC 5322 2.2), or an empty view.
std::string_view field_name_of(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  for (const char c : line.substr(0, colon)) {
    if (c <= ' ' || c == 0x7F) return {};
  }
  return line.substr(0, colon);
}

bool has_known_field(std::string_view head) {
  std::string_view rest = head;
  if (rest.starts_with(mail::kByteOrderMark)) rest.remove_prefix(mail::kByteOrderMark.size());
  std::string_view line;
  bool seen_field = false;
  while (base::next_line(rest, line)) {
    if (line.empty() && seen_field) return false;
    const std::string_view name = field_name_of(line);
    if (name.empty()) continue;
    seen_field = true;
    if (mail::field_name(name) != mail::FieldName::Other) return true;
  }
  return false;
}

// Returns the beginning of the head, up to its first empty line.
std::string_view start_of_header(std::string_view head) {
  head = head.substr(0, kNulProbe);
  return head.substr(0, std::min(head.find("\n\n"), head.find("\n\r\n")));
}

struct Stamp {
  bool has_time = false;
  bool has_year = false;
};

// Returns whether a "From " line has a time and a year.
Stamp stamp_of(std::string_view line) {
  Stamp stamp;
  if (!line.starts_with(kFrom)) return stamp;
  std::size_t digits = 0;
  for (std::size_t i = kFrom.size(); i <= line.size(); ++i) {
    if (i < line.size() && base::is_digit(line[i])) {
      ++digits;
      continue;
    }
    if (digits == 4) stamp.has_year = true;
    if (digits > 0 && digits <= 2 && i + 2 < line.size() && line[i] == ':' && base::is_digit(line[i + 1]))
      stamp.has_time = true;
    digits = 0;
  }
  return stamp;
}

constexpr std::size_t kLongestBoundary = 256;
constexpr std::size_t kNearEnd = 512;

bool contains(std::string_view text, std::string_view what) {
  return memmem(text.data(), text.size(), what.data(), what.size()) != nullptr;
}

}  // namespace

bool begins_as_mbox(std::string_view head) {
  return head.starts_with("From ");
}

bool is_postmark(std::string_view line) {
  const Stamp stamp = stamp_of(line);
  return stamp.has_time && stamp.has_year;
}

bool is_bare_postmark(std::string_view line) {
  if (!line.starts_with(kFrom)) return false;
  const std::string_view words = base::trim(line.substr(kFrom.size()));
  if (words.empty()) return true;
  const std::size_t quoted = words.front() == '"' ? words.find('"', 1) : 0;
  const std::string_view sender = words.substr(0, words.find(' ', std::min(quoted, words.size())));
  if (sender != "-" && !sender.contains('@') && kMarks.contains(sender.back())) return false;
  if (sender.size() == words.size()) return true;
  const Stamp stamp = stamp_of(line);
  return stamp.has_time != stamp.has_year;
}

Header header_at(std::string_view text) {
  constexpr std::size_t kMostLines = 200;
  if (text.starts_with(mail::kByteOrderMark)) text.remove_prefix(mail::kByteOrderMark.size());
  std::string_view line;
  std::bitset<kOfEveryMail.size()> seen;
  bool is_programs = false;
  for (std::size_t lines = 0; lines < kMostLines && base::next_line(text, line); ++lines) {
    if (line.empty()) break;
    const bool is_first = lines == 0;
    if (!is_first && (line.front() == ' ' || line.front() == '\t')) continue;
    const std::string_view name = field_name_of(line);
    if (name.empty()) return is_first ? Header::None : Header::Likely;
    const FieldName field = mail::field_name(name);
    if (is_first && field == FieldName::Other && !base::istarts_with(name, "X-")) return Header::None;
    const auto known = std::ranges::find(kOfEveryMail, field);
    is_programs = is_programs || is_written_by_programs(field, name);
    if (known != kOfEveryMail.end()) seen.set(static_cast<std::size_t>(known - kOfEveryMail.begin()));
  }
  if (seen.none()) return Header::None;
  if (seen.count() < 2) return Header::Likely;
  return is_programs ? Header::Certain : Header::Written;
}

bool announces_a_mail(std::string_view line) {
  line = base::trim(line);
  if (line.starts_with('-') && line.contains(' ')) return true;
  return line.ends_with(':') || base::istarts_with(line, "Content-");
}

std::optional<std::string_view> why_not_a_mail(std::string_view head) {
  if (head.empty()) return "empty";
  if (start_of_header(head).find('\0') != std::string_view::npos) {
    return "not a mail: it holds binary data";
  }
  if (!has_known_field(head.substr(0, kHeadBytes)))
    return "not a mail: it does not begin with a mail's header";
  return std::nullopt;
}

std::optional<std::string_view> why_cut_short(const mail::Message& message) {
  const std::string_view mail = message.buffer;
  if (message.truncated != mail::Truncation::None || message.parts.empty()) return std::nullopt;
  const mail::Part& whole = message.parts.front();
  const std::string_view header = mail.substr(0, whole.body_begin);
  if (!header.ends_with("\n\n") && !header.ends_with("\n\r\n") && !contains(mail, "\n\n") &&
      !contains(mail, "\n\r\n")) {
    if (mail.ends_with('\n')) return std::nullopt;  // a mail without a body is one (RFC 5322 3.5)
    return "cut short: it ends within its header";
  }
  if (!base::iequals(whole.type, "multipart")) return std::nullopt;
  const auto boundary = mail::parameter(whole.content_type_parameters, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kLongestBoundary) return std::nullopt;
  const std::string_view body = mail.substr(whole.body_begin);
  const std::string last = "--" + *boundary + "--";
  // Mostly it is near the end.
  if (contains(body.substr(body.size() - std::min(body.size(), kNearEnd)), last)) return std::nullopt;
  if (contains(body, last)) return std::nullopt;
  return "cut short: its last part has no end";
}

}  // namespace backstop::mailbox
