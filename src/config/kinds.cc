#include "config/kinds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "base/units.h"
#include "config/nearest_name.h"
#include "config/truth_word.h"

namespace backstop::config {

namespace {

constexpr std::size_t kMostPath = 4096;

/// A kind that is written as TOML text and parsed by `parse`.
template <typename T>
Kind<T> parsed_kind(std::string description, std::function<base::Result<T>(const std::string&)> parse,
                    std::function<std::string(const T&)> show) {
  return {.description = description,
          .read = [description, parse](const TomlNode& node, ReadContext& context) -> std::optional<T> {
            if (node.type != TomlType::Text) {
              refuse_type(node, description, context);
              return std::nullopt;
            }
            auto value = parse(node.text);
            if (value) return std::move(*value);
            context.mistake(node.place, value.error().message);
            return std::nullopt;
          },
          .show = [show](const T& value) { return in_quotes(show(value)); }};
}

/// "a number from 1 to 10, or 0: none".
template <typename T>
std::string describe_range(std::string_view noun, const Range<T>& range, auto show) {
  const std::string zero = range.zero.empty() ? "" : fmt::format(", or {}: {}", show(T{}), range.zero);
  return fmt::format("{} from {} to {}{}", noun, show(range.least), show(range.most), zero);
}

template <typename T>
bool check_range(const TomlNode& node, T value, const Range<T>& range, const std::string& shown,
                 const std::string& description, ReadContext& context) {
  if (value == T{} && !range.zero.empty()) return true;
  if (value >= range.least && value <= range.most) return true;
  const std::string why = range.why.empty() ? "" : fmt::format(" ({})", range.why);
  context.mistake(node.place, fmt::format("{} is too {}; it must be {}{}", shown,
                                          value < range.least ? "little" : "much", description, why));
  return false;
}

base::Result<std::string> check_path(const std::string& path) {
  if (path.empty()) return std::unexpected(base::Error{"the path is empty"});
  if (path.size() > kMostPath) return std::unexpected(base::Error{"the path is longer than 4096 bytes"});
  if (path.contains('\0')) return std::unexpected(base::Error{"a path can't hold a zero byte"});
  return path;
}

/// Returns "; write true, without quotes" if the value is a word or number for true or false, else nothing.
std::string truth_hint(const TomlNode& node) {
  const bool is_text = node.type == TomlType::Text;
  if (!is_text && node.type != TomlType::Integer) return {};
  const auto meant = truth_meant_by(is_text ? node.text : std::to_string(node.integer));
  if (!meant) return {};
  return fmt::format("; write {}{}", *meant, is_text ? ", without quotes" : "");
}

std::string words(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 < names.size() ? ", " : " or ";
    text += in_quotes(names[i]);
  }
  return text;
}

}  // namespace

void refuse_type(const TomlNode& node, std::string_view wanted, ReadContext& context) {
  context.mistake(node.place, fmt::format("found {}; it must be {}", describe(node), wanted));
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  const auto end = static_cast<std::int64_t>(text.size());
  for (std::int64_t at = 0; at < end;) {
    const std::int64_t begin = at;
    UChar32 code = 0;
    U8_NEXT(text.data(), at, end, code);
    if (code >= 0 && base::hides_text(static_cast<std::uint32_t>(code))) {
      out += code > 0xFFFF ? fmt::format("\\U{:08X}", code) : fmt::format("\\u{:04X}", code);
      continue;
    }
    if (code == '"' || code == '\\') out += '\\';
    out += text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin));
  }
  return out + '"';
}

std::string show_list(std::span<const std::string> items) {
  return fmt::format("[{}]", fmt::join(items, ", "));
}

Kind<std::string> text_kind(std::string description, Check check) {
  return parsed_kind<std::string>(std::move(description), std::move(check),
                                  [](const std::string& text) { return text; });
}

Kind<std::string> path_kind() {
  auto kind = text_kind("a path in quotes", check_path);
  kind.read = [read = kind.read](const TomlNode& node, ReadContext& context) {
    auto path = read(node, context);
    if (path && !path->starts_with('/')) path->insert(0, context.folder);
    return path;
  };
  return kind;
}

Kind<bool> boolean_kind() {
  return {.description = "true or false",
          .read = [](const TomlNode& node, ReadContext& context) -> std::optional<bool> {
            if (node.type == TomlType::Boolean) return node.is_true;
            refuse_type(node, "true or false" + truth_hint(node), context);
            return std::nullopt;
          },
          .show = [](const bool& value) { return std::string(value ? "true" : "false"); }};
}

Kind<char> character_kind() {
  return parsed_kind<char>(
      "one character in quotes",
      [](const std::string& text) -> base::Result<char> {
        if (text.size() == 1) return text.front();
        return std::unexpected(base::Error{fmt::format(
            "found the text {}; it must be one character in quotes", in_quotes(base::printable(text)))});
      },
      [](const char& value) { return std::string(1, value); });
}

