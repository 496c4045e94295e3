#include "response/server_words.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"
#include "response/status.h"

namespace backstop::response {
namespace {

/// A remark begins with `begin` and reaches to the end of `end`, if that comes soon. A space may also be the
/// end of the text.
struct Remark {
  std::string_view begin;
  std::string_view end;
};

// As the programs write them, in their own case. The first letter of each is in kFirst.
constexpr std::array kRemarks = std::to_array<Remark>({
    {"(in reply to ", ")"},                              // Postfix
    {"(delivery temporarily suspended: ", ":"},          //
    {"host ", " said:"},                                 // Postfix: "host mx.example.org[192.0.2.1] said:"
    {"SMTP error from remote mail server after ", ":"},  // Exim; "RCPT TO:<...>:" has a colon of its own
    {"SMTP error from remote mailer after ", ":"},       //
    {"SMTP error from remote server ", ":"},             // 1&1 and GMX
    {"Remote host said:", ""},                           // qmail
    {"Giving up on ", " "},                              //
    {"does not like recipient.", ""},                    //
    {"but sender was rejected.", ""},                    //
    {"failed after I sent the message.", ""},            //
    {"Remote Server returned ", " "},                    // Exchange
    {"Remote server returned ", " "},                    //
    {"while talking to ", ":"},                          // Sendmail
    {">>> RCPT T", ">"},                                 //
    {">>> MAIL F", ">"},                                 //
    {">>> DATA", ""},                                    //
    {"(delivery attempts: ", ")"},                       // IronPort
});
// What is written in place of a host's address.
constexpr std::string_view kIpAddress = "an-ip-address";
constexpr std::string_view kFirst = "(hSRGdbfw>";
constexpr std::size_t kLongestRemark = 300;

// Returns the length of Exim's "host mx.example.org [192.0.2.1]" at the start of `text`, or 0. A server says
// "Client host [192.0.2.1]" and "host name invalid".
std::size_t named_host_length(std::string_view text) {
  constexpr std::string_view kHost = "host ";
  if (!text.starts_with(kHost)) return 0;
  const std::string_view rest = text.substr(kHost.size(), kLongestRemark);
  const std::string_view name = rest.substr(0, rest.find(' '));
  if (!name.contains('.') || !rest.substr(name.size()).starts_with(" [")) return 0;
  const std::size_t end = rest.find(']', name.size());
  return end == std::string_view::npos ? 0 : kHost.size() + end + 1;
}

// Returns the length of the remark at the start of `text`, or 0.
std::size_t remark_length(std::string_view text) {
  for (const auto& [begin, end] : kRemarks) {
    if (begin.front() != text.front() || !text.starts_with(begin)) continue;
    if (end.empty()) return begin.size();
    const std::size_t at = text.substr(0, kLongestRemark).find(end, begin.size());
    if (at != std::string_view::npos) return at + end.size();
    if (end == " " && text.size() < kLongestRemark) return text.size();
  }
  return named_host_length(text);
}

constexpr bool ends_address(char c) {
  return c == ' ' || c == '<' || c == '>' || c == '"' || c == ',' || c == ';' || c == '(' || c == ')' ||
         c == '[';
}

// Returns the length of "'t" at the start of `text` if `out` ends in the "n" of "doesn't", or 0. The
// apostrophe may be the typographic one.
std::size_t contraction_length(std::string_view text, std::string_view out) {
  constexpr std::string_view kApostrophe = "\u2019";
  const std::size_t apostrophe = text[0] == '\'' ? 1 : text.starts_with(kApostrophe) ? kApostrophe.size() : 0;
  if (apostrophe == 0 || apostrophe == text.size() || base::ascii_lower(text[apostrophe]) != 't' ||
      out.empty())
    return 0;
  return base::ascii_lower(out.back()) == 'n' ? apostrophe + 1 : 0;
}

// Makes "doesn" "does not" and "can" "cannot".
void append_not(std::string& out) {
  if (out.size() < 3 || !base::iequals(std::string_view(out).substr(out.size() - 3), "can")) out.back() = ' ';
  out += "not";
}

// Returns whether the word is an IPv4 address, perhaps with a mark behind it.
bool is_ip_address(std::string_view word) {
  if (word.empty() || word.front() > '9') return false;
  while (!word.empty() && (word.back() == ':' || word.back() == '.' || word.back() == ']'))
    word.remove_suffix(1);
  return word.size() >= 7 && word.size() <= 15 && std::ranges::count(word, '.') == 3 &&
         word.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Returns whether the word is an IPv6 address, perhaps with a mark around it. "10:15:02" is a time.
bool is_ipv6_address(std::string_view word) {
  constexpr std::string_view kTag = "IPv6:";
  if (base::istarts_with(word, kTag)) word.remove_prefix(kTag.size());
  while (!word.empty() && (word.back() == ']' || word.back() == '.')) word.remove_suffix(1);
  constexpr std::size_t kLongest = 45;
  if (word.size() > kLongest || word.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos)
    return false;
  const auto colons = std::ranges::count(word, ':');
  return colons >= 4 || (colons >= 2 && word.contains("::"));
}

// Returns whether a label of the host's name is the name of a block list, or of a page that says
// what is wrong with a host.
bool is_telling(std::string_view host) {
  constexpr std::array kNames = std::to_array<std::string_view>(
      {"spamhaus",  "spamcop",     "surbl",      "uribl",       "sorbs",      "barracudacentral",
       "dnsbl",     "dnsrbl",      "rbl",        "psbl",        "cbl",        "sbl",
       "xbl",       "pbl",         "dbl",        "abuseat",     "uceprotect", "spamrats",
       "abusix",    "invaluement", "ivmuri",     "senderscore", "senderbase", "talos",
       "spfbl",     "fortiguard",  "trendmicro", "cloudmark",   "csi",        "ipcheck",
       "mailspike", "postmaster",  "in-addr",    "resolver",    "transport"});
  constexpr std::size_t kLongestGeneral = 5;
  for (std::size_t at = 0; at < host.size();) {
    const std::size_t dot = std::min(host.find('.', at), host.size());
    const std::string_view label = host.substr(at, dot - at);
    const std::string_view behind = host.substr(std::min(dot + 1, host.size()));
    // Anybody may have the domain "pbl.example", but not "zen.spamhaus.example".
    const auto is_name = [&](std::string_view name) {
      return base::iequals(label, name) && (name.size() > kLongestGeneral || behind.contains('.'));
    };
    if (std::ranges::any_of(kNames, is_name)) return true;
    at = dot + 1;
  }
  return false;
}

bool is_label(std::string_view label) {
  return !label.empty() && std::ranges::all_of(label, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '-';
  });
}

// Returns whether `top` may be the last label of a host's name: small letters, or large ones if the name has
// no others. The last label of Exchange's "RESOLVER.ADR.RecipNotFound" has both, that of "mailbox full.try
// again" is a word.
bool is_top(std::string_view top, std::string_view name) {
  constexpr std::array kWords = std::to_array<std::string_view>(
      {"try",  "please", "see",   "the",      "this",    "for",     "visit",    "check",   "contact",
       "your", "you",    "and",   "but",      "message", "user",    "error",    "access",  "help",
       "more", "http",   "https", "detected", "found",   "blocked", "rejected", "refused", "denied"});
  if (top.size() < 2 || std::ranges::find(kWords, top) != kWords.end()) return false;
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  return std::ranges::all_of(top, is_small) ||
         (std::ranges::all_of(top, base::is_alpha) && std::ranges::none_of(name, is_small));
}

// Returns whether `name` is the name of a host: labels with dots.
bool is_host_name(std::string_view name) {
  constexpr std::size_t kLongest = 255;
  if (name.ends_with('.')) name.remove_suffix(1);
  const std::size_t last = name.rfind('.');
  if (name.size() > kLongest || last == std::string_view::npos || !is_top(name.substr(last + 1), name))
    return false;
  for (std::size_t at = 0; at < last;) {
    const std::size_t dot = name.find('.', at);
    if (!is_label(name.substr(at, dot - at))) return false;
    at = dot + 1;
  }
  return true;
}

// Returns whether a word before an address in brackets is the name of a host: "gate[192.0.2.1]", but not
// "Client host[192.0.2.1]".
bool names_host(std::string_view word, std::string_view behind) {
  constexpr std::array kNouns =
      std::to_array<std::string_view>({"host", "ip", "address", "server", "client"});
  if (behind.empty() || !(base::is_digit(behind.front()) || base::istarts_with(behind, "IPv6:")))
    return false;
  return is_label(word) &&
         std::ranges::none_of(kNouns, [&](std::string_view noun) { return base::iequals(word, noun); });
}

// What a byte is for the search. Most are only copied.
enum ByteClass : std::uint8_t { Letter = 1, BeginsRemark = 2, Special = 4 };
constexpr auto kByteClass = [] {
  std::array<std::uint8_t, 256> all{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const char c = static_cast<char>(i);
    if (base::is_alpha(c)) all[i] |= Letter;
    if (kFirst.contains(c)) all[i] |= BeginsRemark;
    if (i >= 0xC2 || c == '@' || c == '?' || c == '\'' || ends_address(c)) all[i] |= Special;
  }
  return all;
}();

// Returns the end of the bytes from `at` that are copied as they are.
std::size_t end_of_plain(std::string_view words, std::size_t at) {
  bool is_after_letter = at > 0 && base::is_alpha(words[at - 1]);
  for (; at < words.size(); ++at) {
    const auto byte = kByteClass[static_cast<unsigned char>(words[at])];
    if ((byte & Special) != 0 || ((byte & BeginsRemark) != 0 && !is_after_letter)) break;
    is_after_letter = (byte & Letter) != 0;
  }
  return at;
}

// Rewrites the server's words one by one.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out), word_(out.size()) {}

