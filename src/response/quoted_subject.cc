#include "response/quoted_subject.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "response/word_set.h"

namespace backstop::response {
namespace {

constexpr std::array kSubjects = std::to_array<std::string_view>(
    {"subject", "betreff", "objet",   "sujet",   "asunto",  "oggetto", "assunto", "onderwerp",
     "ämne",    "emne",    "aihe",    "předmět", "predmet", "tárgy",   "subiect", "konu",
     "temat",   "тема",    "Тема",    "θέμα",    "Θέμα",    "件名",    "主题",    "主旨",
     "主題",    "제목",    "tiêu đề", "subjek",  "נושא",    "الموضوع"});
constexpr WordSet kAnySubject(kSubjects);

constexpr std::size_t kLongestLead = 24;   // before the word, as in "Your message had the "
constexpr std::size_t kLongestLabel = 32;  // between the word and its colon or quotation mark
constexpr std::size_t kLongestQuote = 1000;

struct Quotation {
  std::string_view begin;
  std::string_view end;
};
constexpr std::array kQuotations = std::to_array<Quotation>({{"\"", "\""},
                                                             {"'", "'"},
                                                             {"„", "“"},
                                                             {"“", "”"},
                                                             {"‘", "’"},
                                                             {"‚", "‘"},
                                                             {"«", "»"},
                                                             {"»", "«"},
                                                             {"`", "'"},
                                                             {"「", "」"},
                                                             {"[", "]"}});

struct Found {
  std::size_t begin = std::string_view::npos;
  std::size_t end = 0;
  const Quotation* marks = nullptr;
};

bool is_letter(char c) {
  return base::is_alpha(c) || static_cast<unsigned char>(c) >= 0x80;
}

// Returns whether the word at [begin, end) is a label of an address or of a host's name.
bool is_in_name(std::string_view line, std::size_t begin, std::size_t end) {
  constexpr std::size_t kMost = 64;
  constexpr std::string_view kEnds = " \t<>()\"',;:[]";
  const std::size_t from = begin - std::min(begin, kMost);
  std::string_view before = line.substr(from, begin - from);
  if (const std::size_t last = before.find_last_of(kEnds); last != std::string_view::npos)
    before.remove_prefix(last + 1);
  std::string_view after = line.substr(end, kMost);
  after = after.substr(0, after.find_first_of(kEnds));
  const std::size_t dot = after.find('.');
  const bool has_label = dot != std::string_view::npos && dot + 1 < after.size() && is_letter(after[dot + 1]);
  return before.find_first_of("@.") != std::string_view::npos || after.contains('@') || has_label;
}

// Returns whether the word at [begin, end) is a whole one. German writes "Nachrichtenbetreff", and CJK no
// spaces.
bool is_whole(std::string_view line, std::size_t begin, std::size_t end) {
  const bool is_wide = static_cast<unsigned char>(line[begin]) >= 0xE3;
  if (is_wide) return true;
  const bool is_compound = base::istarts_with(line.substr(begin), "betreff");
  if (is_in_name(line, begin, end)) return false;
  return (begin == 0 || is_compound || !is_letter(line[begin - 1])) &&
         (end == line.size() || !is_letter(line[end]));
}

// Returns the first word for "subject" in the line.
Found find_word(std::string_view line) {
  Found first;
  for (const auto word : kSubjects) {
    for (std::size_t at = base::ifind(line, word); at < first.begin; at = base::ifind(line, word, at + 1)) {
      if (!is_whole(line, at, at + word.size())) continue;
      first = {at, at + word.size()};
      break;
    }
  }
  return first;
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(" \t"), line.size());
}

// Returns the end of the label if the value comes after it: "Subject: x", "Betreff der Nachricht : x".
std::size_t label_end(std::string_view line, const Found& word) {
  constexpr std::string_view kWideColon = "：";
  const std::string_view rest = line.substr(word.end, kLongestLabel);
  const std::size_t wide = rest.find(kWideColon);
  const std::size_t colon = std::min(rest.find(':'), wide);
  if (colon == std::string_view::npos) return colon;
  const std::string_view label = rest.substr(0, colon);
  constexpr std::array kMarks =
      std::to_array<std::string_view>({"@", "\"", "<", " '", "„", "“", "«", "[", "「"});
  if (std::ranges::any_of(kMarks, [&](std::string_view mark) { return label.contains(mark); }))
    return std::string_view::npos;
  return word.end + colon + (colon == wide ? kWideColon.size() : 1);
}

// Returns where the mark is that ends a quotation whose words begin `text`; npos if none does soon. The
// subject may have whole quotations itself, and apostrophes.
std::size_t quotation_end(std::string_view text, const Quotation& marks) {
  text = text.substr(0, kLongestQuote);
  int depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const auto follows_letter = [&](std::size_t length) {
      return length < rest.size() && (is_letter(rest[length]) || base::is_digit(rest[length]));
    };
    const bool is_after_blank = at > 0 && (text[at - 1] == ' ' || text[at - 1] == '(');
    if (rest.starts_with(marks.begin) && is_after_blank && follows_letter(marks.begin.size())) {
      ++depth;
      at += marks.begin.size();
    } else if (rest.starts_with(marks.end)) {
      const bool is_apostrophe = base::is_ascii(marks.end) && marks.end == "'" && follows_letter(1);
      if (!is_apostrophe && depth-- == 0) return at;
      at += marks.end.size();
    } else {
      ++at;
    }
  }
  return std::string_view::npos;
}

