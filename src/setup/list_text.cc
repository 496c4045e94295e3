#include "setup/list_text.h"

#include <algorithm>

#include "base/text.h"

namespace backstop::setup {

namespace {

bool is_between(char c) {
  return base::is_space(c) || c == ',';
}

std::size_t end_of_line(std::string_view text, std::size_t from) {
  return std::min(text.find('\n', from), text.size());
}

/// Returns true if a line begins at `at`, behind the first one.
bool begins_line(std::string_view text, std::size_t at) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) --at;
  return at > 0 && text[at - 1] == '\n';
}

std::size_t end_of_braces(std::string_view text, std::size_t from) {
  int depth = 0;
  for (std::size_t at = from; at < text.size(); ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && --depth == 0) return at + 1;
  }
  return text.size();
}

/// A word may have braces inside: "inline:{a=b, c=d}", "${name}".
std::size_t end_of_word(std::string_view text, std::size_t from) {
  std::size_t at = from;
  while (at < text.size() && !is_between(text[at])) {
    if (text[at] == '{') {
      at = end_of_braces(text, at);
    } else {
      ++at;
    }
  }
  return at;
}

}  // namespace

std::string_view ListElement::name() const {
  std::string_view inside = text;
  if (inside.starts_with('{')) {
    inside.remove_prefix(1);
    if (inside.ends_with('}')) inside.remove_suffix(1);
    inside = base::trim(inside);
    inside = inside.substr(0, std::min(inside.find_first_of(", \t\r\n"), inside.size()));
  }
  return inside;
}

std::string_view ListElement::reference() const {
  std::string_view inside = text;
  if (!inside.starts_with('$')) return {};
  inside.remove_prefix(1);
  const bool is_enclosed = (inside.starts_with('{') && inside.ends_with('}')) ||
                           (inside.starts_with('(') && inside.ends_with(')'));
  if (is_enclosed) inside = inside.substr(1, inside.size() - 2);
  const bool is_name =
      std::ranges::all_of(inside, [](char c) { return base::is_alpha(c) || base::is_digit(c) || c == '_'; });
  return is_name ? inside : std::string_view();
}

std::vector<ListElement> parse_list(std::string_view value) {
  std::vector<ListElement> elements;
  std::size_t at = 0;
  while (at < value.size()) {
    if (is_between(value[at])) {
      ++at;
    } else if (value[at] == '#' && begins_line(value, at)) {
      at = end_of_line(value, at);
    } else {
      const std::size_t end = end_of_word(value, at);
      elements.push_back({value.substr(at, end - at), at, end});
      at = end;
    }
  }
  return elements;
}

std::optional<ListElement> find_element(std::string_view value, std::string_view name) {
  for (const auto& element : parse_list(value)) {
    if (element.name() == name) return element;
  }
  return std::nullopt;
}

std::string joined(const std::vector<ListElement>& elements) {
  std::string text;
  for (const auto& element : elements) {
    if (!text.empty()) text += ", ";
    for (const char c : element.text) text += c == '\n' ? ' ' : c;
  }
  return text;
}

std::string without_element(std::string_view value, std::string_view name) {
  std::string left(value);
  while (const auto element = find_element(left, name)) {
    std::size_t begin = element->begin;
    std::size_t end = element->end;
    const std::size_t next = left.find_first_not_of(" \t", end);
    if (next != std::string::npos && left[next] == ',') {
      end = next + 1;
      while (end < left.size() && (left[end] == ' ' || left[end] == '\t')) ++end;
    } else if (const std::size_t before = left.find_last_not_of(" \t\r\n", begin - (begin > 0 ? 1 : 0));
               begin > 0 && before != std::string::npos && left[before] == ',') {
      begin = before;
    } else if (next != std::string::npos) {
      end = next;
    }
    left.erase(begin, end - begin);
  }
  return left;
}

}  // namespace backstop::setup
