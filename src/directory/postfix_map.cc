#include "directory/postfix_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "mail/address_syntax.h"

namespace backstop::directory {

namespace {

constexpr std::size_t kMostShown = 100;

bool is_separator(char c) {
  return base::is_space(c) || c == ',';
}

bool is_comment(std::string_view line) {
  const auto text = base::trim(line);
  return text.empty() || text.starts_with('#');
}

}  // namespace

std::optional<PostfixMap::Entry> PostfixMap::next() {
  entry_.clear();
  std::size_t begin = number_;
  if (std::exchange(has_line_, false)) entry_.append(line_).append(1, ' ');
  while (base::next_line(rest_, line_)) {
    ++number_;
    if (is_comment(line_)) continue;
    if (!entry_.empty() && !base::is_space(line_.front())) {
      has_line_ = true;
      return Entry{begin, entry_};
    }
    if (entry_.empty()) begin = number_;
    entry_.append(line_).append(1, ' ');
  }
  if (entry_.empty()) return std::nullopt;
  return Entry{begin, entry_};
}

std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(static_cast<std::size_t>(std::ranges::find_if_not(rest, is_separator) - rest.begin()));
  std::size_t end = 0;
  for (bool is_quoted = false; end < rest.size() && (is_quoted || !is_separator(rest[end])); ++end) {
    if (rest[end] == '"') is_quoted = !is_quoted;
    if (is_quoted && rest[end] == '\\' && end + 1 < rest.size()) ++end;
  }
  const auto word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

std::string_view without_brackets(std::string_view word) {
  const bool has_both = word.size() > 1 && word.front() == '<' && word.back() == '>';
  return has_both ? word.substr(1, word.size() - 2) : word;
}

bool is_domain_line(std::string_view key) {
  return !key.contains('@') && key.contains('.') && mail::is_domain(key);
}

void MapFindings::mistake(std::size_t line, std::string what) {
  ++mistakes;
  if (findings.size() < kMostFindings) findings.push_back({line, std::move(what)});
}

std::string shown(std::string_view word) {
  return fmt::format("\"{}\"", base::printable(word, kMostShown));
}

}  // namespace backstop::directory
