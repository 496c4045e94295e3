#include "response/address_scan.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace backstop::response {
namespace {

// RFC 5321 4.5.3.1.1 allows 64 octets, but VERP and X.400 gateways write more.
constexpr std::size_t kLongestLocalPart = 256;
constexpr std::size_t kLongestDomain = 255;

bool is_atext(char c) {
  return base::is_alpha(c) || base::is_digit(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

bool is_domain_character(char c) {
  return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '.' || c == '_';
}

bool is_beyond_ascii(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

std::size_t local_part_begin(std::string_view line, std::size_t at, std::size_t lowest, bool in_brackets) {
  lowest = std::max(lowest, at > kLongestLocalPart ? at - kLongestLocalPart : 0);
  if (at > lowest && line[at - 1] == '"') {
    const std::size_t quote = line.rfind('"', at - 2);
    return at >= 2 && quote != std::string_view::npos && quote >= lowest ? quote : at;
  }
  std::size_t begin = at;
  while (begin > lowest && (is_atext(line[begin - 1]) || (in_brackets && is_beyond_ascii(line[begin - 1]))))
    --begin;
  // The cap, or the address before, may have ended in the middle of a character.
  while (begin < at && (static_cast<unsigned char>(line[begin]) & 0xC0) == 0x80) ++begin;
  return begin;
}

std::size_t domain_end(std::string_view line, std::size_t at, bool in_brackets) {
  std::size_t end = at;
  const std::size_t most = std::min(line.size(), at + kLongestDomain);
  if (end < most && line[end] == '[') {
    const std::size_t close = line.substr(0, most).find(']', end);
    return close == std::string_view::npos ? at : close + 1;
  }
  while (end < most && (is_domain_character(line[end]) || (in_brackets && is_beyond_ascii(line[end])))) ++end;
  end = at + base::utf8_prefix(line.substr(at, end - at), end - at).size();
  while (end > at && (line[end - 1] == '.' || line[end - 1] == '-' || line[end - 1] == '_')) --end;
  return end;
}

}  // namespace

bool is_service_address(std::string_view address) {
  constexpr std::array kLocal = std::to_array<std::string_view>(
      {"postmaster@", "mailer-daemon@", "abuse@", "helpdesk@", "support@", "noreply@", "no-reply@",
       "hostmaster@", "webmaster@", "mdaemon@", "security@", "admin@"});
  return std::ranges::any_of(kLocal,
                             [&](std::string_view local) { return base::istarts_with(address, local); });
}

FoundAddress find_address(std::string_view line, std::size_t from) {
  std::size_t lowest = from;
  for (std::size_t at = line.find('@', from); at != std::string_view::npos; at = line.find('@', at + 1)) {
    const std::string_view before = line.substr(lowest, at - lowest);
    const std::size_t open = before.find_last_of("<> \t");
    const bool in_brackets = open != std::string_view::npos && before[open] == '<';
    std::size_t begin = local_part_begin(line, at, lowest, in_brackets);
    const std::size_t end = domain_end(line, at + 1, in_brackets);
    lowest = at + 1;
    if (begin == at || end == at + 1) continue;
    const std::string_view domain = line.substr(at + 1, end - at - 1);
    if (domain.find('.') == std::string_view::npos && domain[0] != '[' && !in_brackets) continue;
    std::string_view text = line.substr(begin, end - begin);
    // X.400 addresses name their gateway's user ("dda:SMTP=user@example.org"). Some addresses have quotes and
    // dots before them.
    for (const std::string_view prefix : {"smtp=", "rfc822="}) {
      if (base::istarts_with(text, prefix)) text.remove_prefix(prefix.size());
    }
    while (!text.empty() &&
           (text[0] == '\'' || text[0] == '.' || text[0] == '`' || text[0] == '*' || text[0] == '='))
      text.remove_prefix(1);
    if (text.empty() || text[0] == '@') continue;
    FoundAddress found{text, begin, end};
    constexpr std::string_view kMailto = "mailto:";
    if (found.begin >= from + kMailto.size() &&
        base::iequals(line.substr(found.begin - kMailto.size(), kMailto.size()), kMailto))
      found.begin -= kMailto.size();
    while (found.begin > from &&
           std::string_view("<\"'`([").find(line[found.begin - 1]) != std::string_view::npos)
      --found.begin;
    while (found.end < line.size() &&
           std::string_view(">\"'`").find(line[found.end]) != std::string_view::npos)
      ++found.end;
    return found;
  }
  return {};
}

}  // namespace backstop::response