  void add(char c) {
    has_at_ = has_at_ || c == '@';
    has_question_ = has_question_ || c == '?';
    out_ += c;
  }

  /// Adds text without '@' and '?'.
  void add_plain(std::string_view text) { out_ += text; }

  /// Ends a word with `mark`, which `behind` follows.
  void end_word(char mark, std::string_view behind) {
    const std::string_view word = std::string_view(out_).substr(word_);
    const bool is_in_angles = mark == '>' && word_ > 0 && out_[word_ - 1] == '<';
    if (is_in_angles || (mark == '[' && names_host(word, behind))) blank(word_, out_.size());
    close_word();
    out_ += mark;
    word_ = out_.size();
  }

  /// Leaves out a remark, and the host's address before it.
  void leave_out_remark() {
    close_word();
    const std::string with_space = std::string(kIpAddress) + ' ';
    if (out_.ends_with(with_space)) out_.resize(out_.size() - with_space.size());
    out_ += ' ';
    word_ = out_.size();
  }

  // What is written replaces an address of a mailbox by spaces and that of a host by one word.
  void close_word() {
    if (has_question_) drop_query();
    const std::string_view word = std::string_view(out_).substr(word_);
    const bool is_ipv6 = is_ipv6_address(word);
    if (has_at_ || (is_ipv6 && is_in_brackets())) {
      blank(word_, out_.size());
    } else if (is_ipv6 || (is_ip_address(word) && !is_in_brackets())) {
      out_.resize(word_);
      out_ += kIpAddress;
    } else {
      if (word.contains('/')) leave_out_path();
      if (word.contains('.')) leave_out_hosts();
    }
    has_at_ = false;
    has_question_ = false;
  }