// Returns whether an indented line is another label of the report: "  Recipient: user@example.org".
bool is_other_label(std::string_view line) {
  constexpr std::size_t kLongest = 24;
  line = base::trim(line);
  const std::size_t colon = line.substr(0, kLongest).find(": ");
  if (colon == std::string_view::npos || colon < 4) return false;
  return std::ranges::all_of(line.substr(0, colon),
                             [](char c) { return is_letter(c) || c == '-' || c == ' '; });
}

// Returns what is inside the quotation marks after the word; it ends at npos if the line has no end of it.
Found find_quotation(std::string_view line, const Found& word) {
  const std::string_view rest = line.substr(word.end, kLongestLabel);
  std::size_t first = std::string_view::npos;
  const Quotation* marks = nullptr;
  for (const auto& each : kQuotations) {
    const std::size_t at = rest.find(each.begin);
    // In "the subject isn't allowed" it is an apostrophe.
    if (at >= first || (at > 0 && is_letter(rest[at - 1]) && base::is_ascii(each.begin))) continue;
    first = at;
    marks = &each;
  }
  if (marks == nullptr) return {};
  const std::size_t begin = word.end + first + marks->begin.size();
  const std::size_t end = quotation_end(line.substr(begin), *marks);
  return {begin, end == std::string_view::npos ? end : begin + end, marks};
}

}  // namespace

bool speaks_of_a_subject(std::string_view text) {
  return kAnySubject.is_in(text);
}

QuotedSubject::Kept QuotedSubject::keep(std::string_view line, std::string_view rest) {
  constexpr int kMostFolded = 8;
  if (quoted_end_ != nullptr) {
    const bool is_inside = quoted_end_ > line.data() + line.size();
    const std::size_t taken = is_inside ? line.size() : static_cast<std::size_t>(quoted_end_ - line.data());
    if (!is_inside) quoted_end_ = nullptr;
    return {line.substr(taken)};
  }
  const std::size_t indent = indent_of(line);
  if (next_ != Next::Line) {
    const bool is_blank = base::trim(line).empty();
    if (is_blank && next_ == Next::Value && taken_ == 0) return {line};
    if (!is_blank && indent > indent_ && taken_ < kMostFolded && !is_other_label(line)) {
      ++taken_;
      next_ = Next::Folded;
      return {};
    }
    next_ = Next::Line;
  }
  constexpr std::size_t kMostLine = 2000;
  const std::string_view searched = line.substr(0, kMostLine);
  if (!kAnySubject.is_in(searched)) return {line};
  const Found word = find_word(searched);
  if (word.begin == std::string_view::npos) return {line};
  indent_ = indent;
  taken_ = 0;
  if (word.begin <= indent + kLongestLead) {
    if (const std::size_t end = label_end(line, word); end != std::string_view::npos) {
      // "Your message (subject: x) to user@example.org"
      const char before = word.begin == 0 ? ' ' : line[word.begin - 1];
      if (before == '(' || before == '[') {
        const Quotation marks = before == '(' ? Quotation{"(", ")"} : Quotation{"[", "]"};
        if (const std::size_t close = quotation_end(line.substr(end), marks); close != std::string_view::npos)
          return {line.substr(0, end), line.substr(end + close)};
      }
      next_ = Next::Folded;
      return {line.substr(0, end)};
    }
  }
  if (const Found quoted = find_quotation(line, word); quoted.begin != std::string_view::npos) {
    if (quoted.end != std::string_view::npos) return {line.substr(0, quoted.begin), line.substr(quoted.end)};
    // The quotation goes on in the next lines, if it has an end there.
    const bool is_last = rest.starts_with('\n') || rest.starts_with("\r\n");
    const std::string_view below =
        is_last ? std::string_view{} : rest.substr(0, std::min(rest.find("\n\n"), rest.find("\n\r\n")));
    if (const std::size_t end = quotation_end(below, *quoted.marks); end != std::string_view::npos)
      quoted_end_ = below.data() + end;
    return {line.substr(0, quoted.begin)};
  }
  if (base::trim(line.substr(word.end)).size() <= 1) next_ = Next::Value;
  return {line};
}

}  // namespace backstop::response
