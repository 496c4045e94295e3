#include "config/toml_tree.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "config/truth_word.h"

namespace backstop::config {

namespace {

Place place_of(const toml::source_position& position) {
  return {std::max<std::size_t>(position.line, 1), std::max<std::size_t>(position.column, 1)};
}

TomlType type_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return TomlType::Table;
    case toml::node_type::array:
      return TomlType::List;
    case toml::node_type::string:
      return TomlType::Text;
    case toml::node_type::integer:
      return TomlType::Integer;
    case toml::node_type::floating_point:
      return TomlType::Real;
    case toml::node_type::boolean:
      return TomlType::Boolean;
    default:
      return TomlType::Time;
  }
}

TomlNode copy_node(const toml::node& node) {
  TomlNode copy;
  copy.type = type_of(node);
  copy.place = place_of(node.source().begin);
  if (const auto* const text = node.as_string()) copy.text = text->get();
  if (const auto* const integer = node.as_integer()) copy.integer = integer->get();
  if (const auto* const boolean = node.as_boolean()) copy.is_true = boolean->get();
  if (const auto* const list = node.as_array()) {
    for (const auto& item : *list) copy.children.push_back(copy_node(item));
  }
  if (const auto* const table = node.as_table()) {
    for (const auto& [key, value] : *table) {
      copy.children.push_back(copy_node(value));
      copy.children.back().key = std::string(key.str());
      copy.children.back().key_place = place_of(key.source().begin);
    }
    // toml++ sorts them by name.
    std::ranges::sort(copy.children, {}, &TomlNode::key_place);
  }
  return copy;
}

/// Walks over the text just well enough to tell strings and comments from the rest.
class KeyLengthCheck {
 public:
  explicit KeyLengthCheck(std::string_view text) : text_(text) {}

  /// Returns the place of a key with too many parts, or nullopt.
  std::optional<Place> find() {
    for (at_ = 0; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      }
      if (c == '#') {
        skip_comment();
      } else if (c == '"' || c == '\'') {
        skip_string(c);
      } else if (c == '.') {
        if (++dots_ >= kTomlKeyParts) return Place{line_, at_ - line_start_ + 1};
      } else if (ends_key(c)) {
        dots_ = 0;
      }
    }
    return std::nullopt;
  }

 private:
  static bool ends_key(char c) {
    return c == '\n' || c == '=' || c == '[' || c == ']' || c == '{' || c == '}' || c == ',';
  }

  void skip_comment() {
    const auto end = std::min(text_.find('\n', at_), text_.size());
    at_ = end - 1;
  }

  /// Moves to the closing quote. A string of one line that isn't closed ends with its line, where toml++
  /// stops as well.
  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool is_multiline = text_.substr(at_).starts_with(three);
    at_ += is_multiline ? 3 : 1;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (quote == '"' && c == '\\' && at_ + 1 < text_.size()) {
        ++at_;
        if (text_[at_] == '\n') start_line();
      } else if (c == '\n') {
        if (!is_multiline) {
          --at_;
          return;
        }
        start_line();
      } else if (is_multiline ? text_.substr(at_).starts_with(three) : c == quote) {
        if (is_multiline) skip_closing(quote);
        return;
      }
    }
  }

  /// Moves past the closing three quotes; the string itself may have ended with one or two more.
  void skip_closing(char quote) {
    at_ += 2;
    for (int more = 0; more < 2 && at_ + 1 < text_.size() && text_[at_ + 1] == quote; ++more) ++at_;
  }

  void start_line() {
    ++line_;
    line_start_ = at_ + 1;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t line_start_ = 0;
  std::size_t dots_ = 0;
};

std::string_view line_at(std::string_view text, std::size_t wanted) {
  std::string_view line;
  for (std::size_t number = 0; number < wanted; ++number) {
    if (!base::next_line(text, line)) return {};
  }
  return line;
}

