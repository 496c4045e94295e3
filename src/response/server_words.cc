#include "response/server_words.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"

namespace backstop::response {
namespace {

/// A remark begins with `begin` and reaches to the end of `end`, if that comes soon.
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
    {"Giving up on ", ""},                               //
    {"does not like recipient.", ""},                    //
    {"but sender was rejected.", ""},                    //
    {"failed after I sent the message.", ""},            //
    {"Remote Server returned ", " "},                    // Exchange
    {"Remote server returned ", " "},                    //
    {"while talking to ", ":"},                          // Sendmail
    {">>> RCPT T", ">"},                                 //
    {">>> MAIL F", ">"},                                 //
    {">>> DATA", ""},                                    //
});
constexpr std::string_view kFirst = "(hSRGdbfw>";
constexpr std::size_t kLongestRemark = 300;

// Returns the length of the remark at the start of `text`, or 0.
std::size_t remark_length(std::string_view text) {
  for (const auto& [begin, end] : kRemarks) {
    if (!text.starts_with(begin)) continue;
    if (end.empty()) return begin.size();
    const std::size_t at = text.substr(0, kLongestRemark).find(end, begin.size());
    if (at != std::string_view::npos) return at + end.size();
  }
  return 0;
}

bool ends_address(char c) {
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

}  // namespace

void append_server_words(std::string_view words, std::string& out) {
  std::size_t word = out.size();  // where the word begins that is being written
  bool has_at = false;
  const auto close_word = [&] {
    if (has_at) std::fill(out.begin() + static_cast<std::ptrdiff_t>(word), out.end(), ' ');
    has_at = false;
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const char c = words[i];
    if (static_cast<unsigned char>(c) >= 0xC2) {
      if (const std::size_t ignored = base::ignorable_length(words.substr(i)); ignored != 0) {
        i += ignored - 1;
        continue;
      }
    } else if (kFirst.contains(c) && (i == 0 || !base::is_alpha(words[i - 1]))) {
      if (const std::size_t length = remark_length(words.substr(i)); length != 0) {
        close_word();
        out += ' ';
        word = out.size();
        i += length - 1;
        continue;
      }
    }
    if (const std::size_t length = contraction_length(words.substr(i), out); length != 0) {
      append_not(out);
      i += length - 1;
      continue;
    }
    if (ends_address(c)) {
      close_word();
      out += c;
      word = out.size();
      continue;
    }
    has_at = has_at || c == '@';
    out += c;
  }
  close_word();
}

}  // namespace backstop::response
