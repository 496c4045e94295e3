#include "response/reply_lines.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "response/address_scan.h"
#include "response/status.h"

namespace backstop::response {
namespace {

constexpr std::string_view kSaid = "said:";
// Of a long line, as much is looked at.
constexpr std::size_t kMostLooked = 1000;

// What stands at the begin of a line.
struct Head {
  bool is_recipient = false;
  bool is_marked = false;  // by brackets, a colon or a label
  bool has_words = false;  // behind the address
  std::size_t end = 0;     // of the address
};

// The paragraph that is being read.
struct Paragraph {
  bool has_recipient = false;
  bool is_marked = false;
  bool has_words = false;  // below or behind the recipient
  bool has_said = false;   // "Remote host said:" has come in a line below the recipient
  std::size_t indent = 0;
};

bool has_letters(std::string_view text) {
  return std::ranges::count_if(text, [](char c) {
           return base::is_alpha(c) || base::is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
         }) >= 3;
}

bool is_label(std::string_view before) {
  constexpr std::size_t kLongest = 60;
  return before.size() <= kLongest && base::icontains(before, "recipient") && before.contains(':');
}

// qmail writes a local part without its quotation marks: "<bob <user@example.org>@example.com>:". Where the
// local part has an address within, none can be told.
bool is_ambiguous(std::string_view line, const FoundAddress& found) {
  return line.starts_with('<') && line.ends_with(">:") && line.substr(found.end).contains('@');
}

Head head_of(std::string_view line, const FoundAddress& found) {
  if (found.text.empty()) return {};
  if (is_ambiguous(line, found)) return {true, true, false, found.end};
  const std::string_view before = base::trim(line.substr(0, found.begin));
  const std::string_view after = base::trim(line.substr(found.end, kMostLooked));
  const bool has_words = has_letters(after);
  if (!is_bullet(before)) return {is_label(before), true, has_words, found.end};
  const bool is_bracketed = line.substr(found.begin).starts_with('<');
  const bool is_marked = after.starts_with(':') || (is_bracketed && (!has_words || after.starts_with('(')));
  return {is_marked || !has_words || starts_with_reply(after), is_marked, has_words, found.end};
}

// Returns whether a line below a recipient says that a server's words come before its address.
bool introduces_reply(std::string_view before) {
  constexpr std::array kWords = std::to_array<std::string_view>({kSaid, "reason:", "response:", "reply:"});
  return find_reply_code(before) != 0 ||
         std::ranges::any_of(kWords, [&](std::string_view word) { return base::icontains(before, word); });
}

// Returns whether a line that is no more than a part of the paragraph is the server's.
bool is_reply(const Paragraph& paragraph, const ReportText::Line& line, const Head& head,
              std::string_view before) {
  const bool is_listed = head.is_recipient;
  if (line.indent > paragraph.indent) return !is_listed || paragraph.has_words;
  if (paragraph.is_marked && paragraph.has_said) return true;
  return !is_listed && introduces_reply(before);
}

// Returns whether the next paragraph quotes an error: "The following error was given:". What is quoted may be
// the name of an attachment.
bool introduces_error(std::string_view line) {
  constexpr std::array kWords = std::to_array<std::string_view>({"error was given:", "error was returned:"});
  return std::ranges::any_of(kWords, [&](std::string_view words) {
    return line.size() >= words.size() && base::iequals(line.substr(line.size() - words.size()), words);
  });
}

// Finds the reply codes of the lines, and the lines that continue them.
void find_codes(const ReportText& text, std::vector<ReplyLine>& replies) {
  constexpr std::size_t kNone = 256;
  std::size_t indent = kNone;  // of the line with the last code
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const auto& line = text.lines()[i];
    const bool is_error = i > 0 && introduces_error(text.text_of(text.lines()[i - 1]));
    if (line.is_after_blank && !is_error) indent = kNone;
    if (is_error) indent = text.lines()[i - 1].indent;
    replies[i].code = find_reply_begin(text.text_of(line));
    if (replies[i].code != kNoReply) {
      indent = std::min<std::size_t>(indent, line.indent);
    } else if (line.indent > indent) {
      replies[i].code = 0;
    } else {
      indent = kNone;
    }
  }
}

}  // namespace

bool is_bullet(std::string_view text) {
  return text.empty() || text.find_first_not_of("*->#.=| \t•·") == std::string_view::npos;
}

bool starts_with_reply(std::string_view text) {
  while (!text.empty() &&
         (text[0] == '<' || text[0] == '>' || text[0] == ' ' || text[0] == '\'' || text[0] == '"'))
    text.remove_prefix(1);
  return text.size() >= 3 && (text[0] == '4' || text[0] == '5') && base::is_digit(text[1]) &&
         base::is_digit(text[2]) && (text.size() == 3 || !base::is_digit(text[3]));
}

std::vector<ReplyLine> find_reply_lines(const ReportText& text) {
  std::vector<ReplyLine> replies(text.lines().size());
  find_codes(text, replies);
  Paragraph paragraph;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const auto& line = text.lines()[i];
    if (line.is_after_blank) paragraph = {};
    const std::string_view words = text.text_of(line);
    const FoundAddress found = find_address(words);
    const Head head = head_of(words, found);
    const std::string_view before = words.substr(0, std::min(found.begin, kMostLooked));
    if (paragraph.has_recipient && is_reply(paragraph, line, head, before)) {
      replies[i].begin = 0;
    } else if (head.is_recipient) {
      const std::size_t indent =
          paragraph.has_recipient ? std::min<std::size_t>(paragraph.indent, line.indent) : line.indent;
      paragraph = {true, head.is_marked, head.has_words, false, indent};
      const bool is_list = words.substr(head.end).starts_with(',');
      replies[i].begin = is_ambiguous(words, found) ? 0 : is_list ? kNoReply : head.end;
      replies[i].names_recipient = head.is_marked;
      continue;
    }
    if (!paragraph.has_recipient) continue;
    paragraph.has_words = paragraph.has_words || has_letters(words.substr(0, kMostLooked));
    paragraph.has_said = paragraph.has_said || base::icontains(words.substr(0, kMostLooked), kSaid);
  }
  return replies;
}

}  // namespace backstop::response
