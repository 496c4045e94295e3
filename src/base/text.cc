#include "base/text.h"

#include <unicode/uchar.h>
#include <unicode/utf.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace backstop::base {

std::string hex(std::span<const unsigned char> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) text.append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
  return text;
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), ascii_lower);
  return lower;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool iequals(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::ranges::equal(a, b, [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

bool istarts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

namespace {

constexpr std::size_t kShortText = 64;

// By byte: how common it is in the text of mails. What is not named here is rare.
constexpr auto kCommonness = [] {
  constexpr std::string_view kCommonestFirst = " etaoinsrhldcum.pf-g0123456789yb:w/=v,k";
  std::array<unsigned char, 256> table{};
  for (std::size_t i = 0; i < kCommonestFirst.size(); ++i) {
    table[static_cast<unsigned char>(kCommonestFirst[i])] =
        static_cast<unsigned char>(kCommonestFirst.size() - i);
  }
  return table;
}();

// Returns the position of the first of the rarest characters.
std::size_t rarest_of(std::string_view text) {
  const auto rarest = std::ranges::min_element(
      text, {}, [](char c) { return kCommonness[static_cast<unsigned char>(ascii_lower(c))]; });
  return static_cast<std::size_t>(rarest - text.begin());
}

}  // namespace

std::size_t ifind(std::string_view text, std::string_view what, std::size_t from) {
  if (what.empty()) return from <= text.size() ? from : std::string_view::npos;
  if (text.size() <= kShortText) {
    // The value of a header field, mostly: looking at each byte costs less than two calls.
    const char first = ascii_lower(what.front());
    for (std::size_t at = from; at + what.size() <= text.size(); ++at) {
      if (ascii_lower(text[at]) == first && iequals(text.substr(at, what.size()), what)) return at;
    }
    return std::string_view::npos;
  }
  const std::size_t sought = rarest_of(what);
  const char lower = ascii_lower(what[sought]);
  const char upper = is_alpha(lower) ? static_cast<char>(lower - ('a' - 'A')) : lower;
  // The next position of either case; each is sought again only after it was passed.
  std::size_t next_lower = text.find(lower, from + sought);
  std::size_t next_upper = upper == lower ? std::string_view::npos : text.find(upper, from + sought);
  for (;;) {
    const std::size_t found = std::min(next_lower, next_upper);
    if (found == std::string_view::npos || text.size() - (found - sought) < what.size())
      return std::string_view::npos;
    if (iequals(text.substr(found - sought, what.size()), what)) return found - sought;
    if (found == next_lower) {
      next_lower = text.find(lower, found + 1);
    } else {
      next_upper = text.find(upper, found + 1);
    }
  }
}

bool next_line(std::string_view& rest, std::string_view& line) {
  if (rest.empty()) return false;
  const std::size_t end = rest.find('\n');
  line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return true;
}

namespace {

// Length of the well-formed UTF-8 sequence at the start of `text`, or 0 (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (text.size() < length || byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The code point of a well-formed sequence.
std::uint32_t code_point(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead;
  std::uint32_t code = lead & (0x7FU >> sequence.size());
  for (const char c : sequence.substr(1)) code = (code << 6) | (static_cast<unsigned char>(c) & 0x3FU);
  return code;
}

struct CodeRange {
  std::uint32_t first;
  std::uint32_t last;
};

// Default_Ignorable_Code_Point of Unicode 15; a test compares them with ICU's.
constexpr auto kIgnorable = std::to_array<CodeRange>({
    {0xAD, 0xAD},
    {0x34F, 0x34F},
    {0x61C, 0x61C},
    {0x115F, 0x1160},
    {0x17B4, 0x17B5},
    {0x180B, 0x180F},
    {0x200B, 0x200F},
    {0x202A, 0x202E},
    {0x2060, 0x206F},
    {0x3164, 0x3164},
    {0xFE00, 0xFE0F},
    {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFF8},
    {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A},
    {0xE0000, 0xE0FFF},
});

bool is_ignorable(std::uint32_t code) {
  const auto* const range = std::ranges::lower_bound(kIgnorable, code, {}, &CodeRange::last);
  return range != kIgnorable.end() && range->first <= code;
}

// The first bytes of the UTF-8 of a range's characters; most letters beyond ASCII have another.
constexpr auto kIgnorableLeads = [] {
  std::array<bool, 256> leads{};
  for (const auto& [first, last] : kIgnorable) {
    for (std::uint32_t code = first; code <= last; ++code) {
      leads[code < 0x800     ? 0xC0 | (code >> 6)
            : code < 0x10000 ? 0xE0 | (code >> 12)
                             : 0xF0 | (code >> 18)] = true;
    }
  }
  return leads;
}();

bool is_wide_space(std::uint32_t code) {
  return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
         code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

}  // namespace

std::size_t ignorable_length(std::string_view text) {
  if (!kIgnorableLeads[static_cast<unsigned char>(text[0])]) return 0;
  const std::size_t length = sequence_length(text);
  return length != 0 && is_ignorable(code_point(text.substr(0, length))) ? length : 0;
}

std::size_t wide_space_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead != 0xC2 && lead != 0xE1 && lead != 0xE2 && lead != 0xE3) return 0;
  const std::size_t length = sequence_length(text);
  return length != 0 && is_wide_space(code_point(text.substr(0, length))) ? length : 0;
}

void fold_hidden(std::string& text) {
  if (is_ascii(text)) return;
  std::size_t kept = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    if (const std::size_t length = ignorable_length(rest); length != 0) {
      at += length;
    } else if (const std::size_t space = wide_space_length(rest); space != 0) {
      text[kept++] = ' ';
      at += space;
    } else {
      text[kept++] = text[at++];
    }
  }
  text.resize(kept);
}

bool hides_text(std::uint32_t code) {
  if (code < 0x7F) return code < 0x20;
  if (code > 0x10FFFF) return true;
  const auto point = static_cast<UChar32>(code);
  constexpr std::uint32_t kHidden = U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CS_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK;
  return (U_GET_GC_MASK(point) & kHidden) != 0 || is_ignorable(code) || code == 0x2800 ||
         U_IS_UNICODE_NONCHAR(point);
}

bool has_hidden(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(sequence_length(text), 1);
    if (hides_text(code_point(text.substr(0, length)))) return true;
    text.remove_prefix(length);
  }
  return false;
}

