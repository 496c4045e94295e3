#include "mail/header_block.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace backstop::mail {
namespace {

// RFC 5322 3.6.8: printable ASCII but the colon. Bytes above 127 are no name in any mail but rubbish.
constexpr std::array<bool, 256> kIsNameByte = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 33; byte < 127; ++byte) table[byte] = byte != ':';
  return table;
}();

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Length of the line end at `at`: 0 when none stands there.
std::size_t line_end_length(std::string_view buffer, std::size_t at) {
  if (at < buffer.size() && buffer[at] == '\n') return 1;
  if (at + 1 < buffer.size() && buffer[at] == '\r' && buffer[at + 1] == '\n') return 2;
  return 0;
}

std::size_t next_line(std::string_view buffer, std::size_t at) {
  const std::size_t end = buffer.find('\n', at);
  return end == std::string_view::npos ? buffer.size() : end + 1;
}

struct Name {
  std::size_t end = 0;    // past the name; equal to its begin when the line is no field
  std::size_t colon = 0;  // white space may stand before it (RFC 5322 4.5)
};

Name scan_name(std::string_view buffer, std::size_t at) {
  Name name{at, at};
  std::size_t end = at;
  while (end < buffer.size() && kIsNameByte[static_cast<unsigned char>(buffer[end])]) ++end;
  std::size_t colon = end;
  while (colon < buffer.size() && is_blank(buffer[colon])) ++colon;
  if (end > at && colon < buffer.size() && buffer[colon] == ':') name = {end, colon};
  return name;
}

bool is_field(std::string_view buffer, std::size_t at) {
  return scan_name(buffer, at).end > at;
}

// "From user@example.org Mon Jan  1 ...", as mbox files and mailers that deliver into them write it before a
// mail; quoted once more (">From ") when the mail was returned from such a file.
bool is_mbox_line(std::string_view buffer, std::size_t at) {
  std::string_view line = buffer.substr(at, 6);
  if (line.starts_with('>')) line.remove_prefix(1);
  return line.starts_with("From ") && !is_field(buffer, at);
}

std::size_t skip_to_first_field(std::string_view buffer, std::size_t at, const Boundaries& boundaries) {
  std::size_t seek = at;
  while (seek < buffer.size()) {
    if (is_mbox_line(buffer, seek)) {
      at = seek = next_line(buffer, seek);
    } else if (const std::size_t length = line_end_length(buffer, seek); length > 0) {
      seek += length;
    } else {
      break;
    }
  }
  // Empty lines are passed over only if a field follows; else they are the end of a block without fields.
  return seek > at && is_field(buffer, seek) && !boundaries.is_delimiter(seek) ? seek : at;
}

// The end of the field that begins at `at`: past the line end of its last continuation line.
std::size_t field_end(std::string_view buffer, std::size_t at) {
  do {
    at = next_line(buffer, at);
  } while (at < buffer.size() && is_blank(buffer[at]));
  return at;
}

// A single line that is no field, with a field after it, is a broken fold or a stray line: the header goes on
// behind it. Anything else that is no field is text whose empty line is missing.
bool is_stray_line(std::string_view buffer, std::size_t at) {
  const std::size_t next = next_line(buffer, at);
  return next < buffer.size() && is_field(buffer, next);
}

Field make_field(std::string_view buffer, std::size_t at, Name name, std::size_t end) {
  if (end > name.colon + 1 && buffer[end - 1] == '\n') --end;
  if (end > name.colon + 1 && buffer[end - 1] == '\r') --end;
  std::size_t value = name.colon + 1;
  while (value < end && base::is_space(buffer[value])) ++value;
  const std::string_view text = buffer.substr(at, name.end - at);
  return Field{field_name(text), text, buffer.substr(value, end - value)};
}

void note(Message& message, Truncation truncation) {
  if (message.truncated == Truncation::None) message.truncated = truncation;
}

}  // namespace

void read_header_block(std::size_t at, BlockKind kind, const Boundaries& boundaries, const Limits& limits,
                       Part& part, Message& message) {
  const std::string_view buffer = message.buffer;
  if (kind == BlockKind::Message) at = skip_to_first_field(buffer, at, boundaries);
  part.begin = at;
  part.first_field = static_cast<std::uint32_t>(message.fields.size());
  const std::size_t cap = std::min(buffer.size() - at, limits.header_bytes) + at;
  while (at < buffer.size()) {
    std::size_t end = at + line_end_length(buffer, at);
    if (end > at) {
      if (end > cap) note(message, Truncation::HeaderBytes);
      at = end > cap ? at : end;
      break;
    }
    if (buffer[at] == '-' && boundaries.is_delimiter(at)) break;
    const Name name = scan_name(buffer, at);
    const bool is_stray = name.end == at;
    if (is_stray && (at == part.begin || !is_stray_line(buffer, at))) break;
    end = is_stray ? next_line(buffer, at) : field_end(buffer, at);
    if (end > cap) {
      note(message, Truncation::HeaderBytes);
      break;
    }
    if (!is_stray && message.fields.size() < limits.fields) {
      message.fields.push_back(make_field(buffer, at, name, end));
    } else if (!is_stray) {
      note(message, Truncation::Fields);
    }
    at = end;
  }
  part.field_count = static_cast<std::uint32_t>(message.fields.size()) - part.first_field;
  part.body_begin = at;
}

}  // namespace backstop::mail
