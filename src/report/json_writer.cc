#include "report/json_writer.h"

#include <fmt/format.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/text.h"

namespace backstop::report {

namespace {

// Most text consists of characters that stand for themselves.
constexpr auto kIsPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = ' '; c < 0x7F; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

std::size_t plain_length(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && kIsPlain[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

// Returns the letter of RFC 8259 7 for a character that has one, else NUL.
char short_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return '\0';
  }
}

}  // namespace

void append_json_escape(std::int32_t code, std::string& out) {
  if (code < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", static_cast<unsigned>(U16_LEAD(code)),
                   static_cast<unsigned>(U16_TRAIL(code)));
  }
}

std::string& JsonWriter::begin(std::string_view key) {
  // Only an object or a list that was just begun ends in its bracket: a text ends in a quote.
  if (!line_.empty() && line_.back() != '{' && line_.back() != '[') line_ += ',';
  if (!key.empty()) {
    line_ += '"';
    line_ += key;
    line_ += "\":";
  }
  return line_;
}

void JsonWriter::text(std::string_view key, std::string_view value) {
  begin(key) += '"';
  while (!value.empty()) {
    const std::size_t plain = plain_length(value);
    line_ += value.substr(0, plain);
    value.remove_prefix(plain);
    if (!value.empty()) append_beyond_plain(value);
  }
  line_ += '"';
}

// Appends the first character of `value`, and moves `value` past it.
void JsonWriter::append_beyond_plain(std::string_view& value) {
  if (const char letter = short_escape(value.front()); letter != '\0') {
    line_ += '\\';
    line_ += letter;
    value.remove_prefix(1);
    return;
  }
  constexpr std::size_t kLongest = 4;
  const auto end = static_cast<std::int32_t>(std::min(value.size(), kLongest));
  std::int32_t length = 0;
  UChar32 code = 0;
  U8_NEXT(value.data(), length, end, code);
  if (code < 0) {
    line_ += "\uFFFD";
    length = 1;
  } else if (base::hides_text(static_cast<std::uint32_t>(code))) {
    append_json_escape(code, line_);
  } else {
    line_ += value.substr(0, static_cast<std::size_t>(length));
  }
  value.remove_prefix(static_cast<std::size_t>(length));
}

void JsonWriter::number(std::string_view key, std::int64_t value) {
  fmt::format_to(std::back_inserter(begin(key)), "{}", value);
}

}  // namespace backstop::report
