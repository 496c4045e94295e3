#include "mail/encoding.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/text.h"

namespace backstop::mail {
namespace {

constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> kBase64Value = [] {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, 256> table{};
  table.fill(kNoDigit);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

std::uint8_t base64_value(char c) {
  return kBase64Value[static_cast<unsigned char>(c)];
}
char byte_of(std::uint32_t bits) {
  return static_cast<char>(bits & 0xFF);
}

// Collects four digits and appends the bytes that they make.
class Quantum {
 public:
  explicit Quantum(std::string& out) : out_(out) {}

  void add(std::uint8_t digit) {
    bits_ = bits_ << 6 | digit;
    if (++count_ < 4) return;
    out_ += byte_of(bits_ >> 16);
    out_ += byte_of(bits_ >> 8);
    out_ += byte_of(bits_);
    bits_ = count_ = 0;
  }
  /// At padding or the end: two digits hold one byte, three hold two.
  void flush() {
    if (count_ == 2) out_ += byte_of(bits_ >> 4);
    if (count_ == 3) {
      out_ += byte_of(bits_ >> 10);
      out_ += byte_of(bits_ >> 2);
    }
    bits_ = count_ = 0;
  }

 private:
  std::string& out_;
  std::uint32_t bits_ = 0;
  std::uint32_t count_ = 0;
};

std::uint32_t uu_value(char c) {
  return (static_cast<unsigned char>(c) - 32u) & 0x3F;
}

void decode_uu_line(std::string_view line, std::string& out) {
  std::size_t left = uu_value(line[0]);
  line.remove_prefix(1);
  while (left > 0 && !line.empty()) {
    // Spaces at the end of a line get lost on the way; each stood for zero.
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i) bits = bits << 6 | (i < line.size() ? uu_value(line[i]) : 0);
    for (int shift = 16; shift >= 0 && left > 0; shift -= 8, --left) out += byte_of(bits >> shift);
    line.remove_prefix(line.size() < 4 ? line.size() : 4);
  }
}

// "begin 644 name"
bool is_uu_begin(std::string_view line) {
  return line.size() > 9 && line.starts_with("begin ") && base::is_digit(line[6]) &&
         base::is_digit(line[7]) && base::is_digit(line[8]);
}

std::string_view without_trailing_blanks(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  return line;
}

void decode_quoted_printable_line(std::string_view line, std::string& out) {
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t equals = line.find('=', at);
    out.append(line.substr(at, equals - at));
    if (equals == std::string_view::npos) return;
    at = equals + 1;
    const int high = at + 1 < line.size() ? base::hex_value(line[at]) : -1;
    const int low = at + 1 < line.size() ? base::hex_value(line[at + 1]) : -1;
    if (high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      at += 2;
    } else {
      out += '=';  // RFC 2045 6.7: a "=" that begins no escape is shown as it is
    }
  }
}

}  // namespace

void decode_base64(std::string_view text, std::string& out) {
  out.reserve(out.size() + text.size() / 4 * 3 + 3);
  Quantum quantum(out);
  for (const char c : text) {
    const std::uint8_t digit = base64_value(c);
    if (digit != kNoDigit) {
      quantum.add(digit);
    } else if (c == '=') {
      quantum.flush();  // more may follow: mailers join pieces that were encoded one by one
    }
  }
  quantum.flush();
}

void decode_quoted_printable(std::string_view text, std::string& out) {
  out.reserve(out.size() + text.size());
  while (!text.empty()) {
    const std::size_t line_end = text.find('\n');
    const bool has_end = line_end != std::string_view::npos;
    std::string_view line = text.substr(0, line_end);
    text.remove_prefix(has_end ? line_end + 1 : text.size());
    const bool has_cr = has_end && line.ends_with('\r');
    if (has_cr) line.remove_suffix(1);
    // RFC 2045 6.7 rule 3: white space at the end of a line was added on the way.
    line = without_trailing_blanks(line);
    const bool is_soft_break = line.ends_with('=');
    if (is_soft_break) line.remove_suffix(1);
    decode_quoted_printable_line(line, out);
    if (has_end && !is_soft_break) out.append(has_cr ? "\r\n" : "\n");
  }
}

void decode_uuencode(std::string_view text, std::string& out) {
  const std::string_view whole = text;
  std::string_view line;
  bool is_inside = false;
  bool was_inside = false;
  while (base::next_line(text, line)) {
    if (!is_inside) {
      is_inside = is_uu_begin(line);
      was_inside = was_inside || is_inside;
    } else if (line == "end") {
      is_inside = false;
    } else if (!line.empty()) {
      decode_uu_line(line, out);
    }
  }
  if (!was_inside) out.append(whole);
}

void decode(TransferEncoding encoding, std::string_view text, std::string& out) {
  switch (encoding) {
    case TransferEncoding::Identity:
      out.append(text);
      return;
    case TransferEncoding::QuotedPrintable:
      decode_quoted_printable(text, out);
      return;
    case TransferEncoding::Base64:
      decode_base64(text, out);
      return;
    case TransferEncoding::Uuencode:
      decode_uuencode(text, out);
      return;
  }
}

}  // namespace backstop::mail
