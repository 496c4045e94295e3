#include "mail/header_block.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "base/text.h"

namespace backstop::mail {
namespace {

// RFC 5322 3.6.8: printable ASCII except the colon. Only rubbish has names with bytes above 127.
constexpr std::array<bool, 256> kIsNameByte = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 33; byte < 127; ++byte) table[byte] = byte != ':';
  return table;
}();

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Returns the length of the line end at `at`, or 0 if there is none.
std::size_t line_end_length(std::string_view buffer, std::size_t at) {
  if (at < buffer.size() && buffer[at] == '\n') return 1;
  if (at + 1 < buffer.size() && buffer[at] == '\r' && buffer[at + 1] == '\n') return 2;
  return 0;
}

std::size_t next_line(std::string_view buffer, std::size_t at) {
  const std::size_t end = buffer.find('\n', at);
  return end == std::string_view::npos ? buffer.size() : end + 1;
}

// Returns the end of the name at `at`. Reads eight bytes at a time: names have about that length, and a loop
// over single bytes would cost the processor a wrong guess for every field.
std::size_t name_end(std::string_view buffer, std::size_t at) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = kOnes << 7;
  for (; at + 8 <= buffer.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, buffer.data() + at, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    const std::uint64_t no_colon = word ^ (kOnes * ':');
    // Sets the high bit of each byte that is below 33, a colon, or above 126. A borrow can only set bits
    // above a true one.
    const std::uint64_t below = (word - kOnes * 33) & ~word;
    const std::uint64_t colons = (no_colon - kOnes) & ~no_colon;
    const std::uint64_t above = (word + kOnes) | word;
    if (const std::uint64_t stops = (below | colons | above) & kHighs; stops != 0) {
      return at + static_cast<std::size_t>(std::countr_zero(stops)) / 8;
    }
  }
  while (at < buffer.size() && kIsNameByte[static_cast<unsigned char>(buffer[at])]) ++at;
  return at;
}

struct Name {
  std::size_t end = 0;    // past the name; equal to its beginning if the line is no field
  std::size_t colon = 0;  // white space may stand before it (RFC 5322 4.5)
};

Name scan_name(std::string_view buffer, std::size_t at) {
  Name name{at, at};
  const std::size_t end = name_end(buffer, at);
  std::size_t colon = end;
  while (colon < buffer.size() && is_blank(buffer[colon])) ++colon;
  if (end > at && colon < buffer.size() && buffer[colon] == ':') name = {end, colon};
  return name;
}

bool is_field(std::string_view buffer, std::size_t at) {
  return scan_name(buffer, at).end > at;
}

// "From user@example.org Mon Jan  1 ...": mbox files have it before a mail, and so have mails from mailers
// that deliver into them. A mail that was returned from such a file has it quoted, ">From ".
bool is_mbox_line(std::string_view buffer, std::size_t at) {
  std::string_view line = buffer.substr(at, 6);
  if (line.starts_with('>')) line.remove_prefix(1);
  return line.starts_with("From ") && !is_field(buffer, at);
}

bool is_blank_line(std::string_view buffer, std::size_t at) {
  const std::size_t text = buffer.find_first_not_of(" \t", at);
  return text == std::string_view::npos || line_end_length(buffer, text) > 0;
}

// Some programs put a byte order mark before a mail.
std::size_t past_byte_order_mark(std::string_view buffer, std::size_t at) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return buffer.substr(at).starts_with(kMark) && is_field(buffer, at + kMark.size()) ? at + kMark.size() : at;
}

std::size_t skip_to_first_field(std::string_view buffer, std::size_t at) {
  std::size_t seek = at;
  while (seek < buffer.size()) {
    if (is_mbox_line(buffer, seek)) {
      at = seek = next_line(buffer, seek);
    } else if (is_blank_line(buffer, seek)) {
      seek = next_line(buffer, seek);
    } else {
      break;
    }
  }
  seek = past_byte_order_mark(buffer, seek);
  // Blank lines are passed over only if a field follows; else they end a block without fields.
  return is_field(buffer, seek) ? seek : at;
}

// Returns the end of the field that begins at `at`: past the line end of its last continuation line.
std::size_t field_end(std::string_view buffer, std::size_t at) {
  do {
    at = next_line(buffer, at);
  } while (at < buffer.size() && is_blank(buffer[at]));
  return at;
}

