#include "mail/address.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "base/domain_key.h"
#include "base/text.h"
#include "mail/address_syntax.h"

namespace backstop::mail {
namespace {

constexpr auto kNone = std::string_view::npos;

std::unexpected<base::Error> no_address(std::string_view text, std::string_view why) {
  return std::unexpected(
      base::Error{"\"" + base::printable(text) + "\" is no mail address: " + std::string(why)});
}

// Without the quotes and the backslashes that escape.
std::string unquote(std::string_view quoted) {
  quoted = quoted.substr(1, quoted.size() - 2);
  std::string out;
  out.reserve(quoted.size());
  for (std::size_t at = 0; at < quoted.size(); ++at) {
    if (quoted[at] == '\\') ++at;
    out += quoted[at];
  }
  return out;
}

// Returns the offset of the "@" after the local part, or of the end if there is no "@"; npos if the local
// part is not one.
std::size_t local_length(std::string_view text) {
  if (text.starts_with('"')) {
    const std::size_t length = quoted_length(text);
    return length == 0 ? kNone : length;
  }
  const std::size_t length = std::min(text.find('@'), text.size());
  return is_dot_string(text.substr(0, length)) ? length : kNone;
}

// Returns the length of the source route at the start of a path, "@one.example,@two.example:" (RFC
// 5321 4.1.2, A-d-l): 0 if there is none, npos if it is broken.
std::size_t route_length(std::string_view path) {
  std::size_t at = 0;
  while (at < path.size() && path[at] == '@') {
    const std::size_t begin = at + 1;
    // The colons of an IPv6 literal don't end the route.
    const bool is_literal = begin < path.size() && path[begin] == '[';
    const std::size_t end = path.find_first_of(",:", is_literal ? path.find(']', begin) : begin);
    if (end == kNone || !is_domain(path.substr(begin, end - begin))) return kNone;
    at = end + 1;
    if (path[end] == ':') return at;
  }
  return at == 0 ? 0 : kNone;
}

// Returns true if all characters beyond ASCII are letters, marks and digits, in well-formed UTF-8.
bool has_only_word_characters(std::string_view text) {
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (c < 0) return false;
    if (c > 127 && (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) == 0) return false;
  }
  return true;
}

bool has_joining_type(UChar32 c, UJoiningType one, UJoiningType other) {
  const auto type = u_getIntPropertyValue(c, UCHAR_JOINING_TYPE);
  return type == one || type == other;
}

// Returns whether the joiner between `begin` and `end` shows, since it changes how the letters beside it are
// written: behind a virama, or, if it joins nothing, between two letters that would be joined.
bool is_joiner_in_place(std::string_view text, std::int32_t begin, std::int32_t end, bool joins) {
  constexpr std::uint8_t kVirama = 9;
  const auto size = static_cast<std::int32_t>(text.size());
  if (begin == 0) return false;
  UChar32 before = 0;
  U8_PREV(text.data(), 0, begin, before);
  if (u_getCombiningClass(before) == kVirama) return true;
  if (joins || end == size) return false;
  UChar32 after = 0;
  U8_NEXT(text.data(), end, size, after);
  return has_joining_type(before, U_JT_LEFT_JOINING, U_JT_DUAL_JOINING) &&
         has_joining_type(after, U_JT_RIGHT_JOINING, U_JT_DUAL_JOINING);
}

}  // namespace

std::string Address::text() const {
  std::string out;
  out.reserve(local.size() + 1 + domain.size());
  if (is_dot_string(local)) {
    out = local;
  } else {
    out += '"';
    for (const char c : local) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  if (!domain.empty()) out.append(1, '@').append(domain);
  return out;
}

std::string Address::folded() const {
  return base::address_key(text());
}

base::Result<Address> parse_address(std::string_view text) {
  if (text.empty()) return no_address(text, "it is empty");
  if (text.size() > kAddressMost) return no_address(text, "it is longer than 254 bytes");
  if (!base::is_utf8(text)) return no_address(text, "it is neither ASCII nor UTF-8");
  const std::size_t at_sign = local_length(text);
  if (at_sign == kNone) return no_address(text, "the text before \"@\" is no name of a mailbox");
  const std::string_view local = text.substr(0, at_sign);
  const std::string_view rest = text.substr(at_sign);
  if (local.size() > kLocalMost) return no_address(text, "the text before \"@\" is longer than 64 bytes");
  // RFC 5321 4.1.1.3: the only name that needs no domain.
  if (rest.empty() && base::iequals(local, "postmaster")) return Address{std::string(local), ""};
  if (!rest.starts_with('@')) return no_address(text, "an \"@\" is missing");
  const std::string_view domain = rest.substr(1);
  if (!is_domain(domain)) return no_address(text, "the text after \"@\" is no domain");
  return Address{local.front() == '"' ? unquote(local) : std::string(local), std::string(domain)};
}

base::Result<Path> parse_path(std::string_view text) {
  if (text == "<>") return Path{};
  std::string_view path = text;
  const bool is_bracketed = path.starts_with('<') && path.ends_with('>');
  if (is_bracketed) path = path.substr(1, path.size() - 2);
  if (path.size() > kAddressMost) return no_address(text, "it is longer than 256 bytes");
  const std::size_t route = route_length(path);
  if (route == kNone) return no_address(text, "its source route is broken");
  auto address = parse_address(path.substr(route));
  if (!address) return std::unexpected(std::move(address.error()));
  return Path{std::move(*address)};
}

bool looks_like_address(std::string_view text) {
  if (text.size() > kAddressMost) return false;
  std::size_t at_sign = text.find('@');
  if (text.starts_with('"')) {
    at_sign = quoted_length(text);
    if (at_sign == 0) return false;
  } else {
    if (at_sign == kNone || at_sign == 0 || text.front() == '.') return false;
    for (const char c : text.substr(0, at_sign)) {
      if (!is_atext(c) && c != '.') return false;
    }
  }
  if (at_sign >= text.size() || text[at_sign] != '@') return false;
  return is_domain(text.substr(at_sign + 1)) && has_only_word_characters(text);
}

bool is_seen_whole(std::string_view address) {
  constexpr UChar32 kNonJoiner = 0x200C;
  constexpr UChar32 kJoiner = 0x200D;
  const auto size = static_cast<std::int32_t>(address.size());
  for (std::int32_t at = 0; at < size;) {
    const std::int32_t begin = at;
    UChar32 c = 0;
    U8_NEXT(address.data(), at, size, c);
    if (c < 0) return false;
    if ((c == kNonJoiner || c == kJoiner) && is_joiner_in_place(address, begin, at, c == kJoiner)) continue;
    // RFC 8264 9 takes spaces out of names, too; the ASCII one is within quotation marks.
    if (base::hides_text(static_cast<std::uint32_t>(c)) || (c > 127 && u_isUWhiteSpace(c) != 0)) return false;
  }
  return true;
}

}  // namespace backstop::mail
