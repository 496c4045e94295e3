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
};

bool is_letter(char c) {
  return base::is_alpha(c) || static_cast<unsigned char>(c) >= 0x80;
}

// Returns whether the word at [begin, end) is a whole one. German writes "Nachrichtenbetreff", and CJK no
// spaces.
bool is_whole(std::string_view line, std::size_t begin, std::size_t end) {
  const bool is_wide = static_cast<unsigned char>(line[begin]) >= 0xE3;
  if (is_wide) return true;
  const bool is_compound = base::istarts_with(line.substr(begin), "betreff");
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
  if (colon == std::string_view::npos ||
      rest.substr(0, colon).find_first_of("@\"<") != std::string_view::npos)
    return std::string_view::npos;
  return word.end + colon + (colon == wide ? kWideColon.size() : 1);
}

// Returns what is inside the quotation marks after the word.
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
  // The last mark: the subject may have some itself.
  const std::size_t end = line.substr(0, begin + kLongestQuote).rfind(marks->end);
  return {begin, end == std::string_view::npos || end < begin ? line.size() : end};
}

}  // namespace

bool speaks_of_a_subject(std::string_view text) {
  return kAnySubject.is_in(text);
}

QuotedSubject::Kept QuotedSubject::keep(std::string_view line) {
  constexpr int kMostFolded = 8;
  const std::size_t indent = indent_of(line);
  if (next_ != Next::Line) {
    const bool is_blank = base::trim(line).empty();
    if (is_blank && next_ == Next::Value && taken_ == 0) return {line};
    if (!is_blank && indent > indent_ && taken_ < kMostFolded) {
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
      next_ = Next::Folded;
      return {line.substr(0, end)};
    }
  }
  if (const Found quoted = find_quotation(line, word); quoted.begin != std::string_view::npos) {
    return {line.substr(0, quoted.begin), line.substr(quoted.end)};
  }
  if (base::trim(line.substr(word.end)).size() <= 1) next_ = Next::Value;
  return {line};
}

}  // namespace backstop::response
