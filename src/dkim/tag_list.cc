#include "dkim/tag_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mail/encoding.h"

namespace backstop::dkim {

namespace {

std::unexpected<base::Error> refuse(std::string message) {
  return std::unexpected(base::Error{std::move(message)});
}

bool is_tag_name(std::string_view text) {
  const auto may_follow = [](char c) { return base::is_alpha(c) || base::is_digit(c) || c == '_'; };
  return !text.empty() && base::is_alpha(text.front()) && std::ranges::all_of(text, may_follow);
}

bool is_value_byte(char c) {
  return base::is_space(c) || (static_cast<unsigned char>(c) > ' ' && c != 0x7F);
}

bool is_base64_digit(char c) {
  return base::is_alpha(c) || base::is_digit(c) || c == '+' || c == '/';
}

/// Reads the tag between two semicolons.
base::Result<Tag> parse_tag(std::string_view text, std::size_t begin, std::size_t end) {
  const auto spec = text.substr(begin, end - begin);
  const auto equals = spec.find('=');
  if (equals == std::string_view::npos) {
    return refuse(fmt::format("\"{}\" has no \"=\"", base::printable(base::trim(spec), 40)));
  }
  const Tag tag{base::trim(spec.substr(0, equals)), base::trim(spec.substr(equals + 1)), begin + equals + 1,
                end};
  if (!is_tag_name(tag.name)) {
    return refuse(fmt::format("\"{}\" is no name of a tag", base::printable(tag.name, 40)));
  }
  if (!std::ranges::all_of(tag.value, is_value_byte)) {
    return refuse(fmt::format("{}= has a control character", base::printable(tag.name, 40)));
  }
  return tag;
}

}  // namespace

base::Result<TagList> TagList::parse(std::string_view text) {
  TagList list;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(';', begin), text.size());
    const bool is_empty = base::trim(text.substr(begin, end - begin)).empty();
    if (is_empty && end < text.size()) return refuse("there is nothing before a \";\"");
    if (is_empty) break;
    auto tag = parse_tag(text, begin, end);
    if (!tag) return std::unexpected(tag.error());
    if (list.find(tag->name) != nullptr) {
      return refuse(fmt::format("{}= is there twice", base::printable(tag->name, 40)));
    }
    if (list.tags_.size() == kMost) return refuse(fmt::format("there are more than {} tags", kMost));
    list.tags_.push_back(*tag);
    begin = end + 1;
  }
  if (list.tags_.empty()) return refuse("there is no tag");
  return list;
}

const Tag* TagList::find(std::string_view name) const {
  const auto found = std::ranges::find(tags_, name, &Tag::name);
  return found == tags_.end() ? nullptr : &*found;
}

std::optional<std::string> decode_base64_value(std::string_view value) {
  std::string digits;
  digits.reserve(value.size());
  std::ranges::copy_if(value, std::back_inserter(digits), [](char c) { return !base::is_space(c); });
  const auto size = std::min(digits.find('='), digits.size());
  const auto padding = digits.size() - size;
  const std::string_view bare = std::string_view(digits).substr(0, size);
  const bool is_padded_right = padding == 0 || (padding <= 2 && digits.size() % 4 == 0);
  if (!is_padded_right || size % 4 == 1 || !std::ranges::all_of(bare, is_base64_digit)) return std::nullopt;
  if (std::string_view(digits).find_first_not_of('=', size) != std::string_view::npos) return std::nullopt;
  std::string bytes;
  mail::decode_base64(bare, bytes);
  return bytes;
}

std::vector<std::string_view> split_at_colons(std::string_view value) {
  std::vector<std::string_view> items;
  for (std::size_t begin = 0; begin <= value.size();) {
    const auto end = std::min(value.find(':', begin), value.size());
    items.push_back(base::trim(value.substr(begin, end - begin)));
    begin = end + 1;
  }
  return items;
}

bool has_item(const Tag& tag, std::string_view item) {
  const auto items = split_at_colons(tag.value);
  return std::ranges::find(items, item) != items.end();
}

}  // namespace backstop::dkim