 private:
  void blank(std::size_t begin, std::size_t end) {
    std::fill(out_.begin() + static_cast<std::ptrdiff_t>(begin),
              out_.begin() + static_cast<std::ptrdiff_t>(end), ' ');
  }

  // Leaves out the path of a file, "/opt/antispam/filter.sh" or "|/usr/bin/filter:". A single slash and a
  // name may be anything.
  void leave_out_path() {
    constexpr std::string_view kMarks = ":='`|";
    const std::string_view word = std::string_view(out_).substr(word_);
    const std::size_t begin = word.find('/');
    if (begin > 0 && !kMarks.contains(word[begin - 1])) return;
    const std::string_view rest = word.substr(begin);
    if (rest.starts_with("//") || rest.find('/', 1) == std::string_view::npos) return;
    blank(word_ + begin, word_ + std::min(word.find_first_of(kMarks, begin), word.size()));
  }

  // Leaves out the host of an address of the Web, or those of "dns:mx.example.org" and "mx.example.org:25".
  // What follows the first slash is a path.
  void leave_out_hosts() {
    const std::string_view word = std::string_view(out_).substr(word_);
    const std::size_t scheme = word.find("://");
    std::size_t at = scheme == std::string_view::npos ? 0 : scheme + 3;
    const std::size_t path = std::min(word.find('/', at), word.size());
    while (at < path) {
      const std::size_t end = std::min(word.find_first_of(":='`|#]", at), path);
      const std::string_view name = word.substr(at, end - at);
      if (is_host_name(name) && !is_telling(name)) blank(word_ + at, word_ + end);
      at = end + 1;
    }
  }

