#include "origin/tag_shape.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace backstop::origin {

namespace {

constexpr std::string_view kPrvs = "prvs=";
constexpr std::string_view kBarracuda = "btv1==";
constexpr std::string_view kSparkPost = "msprvs1=";
constexpr std::size_t kTagSize = 10;      // KDDDSSSSSS
constexpr std::size_t kCiscoTagSize = 9;  // DDDSSSSSS
constexpr std::size_t kHexSize = 6;       // SSSSSS
constexpr std::size_t kMostForeign = 32;  // of a tag that only its product can read

/// True for digits and then the six hex digits of the hash, in `size` characters.
bool is_tag_value(std::string_view text, std::size_t size) {
  return text.size() == size && std::ranges::all_of(text.substr(0, size - kHexSize), base::is_digit) &&
         std::ranges::all_of(text.substr(size - kHexSize), [](char c) { return base::hex_value(c) >= 0; });
}

bool is_own(std::string_view text) {
  return is_tag_value(text, kTagSize);
}
bool is_cisco(std::string_view text) {
  return is_tag_value(text, kCiscoTagSize) || is_tag_value(text, kTagSize);
}
bool is_foreign(std::string_view text) {
  return !text.empty() && text.size() <= kMostForeign && !text.contains('=');
}

/// A tag and the user's own part: views into the local part.
struct Split {
  TagShape shape;
  std::string_view value;
  std::string_view user;
};

/// Splits TAG SEPARATOR USER at the first separator.
std::optional<Split> tag_first(TagShape shape, std::string_view text, std::string_view separator,
                               bool (*is_value)(std::string_view)) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const Split split{shape, text.substr(0, at), text.substr(at + separator.size())};
  if (!is_value(split.value) || split.user.empty()) return std::nullopt;
  return split;
}

/// Splits USER SEPARATOR TAG at the last separator.
std::optional<Split> tag_last(TagShape shape, std::string_view text, char separator,
                              bool (*is_value)(std::string_view)) {
  const auto at = text.rfind(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const Split split{shape, text.substr(at + 1), text.substr(0, at)};
  if (!is_value(split.value) || split.user.empty()) return std::nullopt;
  return split;
}

/// Reads the shapes that begin with the tag; each has its own prefix.
std::optional<Split> split_front(std::string_view local) {
  const auto after = [&](std::string_view prefix) { return local.substr(prefix.size()); };
  if (base::istarts_with(local, kPrvs)) {
    const auto own = tag_first(TagShape::Prvs, after(kPrvs), "=", is_own);
    return own ? own : tag_first(TagShape::CiscoPrefix, after(kPrvs), "=", is_cisco);
  }
  if (base::istarts_with(local, kBarracuda)) {
    return tag_first(TagShape::Barracuda, after(kBarracuda), "==", is_foreign);
  }
  if (base::istarts_with(local, kSparkPost)) {
    return tag_first(TagShape::SparkPost, after(kSparkPost), "=", is_foreign);
  }
  return std::nullopt;
}

/// Reads the shapes that begin with "prvs=" and end with the tag.
std::optional<Split> split_back(std::string_view local) {
  if (!base::istarts_with(local, kPrvs)) return std::nullopt;
  const auto text = local.substr(kPrvs.size());
  const auto cisco = tag_last(TagShape::CiscoSuffix, text, '=', is_cisco);
  return cisco ? cisco : tag_last(TagShape::OldExim, text, '/', is_own);
}

std::optional<Split> split_sub_address(std::string_view local, char delimiter) {
  const std::size_t tail = 1 + kPrvs.size() + kTagSize;
  if (local.size() <= tail) return std::nullopt;
  const auto at = local.size() - tail;
  const auto value = local.substr(local.size() - kTagSize);
  if (local[at] != delimiter || !base::istarts_with(local.substr(at + 1), kPrvs) || !is_own(value)) {
    return std::nullopt;
  }
  return Split{TagShape::SubAddress, value, local.substr(0, at)};
}

std::optional<Split> split(std::string_view local, char delimiter) {
  if (const auto front = split_front(local)) return front;
  if (const auto sub_address = split_sub_address(local, delimiter)) return sub_address;
  return split_back(local);
}

}  // namespace

std::optional<Tag> find_tag(const mail::Address& address, char delimiter) {
  const auto found = split(address.local, delimiter);
  if (!found) return std::nullopt;
  return Tag{found->shape, std::string(found->value), {std::string(found->user), address.domain}};
}

mail::Address without_tag(const mail::Address& address, char delimiter) {
  auto tag = find_tag(address, delimiter);
  return tag ? tag->plain : address;
}

bool begins_like_tag(std::string_view local) {
  return base::istarts_with(local, kPrvs) || base::istarts_with(local, kBarracuda) ||
         base::istarts_with(local, kSparkPost);
}

bool is_srs(std::string_view local) {
  // No RFC has the separators. The SRS paper has '=', and '+' and '-' as variants.
  const bool is_named = base::istarts_with(local, "SRS0") || base::istarts_with(local, "SRS1");
  return is_named && local.size() > 4 && std::string_view("=+-").contains(local[4]);
}

int key_number(const Tag& tag) {
  return tag.value[0] - '0';
}

int day_digits(const Tag& tag) {
  return (tag.value[1] - '0') * 100 + (tag.value[2] - '0') * 10 + (tag.value[3] - '0');
}

std::string_view product(TagShape shape) {
  switch (shape) {
    case TagShape::Prvs:
    case TagShape::SubAddress:
      return "Exim's family";
    case TagShape::OldExim:
      return "an old Exim";
    case TagShape::CiscoPrefix:
    case TagShape::CiscoSuffix:
      return "Cisco's mail gateway";
    case TagShape::Barracuda:
      return "Barracuda's mail gateway";
    case TagShape::SparkPost:
      return "SparkPost";
  }
  return "";
}

}  // namespace backstop::origin
