#include "smtp/command.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "base/text.h"
#include "smtp/words.h"

namespace backstop::smtp {
namespace {

constexpr std::size_t kMostHelo = 255;  // RFC 5321 4.5.3.1.2

// Returns a word of up to 8 letters as a number, in lower case, so that one comparison tells verbs apart; 0
// for any other word.
constexpr std::uint64_t packed(std::string_view word) {
  if (word.size() > 8) return 0;
  std::uint64_t number = 0;
  for (const char c : word) {
    if (!base::is_alpha(c)) return 0;
    number = (number << 8) | static_cast<unsigned char>(base::ascii_lower(c));
  }
  return number;
}

struct VerbRow {
  Verb verb;
  std::string_view name;
  std::uint64_t key = packed(name);
};

constexpr auto kVerbs = std::to_array<VerbRow>({
    {Verb::Unknown, ""},
    {Verb::Helo, "HELO"},
    {Verb::Ehlo, "EHLO"},
    {Verb::Mail, "MAIL"},
    {Verb::Rcpt, "RCPT"},
    {Verb::Data, "DATA"},
    {Verb::Bdat, "BDAT"},
    {Verb::Rset, "RSET"},
    {Verb::Noop, "NOOP"},
    {Verb::Quit, "QUIT"},
    {Verb::Vrfy, "VRFY"},
    {Verb::Expn, "EXPN"},
    {Verb::Help, "HELP"},
    {Verb::StartTls, "STARTTLS"},
    {Verb::Auth, "AUTH"},
    {Verb::Xclient, "XCLIENT"},
    {Verb::Xforward, "XFORWARD"},
});
static_assert([] {
  for (std::size_t i = 0; i < kVerbs.size(); ++i) {
    if (static_cast<std::size_t>(kVerbs[i].verb) != i) return false;
  }
  return true;
}());

// Methods of HTTP and WebDAV (the registry of RFC 9110 16.1), as far as a client could be made to send them.
constexpr auto kHttpMethods = std::to_array<std::uint64_t>({
    packed("GET"),      packed("POST"),   packed("PUT"),    packed("CONNECT"), packed("HEAD"),
    packed("DELETE"),   packed("PATCH"),  packed("TRACE"),  packed("OPTIONS"), packed("PRI"),
    packed("PROPFIND"), packed("MKCOL"),  packed("COPY"),   packed("MOVE"),    packed("LOCK"),
    packed("UNLOCK"),   packed("REPORT"), packed("SEARCH"), packed("QUERY"),   packed("PURGE"),
});

// "HTTP/1.1", "HTTP/2".
bool is_http_version(std::string_view word) {
  constexpr std::string_view kHttp = "HTTP/";
  if (!base::istarts_with(word, kHttp)) return false;
  word.remove_prefix(kHttp.size());
  return !word.empty() && std::ranges::all_of(word, [](char c) { return base::is_digit(c) || c == '.'; });
}

std::unexpected<Reply> wrong_argument(std::string_view text) {
  return std::unexpected(Reply(501, "5.5.4", text));
}

// Printable ASCII without spaces, and letters, marks and digits beyond it in well-formed UTF-8.
bool is_host_text(std::string_view text) {
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (c <= ' ' || c == 127) return false;
    if (c > 127 && (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) == 0) return false;
  }
  return true;
}

}  // namespace

Command split_command(std::string_view line) {
  // Spaces and tabs only: a CR that is left at the end is a fault.
  while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
  const std::string_view word = line.substr(0, line.find(' '));
  std::string_view argument = line.substr(word.size());
  while (argument.starts_with(' ')) argument.remove_prefix(1);
  const std::uint64_t key = packed(word);
  for (const VerbRow& row : kVerbs) {
    if (row.key == key) return {row.verb, argument};
  }
  return {Verb::Unknown, argument};
}

bool is_http_request(std::string_view line) {
  constexpr std::string_view kSpace = " \t";
  while (!line.empty() && std::string_view(" \t\r\n").contains(line.back())) line.remove_suffix(1);
  while (!line.empty() && kSpace.contains(line.front())) line.remove_prefix(1);
  if (line.empty()) return false;
  // Every command of every session comes here, and few end in a digit.
  if (base::is_digit(line.back()) && is_http_version(line.substr(line.find_last_of(kSpace) + 1))) return true;
  const std::string_view first = line.substr(0, line.find_first_of(kSpace));
  const std::uint64_t key = packed(first);
  return key == 0 ? is_http_version(first) : std::ranges::find(kHttpMethods, key) != kHttpMethods.end();
}

std::string_view name(Verb verb) {
  return kVerbs[static_cast<std::size_t>(verb)].name;
}

std::expected<BdatCommand, Reply> parse_bdat(std::string_view argument) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const std::string_view size = next_word(argument);
  const std::string_view last = next_word(argument);
  const auto number = parse_number(size);
  if (!number || *number > kMost) {
    return wrong_argument("BDAT needs the number of octets that follow, not " + quoted(size));
  }
  const bool is_last = base::iequals(last, "LAST");
  if (!last.empty() && !is_last) {
    return wrong_argument("only LAST may follow the size of BDAT, not " + quoted(last));
  }
  if (const std::string_view more = next_word(argument); !more.empty()) {
    return wrong_argument("nothing may follow LAST, not " + quoted(more));
  }
  return BdatCommand{*number, is_last};
}

std::expected<std::string, Reply> parse_helo(std::string_view argument) {
  const std::string_view host = next_word(argument);
  if (host.empty())
    return wrong_argument("the name of the client's host is missing, as in EHLO mail.example.org");
  if (host.size() > kMostHelo) {
    return wrong_argument("the name of the client's host is longer than " + std::to_string(kMostHelo) +
                          " octets");
  }
  if (!is_host_text(host))
    return wrong_argument(quoted(host) + " is neither a host name nor an address literal");
  return std::string(host);
}

}  // namespace backstop::smtp