Kind<std::size_t> count_kind(Range<std::size_t> range) {
  const auto show = [](std::size_t value) { return fmt::format("{}", value); };
  const std::string description = describe_range("a number", range, show);
  return {.description = description,
          .read = [=](const TomlNode& node, ReadContext& context) -> std::optional<std::size_t> {
            if (node.type != TomlType::Integer) {
              refuse_type(node, description, context);
              return std::nullopt;
            }
            if (node.integer < 0) {
              context.mistake(node.place,
                              fmt::format("{} is too little; it must be {}", node.integer, description));
              return std::nullopt;
            }
            const auto value = static_cast<std::size_t>(node.integer);
            if (!check_range(node, value, range, show(value), description, context)) return std::nullopt;
            return value;
          },
          .show = show};
}

Kind<std::uint64_t> size_kind(Range<std::uint64_t> range) {
  const std::string description = describe_range("a size", range, base::format_size);
  return {
      .description = description,
      .read = [=](const TomlNode& node, ReadContext& context) -> std::optional<std::uint64_t> {
        base::Result<std::uint64_t> value = 0;
        if (node.type == TomlType::Text) {
          value = base::parse_size(node.text);
        } else if (node.type == TomlType::Integer && node.integer >= 0) {
          value = static_cast<std::uint64_t>(node.integer);
        } else {
          refuse_type(node, description, context);
          return std::nullopt;
        }
        if (!value) {
          context.mistake(node.place, value.error().message);
          return std::nullopt;
        }
        if (!check_range(node, *value, range, base::format_size(*value), description, context))
          return std::nullopt;
        return *value;
      },
      .show =
          [](const std::uint64_t& value) { return value == 0 ? "0" : in_quotes(base::format_size(value)); }};
}

Kind<std::chrono::milliseconds> time_kind(Range<std::chrono::milliseconds> range,
                                          std::chrono::milliseconds step) {
  using std::chrono::milliseconds;
  const std::string description = describe_range("a time", range, base::format_duration);
  return {.description = description,
          .read = [=](const TomlNode& node, ReadContext& context) -> std::optional<milliseconds> {
            if (node.type != TomlType::Text) {
              const bool is_number = node.type == TomlType::Integer;
              refuse_type(node, description + (is_number ? ", with its unit, in quotes" : ""), context);
              return std::nullopt;
            }
            const auto value = base::parse_duration(node.text);
            if (!value) {
              context.mistake(node.place, value.error().message);
              return std::nullopt;
            }
            const std::string shown = in_quotes(base::printable(node.text));
            if (!check_range(node, *value, range, shown, description, context)) return std::nullopt;
            if (*value % step == milliseconds{0}) return *value;
            context.mistake(node.place,
                            fmt::format("{} is no multiple of {}", shown, base::format_duration(step)));
            return std::nullopt;
          },
          .show = [](const milliseconds& value) { return in_quotes(base::format_duration(value)); }};
}

Kind<net::Endpoint> endpoint_kind() {
  return parsed_kind<net::Endpoint>("an address with its port, such as \"127.0.0.1:25\" or \"[::1]:25\"",
                                    net::parse_endpoint,
                                    [](const net::Endpoint& endpoint) { return endpoint.text(); });
}

Kind<net::Network> network_kind() {
  return parsed_kind<net::Network>("a network, such as \"192.0.2.0/24\" or \"2001:db8::/32\"",
                                   net::Network::parse,
                                   [](const net::Network& network) { return network.text(); });
}

Kind<std::size_t> choice_kind(std::vector<std::string_view> names) {
  const std::string description = words(names);
  return parsed_kind<std::size_t>(
      description,
      [=](const std::string& text) -> base::Result<std::size_t> {
        const auto found = std::ranges::find(names, std::string_view(text));
        if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
        const auto near = nearest_name(text, names);
        const std::string hint = near.empty() ? "" : fmt::format("; did you mean {}?", in_quotes(near));
        return std::unexpected(base::Error{fmt::format(
            "found the text {}; it must be {}{}", in_quotes(base::printable(text, 60)), description, hint)});
      },
      [=](const std::size_t& index) { return std::string(names.at(index)); });
}

void refuse_member(const TomlNode& member, std::span<const std::string_view> names, ReadContext& context) {
  const auto near = nearest_name(member.key, names);
  const std::string hint = near.empty() ? "" : fmt::format("; did you mean {}?", in_quotes(near));
  context.mistake(member.key_place,
                  fmt::format("unknown name {}{}; known are {}", in_quotes(base::printable(member.key, 60)),
                              hint, fmt::join(names, ", ")));
}

}  // namespace backstop::config