// How many lines in a row may be no field before the header counts as over.
constexpr std::size_t kMostStrayLines = 20;
constexpr std::size_t kNoField = std::string_view::npos;

// Returns true if a field line, after lines that are no fields, shows that the header goes on. Text has lines
// like "Note: so", too, so the name must be known.
bool continues_header(std::string_view name, BlockKind kind) {
  if (base::istarts_with(name, "X-") || base::istarts_with(name, "Content-")) return true;
  return kind == BlockKind::Message && field_name(name) != FieldName::Other;
}

// A line that is no field either belongs to a fold that lost its white space, and the header goes on behind
// it; or it is the first line of the body, and the empty line is missing. Returns the beginning of the next
// field, or kNoField for a body.
std::size_t next_field(std::string_view buffer, std::size_t at, BlockKind kind,
                       const Boundaries& boundaries) {
  std::size_t first = kNoField;
  for (std::size_t lines = 0; lines < kMostStrayLines; ++lines) {
    at = next_line(buffer, at);
    if (at >= buffer.size() || line_end_length(buffer, at) > 0) break;
    if (buffer[at] == '-' && boundaries.is_delimiter(at)) break;
    const Name name = scan_name(buffer, at);
    if (name.end == at) continue;
    first = std::min(first, at);
    if (continues_header(buffer.substr(at, name.end - at), kind)) return first;
  }
  return kNoField;
}

class HeaderReader {
 public:
  HeaderReader(BlockKind kind, const Boundaries& boundaries, const Limits& limits, Message& message)
      : kind_(kind), boundaries_(boundaries), limits_(limits), message_(message), buffer_(message.buffer) {}

  /// Returns where the body begins.
  std::size_t read(std::size_t begin);

 private:
  bool is_past_cap(std::size_t end);
  void add_field(std::size_t at, Name name, std::size_t end);
  void note(Truncation truncation) {
    if (message_.truncated == Truncation::None) message_.truncated = truncation;
  }

  BlockKind kind_;
  const Boundaries& boundaries_;
  const Limits& limits_;
  Message& message_;
  std::string_view buffer_;
  std::size_t cap_ = 0;
};

bool HeaderReader::is_past_cap(std::size_t end) {
  if (end <= cap_) return false;
  note(Truncation::HeaderBytes);
  return true;
}

void HeaderReader::add_field(std::size_t at, Name name, std::size_t end) {
  if (message_.fields.size() >= limits_.fields) {
    note(Truncation::Fields);
    return;
  }
  if (end > name.colon + 1 && buffer_[end - 1] == '\n') --end;
  if (end > name.colon + 1 && buffer_[end - 1] == '\r') --end;
  std::size_t value = name.colon + 1;
  while (value < end && base::is_space(buffer_[value])) ++value;
  Field& field = message_.fields.emplace_back();
  field.name = buffer_.substr(at, name.end - at);
  field.id = field_name(field.name);
  field.value = buffer_.substr(value, end - value);
}

std::size_t HeaderReader::read(std::size_t begin) {
  cap_ = begin + std::min(buffer_.size() - begin, limits_.header_bytes);
  std::size_t at = begin;
  while (at < buffer_.size()) {
    if (const std::size_t length = line_end_length(buffer_, at); length > 0) {
      return is_past_cap(at + length) ? at : at + length;
    }
    if (buffer_[at] == '-' && boundaries_.is_delimiter(at)) break;
    const Name name = scan_name(buffer_, at);
    const bool is_a_field = name.end > at;
    if (!is_a_field && at == begin && kind_ == BlockKind::BodyPart) break;
    const std::size_t end = is_a_field ? field_end(buffer_, at) : next_field(buffer_, at, kind_, boundaries_);
    if (end == kNoField || is_past_cap(end)) break;
    if (is_a_field) add_field(at, name, end);
    at = end;
  }
  return at;
}

}  // namespace

void read_header_block(std::size_t at, BlockKind kind, const Boundaries& boundaries, const Limits& limits,
                       Part& part, Message& message) {
  if (kind == BlockKind::Message) at = skip_to_first_field(message.buffer, at);
  part.begin = at;
  part.first_field = static_cast<std::uint32_t>(message.fields.size());
  part.body_begin = HeaderReader(kind, boundaries, limits, message).read(at);
  part.field_count = static_cast<std::uint32_t>(message.fields.size()) - part.first_field;
}

}  // namespace backstop::mail