bool is_plain_value(std::string_view value) {
  constexpr std::string_view kStarts = "\"'[{";
  return value.empty() || kStarts.contains(value.front()) || value == "true" || value == "false" ||
         value.find_first_not_of("+-0123456789_.") == std::string_view::npos;
}

/// Returns what was meant by a value that is neither TOML nor text: "True", or "yes" for a key that is true
/// or false.
std::optional<bool> truth_of(std::string_view key, std::string_view value,
                             std::span<const std::string_view> booleans) {
  const bool is_of_toml = base::iequals(value, "true") || base::iequals(value, "false");
  if (!is_of_toml && std::ranges::find(booleans, key) == booleans.end()) return std::nullopt;
  return truth_meant_by(value);
}

/// The most frequent mistake is text without its quotes; toml++ takes it for a time, a number or a key.
std::string value_hint(std::string_view line, std::span<const std::string_view> booleans) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return {};
  const auto value = base::trim(line.substr(equals + 1));
  if (is_plain_value(value)) return {};
  const auto key = base::trim(line.substr(0, equals));
  const auto bare = base::trim(value.substr(0, value.find_first_of("\"#")));
  if (const auto meant = truth_of(key, bare, booleans)) {
    return fmt::format("; it must be true or false, in lower case: {} = {}", base::printable(key), *meant);
  }
  return fmt::format("; text must be in quotes: {} = \"{}\"", base::printable(key), base::printable(bare));
}

bool has_control(std::string_view line) {
  return std::ranges::any_of(line, [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t'; });
}

std::string hint_for(std::string_view what, std::string_view line,
                     std::span<const std::string_view> booleans) {
  // The control character that toml++ met is the end of the line.
  if (what.contains("unescaped control characters") && !has_control(line)) {
    return "; the closing quote is missing";
  }
  return value_hint(line, booleans);
}

std::string message_of(const toml::parse_error& error, std::string_view text,
                       std::span<const std::string_view> booleans) {
  constexpr std::string_view kPrefix = "Error while parsing ";
  std::string_view what = error.description();
  const bool has_prefix = what.starts_with(kPrefix);
  if (has_prefix) what.remove_prefix(kPrefix.size());
  return fmt::format("this is no TOML: {}{}{} (nothing behind this place was checked)",
                     has_prefix ? "in a " : "", base::printable(what, 300),
                     hint_for(what, line_at(text, error.source().begin.line), booleans));
}

}  // namespace

const TomlNode* TomlNode::find(std::string_view name) const {
  const auto found = std::ranges::find(children, name, &TomlNode::key);
  return found == children.end() ? nullptr : &*found;
}

std::expected<TomlNode, TomlError> parse_toml(std::string_view text,
                                              std::span<const std::string_view> booleans) {
  if (text.size() > kTomlMost) {
    return std::unexpected(
        TomlError{{}, fmt::format("the file is larger than {} bytes, the most that is read", kTomlMost)});
  }
  if (const auto place = KeyLengthCheck(text).find()) {
    return std::unexpected(TomlError{*place, fmt::format("a key of more than {} parts", kTomlKeyParts)});
  }
  try {
    return copy_node(toml::parse(text, std::string_view()));
  } catch (const toml::parse_error& error) {
    return std::unexpected(TomlError{place_of(error.source().begin), message_of(error, text, booleans)});
  }
}

std::string describe(const TomlNode& node) {
  switch (node.type) {
    case TomlType::Text:
      return fmt::format("the text \"{}\"", base::printable(node.text, 60));
    case TomlType::Integer:
      return fmt::format("the number {}", node.integer);
    case TomlType::Real:
      return "a number with a point";
    case TomlType::Boolean:
      return node.is_true ? "true" : "false";
    case TomlType::Time:
      return "a date or time";
    case TomlType::List:
      return "a list";
    case TomlType::Table:
      return "a section";
  }
  return {};
}

}  // namespace backstop::config