// Eight bytes at a time: whole mails are asked about.
bool is_ascii(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if ((eight & kHighBits) != 0) return false;
  }
  for (; at < text.size(); ++at) {
    if (static_cast<unsigned char>(text[at]) >= 0x80) return false;
  }
  return true;
}

bool is_utf8(std::string_view text) {
  if (is_ascii(text)) return true;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view utf8_prefix(std::string_view text, std::size_t most) {
  text = text.substr(0, most);
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) break;
    if (byte < 0xC0) continue;
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    if (length > back) text.remove_suffix(back);
    break;
  }
  return text;
}

void append_code_point(std::uint32_t code, std::string& out) {
  if ((code >= 0xD800 && code < 0xE000) || code > 0x10FFFF) code = 0xFFFD;
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      out += static_cast<char>(0xE0 | (code >> 12));
    } else {
      out += static_cast<char>(0xF0 | (code >> 18));
      out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    }
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
  }
  out += static_cast<char>(0x80 | (code & 0x3F));
}

std::string well_formed(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    out += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string printable(std::string_view text, std::size_t most) {
  // Most texts are plain and can be returned as they are.
  const auto is_plain = [](char c) { return c >= ' ' && c < 0x7F; };
  if (text.size() <= most && std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    std::size_t length = sequence_length(text);
    std::string_view piece = text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(piece.size());
    if (piece == "\n" || piece == "\t" || piece == "\r") {
      piece = " ";
    } else if (length == 0 || hides_text(code_point(piece))) {
      piece = kReplacement;
    }
    if (out.size() + piece.size() > most) return out + "…";
    out += piece;
  }
  return out;
}

}  // namespace backstop::base