  // What a server asks in an address is not what it says: "https://example.org/codes?ip=192.0.2.1".
  void drop_query() {
    const std::string_view word = std::string_view(out_).substr(word_);
    const std::size_t scheme = word.find("://");
    if (scheme == std::string_view::npos) return;
    if (const std::size_t query = word.find('?', scheme); query != std::string_view::npos)
      out_.resize(word_ + query);
  }

  // "mx.example.org[192.0.2.1]" is the name of a host.
  bool is_in_brackets() const { return word_ > 0 && (out_[word_ - 1] == '[' || out_[word_ - 1] == '('); }

  std::string& out_;
  std::size_t word_;  // where the word begins that is being written
  bool has_at_ = false;
  bool has_question_ = false;
};

}  // namespace

void append_server_words(std::string_view words, std::string& out) {
  Writer writer(out);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t end = end_of_plain(words, i);
    writer.add_plain(words.substr(i, end - i));
    i = end;
    if (i == words.size()) break;
    const char c = words[i];
    if (static_cast<unsigned char>(c) >= 0xC2) {
      if (const std::size_t ignored = base::ignorable_length(words.substr(i)); ignored != 0) {
        i += ignored - 1;
        continue;
      }
    } else if (kFirst.contains(c) && (i == 0 || !base::is_alpha(words[i - 1]))) {
      if (const std::size_t length = remark_length(words.substr(i)); length != 0) {
        writer.leave_out_remark();
        i += length - 1;
        continue;
      }
    }
    if (const std::size_t length = contraction_length(words.substr(i), out); length != 0) {
      append_not(out);
      i += length - 1;
    } else if (ends_address(c)) {
      writer.end_word(c, words.substr(i + 1));
    } else {
      writer.add(c);
    }
  }
  writer.close_word();
}

std::string_view quoted_reply(std::string_view words) {
  constexpr std::string_view kOpen = "', [";
  const std::size_t open = words.find(kOpen);
  if (open != std::string_view::npos) {
    const std::size_t begin = open + kOpen.size();
    const std::size_t end = words.rfind(']');
    return end == std::string_view::npos || end < begin ? std::string_view{}
                                                        : words.substr(begin, end - begin);
  }
  constexpr std::string_view kError = " error ";
  const std::size_t label = words.find(kError);
  if (label == std::string_view::npos) return {};
  const std::string_view reply = words.substr(label + kError.size());
  constexpr std::size_t kCode = 3;
  const bool is_quoted = reply.size() > kCode && reply.substr(kCode).starts_with("-'") &&
                         find_reply_code(reply.substr(0, kCode)) != 0;
  return is_quoted ? reply.substr(kCode + 2) : std::string_view{};
}

}  // namespace backstop::response
