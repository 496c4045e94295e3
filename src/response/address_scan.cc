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

// Returns the length of the letter of Latin, Greek or Cyrillic at `at`, with or without marks (U+00C0 to
// U+053F); 0 for any other. Words of these have spaces between them, so a letter beside an address belongs to
// it. Those of Chinese or Japanese do not.
std::size_t letter_length(std::string_view line, std::size_t at) {
  if (at + 1 >= line.size()) return 0;
  const auto lead = static_cast<unsigned char>(line[at]);
  const auto next = static_cast<unsigned char>(line[at + 1]);
  return lead >= 0xC3 && lead <= 0xD4 && (next & 0xC0) == 0x80 ? 2 : 0;
}

bool is_control(char c) {
  return (c >= '\0' && c < ' ' && !std::string_view("\t\n\v\f\r").contains(c)) || c == '\x7F';
}

// Returns whether what is written around an address, up to white space, has a control character. A NUL or the
// escape sequence of a terminal cuts the address, and the rest would be another one.
bool is_beside_control(std::string_view line, std::size_t begin, std::size_t end) {
  constexpr std::size_t kMost = 256;
  const auto ends_here = [](char c) { return std::string_view(" \t\n\v\f\r<>").contains(c); };
  for (std::size_t i = begin; i > begin - std::min(begin, kMost) && !ends_here(line[i - 1]); --i) {
    if (is_control(line[i - 1])) return true;
  }
  const std::size_t last = std::min(line.size(), end + kMost);
  for (std::size_t i = end; i < last && !ends_here(line[i]); ++i) {
    if (is_control(line[i])) return true;
  }
  return false;
}

std::size_t local_part_begin(std::string_view line, std::size_t at, std::size_t lowest, bool in_brackets) {
  lowest = std::max(lowest, at > kLongestLocalPart ? at - kLongestLocalPart : 0);
  if (at > lowest && line[at - 1] == '"') {
    const std::size_t quote = line.rfind('"', at - 2);
    return at >= 2 && quote != std::string_view::npos && quote >= lowest ? quote : at;
  }
  std::size_t begin = at;
  while (begin > lowest) {
    if (is_atext(line[begin - 1]) || (in_brackets && is_beyond_ascii(line[begin - 1]))) {
      --begin;
    } else if (begin >= lowest + 2 && letter_length(line, begin - 2) != 0) {
      begin -= 2;
    } else {
      break;
    }
  }
  // The cap, or the address before, may have ended in the middle of a character.
  while (begin < at && (static_cast<unsigned char>(line[begin]) & 0xC0) == 0x80) ++begin;
  return begin;
}

// Returns whether `at` is where a quoted local part may begin.
bool may_begin_quoted(std::string_view line, std::size_t at) {
  return at == 0 || std::string_view(" \t<(,:;=[").contains(line[at - 1]);
}

std::size_t domain_end(std::string_view line, std::size_t at, bool in_brackets) {
  std::size_t end = at;
  const std::size_t most = std::min(line.size(), at + kLongestDomain);
  if (end < most && line[end] == '[') {
    const std::size_t close = line.substr(0, most).find(']', end);
    return close == std::string_view::npos ? at : close + 1;
  }
  while (end < most) {
    const std::size_t letter = letter_length(line, end);
    if (letter == 0 && !is_domain_character(line[end]) && !(in_brackets && is_beyond_ascii(line[end]))) break;
    end += std::max<std::size_t>(letter, 1);
  }
  end = std::min(end, most);
  end = at + base::utf8_prefix(line.substr(at, end - at), end - at).size();
  while (end > at && (line[end - 1] == '.' || line[end - 1] == '-' || line[end - 1] == '_')) --end;
  return end;
}

// Returns whether an address that ends before `rest` is a part of a longer one: "x <user@example.org>@y".
bool is_inside_longer(std::string_view rest) {
  const std::size_t at = rest.find_first_not_of(">\"'` \\");
  return at != std::string_view::npos && rest[at] == '@' && at + 1 < rest.size() &&
         (is_domain_character(rest[at + 1]) || is_beyond_ascii(rest[at + 1]) || rest[at + 1] == '[');
}

// Finds the quoted local parts of a line, in order.
class QuotedParts {
 public:
  explicit QuotedParts(std::string_view line, std::size_t from) : line_(line), next_(from) {}

  /// Moves to the part that the "@" at `at` is in or behind, if there is one. Takes linear time for all calls
  /// together: an unescaped quotation mark ends the search for the end of a part that begins before it.
  void move_to(std::size_t at) {
    while (end_ < at && next_ < at) {
      const std::size_t quote = line_.substr(0, at).find('"', next_);
      next_ = std::min(quote, at - 1) + 1;
      if (quote == std::string_view::npos) return;
      if (!may_begin_quoted(line_, quote)) continue;
      const std::size_t end = quote + quoted_end(line_.substr(quote));
      if (end == quote || end >= line_.size() || line_[end] != '@') continue;
      begin_ = quote;
      end_ = next_ = end;
    }
  }

  bool contains(std::size_t at) const { return begin_ < at && at <= end_; }
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }  ///< where the "@" behind it is

 private:
  std::string_view line_;
  std::size_t next_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace

std::size_t quoted_end(std::string_view text) {
  if (!text.starts_with('"')) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return 0;
}

bool is_service_address(std::string_view address) {
  constexpr std::array kLocal = std::to_array<std::string_view>(
      {"postmaster@", "mailer-daemon@", "abuse@", "helpdesk@", "support@", "noreply@", "no-reply@",
       "hostmaster@", "webmaster@", "mdaemon@", "security@", "admin@"});
  return std::ranges::any_of(kLocal,
                             [&](std::string_view local) { return base::istarts_with(address, local); });
}

FoundAddress find_address(std::string_view line, std::size_t from) {
  std::size_t lowest = from;
  QuotedParts quoted(line, from);
  for (std::size_t at = line.find('@', from); at != std::string_view::npos; at = line.find('@', at + 1)) {
    quoted.move_to(at);
    const bool is_quoted = quoted.contains(at);
    // An "@" in a quoted local part is not the one before the domain.
    if (is_quoted) at = quoted.end();
    const std::string_view before = line.substr(lowest, at - lowest);
    const std::size_t open = before.find_last_of("<> \t");
    const bool in_brackets = open != std::string_view::npos && before[open] == '<';
    const bool is_long = is_quoted && at - quoted.begin() > kLongestLocalPart;
    const std::size_t begin = is_long     ? at
                              : is_quoted ? quoted.begin()
                                          : local_part_begin(line, at, lowest, in_brackets);
    const std::size_t end = domain_end(line, at + 1, in_brackets);
    lowest = at + 1;
    if (begin == at || end == at + 1 || is_inside_longer(line.substr(end))) continue;
    if (is_beside_control(line, begin, end)) continue;
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
