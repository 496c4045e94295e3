#include "setup/main_cf.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "setup/list_text.h"

namespace backstop::setup {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_comment_or_empty(std::string_view line) {
  const auto content = base::trim(line);
  return content.empty() || content.starts_with('#');
}

/// Returns where the value of this line begins, if it assigns to `name`.
std::optional<std::size_t> value_of_line(std::string_view line, std::string_view name) {
  if (!line.starts_with(name)) return std::nullopt;
  std::size_t at = name.size();
  while (at < line.size() && is_blank(line[at])) ++at;
  if (at >= line.size() || line[at] != '=') return std::nullopt;
  return at + 1;
}

/// Returns the end of what `text` has without a line end at its end, so that a line can be added.
std::string ended(std::string_view text) {
  std::string whole(text);
  if (!whole.empty() && !whole.ends_with('\n')) whole += '\n';
  return whole;
}

}  // namespace

std::optional<Assignment> find_assignment(std::string_view text, std::string_view name) {
  std::optional<Assignment> found;
  bool is_inside = false;  // of the assignment that was found last
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    if (is_comment_or_empty(line)) {
      // It belongs to the value only if a line that continues it follows.
    } else if (is_blank(line.front())) {
      if (is_inside) found->end = end;
    } else {
      const auto value = value_of_line(line, name);
      is_inside = value.has_value();
      if (value) found = Assignment{at, at + *value, end};
    }
    at = end + 1;
  }
  return found;
}

std::string_view raw_value(std::string_view text, std::string_view name) {
  const auto found = find_assignment(text, name);
  return found ? text.substr(found->value_begin, found->end - found->value_begin) : std::string_view();
}

std::string with_first_element(std::string_view text, std::string_view name, std::string_view element) {
  const auto found = find_assignment(text, name);
  if (!found) return fmt::format("{}{} = {}\n", ended(text), name, element);
  const auto value = text.substr(found->value_begin, found->end - found->value_begin);
  const bool is_empty = parse_list(value).empty();
  std::size_t behind = found->value_begin;
  while (behind < found->end && is_blank(text[behind])) ++behind;
  const bool breaks = behind >= found->end || text[behind] == '\n' || text[behind] == '\r';
  return fmt::format("{} {}{}{}{}", text.substr(0, found->value_begin), element, is_empty ? "" : ",",
                     breaks ? "" : " ", text.substr(behind));
}

std::string with_value(std::string_view text, std::string_view name, std::string_view value) {
  const auto found = find_assignment(text, name);
  if (!found) return fmt::format("{}{} = {}\n", ended(text), name, value);
  return fmt::format("{}{}{}{}", text.substr(0, found->value_begin), value.empty() ? "" : " ", value,
                     text.substr(found->end));
}

std::string without_list_element(std::string_view text, std::string_view list, std::string_view name,
                                 bool drops_line) {
  const auto found = find_assignment(text, list);
  if (!found) return std::string(text);
  const auto value = text.substr(found->value_begin, found->end - found->value_begin);
  if (!find_element(value, name)) return std::string(text);
  std::string left = without_element(value, name);
  if (base::trim(left).empty()) left.clear();
  if (drops_line && left.empty()) {
    const std::size_t next = std::min(found->end + 1, text.size());
    return fmt::format("{}{}", text.substr(0, found->begin), text.substr(next));
  }
  return fmt::format("{}{}{}", text.substr(0, found->value_begin), left, text.substr(found->end));
}

}  // namespace backstop::setup
