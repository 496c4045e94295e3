// Finds the tag of an address, and tells whose it is. docs/tags.md lists the forms. Pure; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mail/address.h"

namespace backstop::origin {

/// The forms of a tag, each by the product that writes it.
enum class TagShape : std::uint8_t {
  Prvs,         ///< prvs=KDDDSSSSSS=user
  SubAddress,   ///< user+prvs=KDDDSSSSSS
  OldExim,      ///< prvs=user/KDDDSSSSSS
  CiscoPrefix,  ///< prvs=DDDSSSSSS=user: no key number
  CiscoSuffix,  ///< prvs=user=TAG
  Barracuda,    ///< btv1==TAG==user
  SparkPost,    ///< msprvs1=TAG=user
};

struct Tag {
  TagShape shape = TagShape::Prvs;
  std::string value;    ///< as written: "0787c97471"
  mail::Address plain;  ///< the address without the tag

  bool operator==(const Tag&) const = default;
};

/// Returns the tag of an address, of whatever product, or nullopt. The first '=' after the tag ends it, since
/// the user's own part may have more of them (SRS, VERP).
std::optional<Tag> find_tag(const mail::Address& address, char delimiter = '+');

/// Returns the address without its tag, of whatever product; the address itself if it has none.
mail::Address without_tag(const mail::Address& address, char delimiter = '+');

/// True for the shapes that verify() can check.
constexpr bool is_verifiable(TagShape shape) {
  return shape == TagShape::Prvs || shape == TagShape::SubAddress;
}

/// True if the local part begins as a tag does, whether or not the rest can be read as one.
bool begins_like_tag(std::string_view local);

/// True for SRS0 or SRS1 (the rewriting of forwarders), with any of its separators.
bool is_srs(std::string_view local);

/// Return K and DDD of a verifiable tag's value.
int key_number(const Tag& tag);
int day_digits(const Tag& tag);

/// Returns "Cisco's mail gateway"; for the verifiable shapes "Exim's family".
std::string_view product(TagShape shape);

/// The spellings of the JSON, index by enumerator.
inline constexpr std::array<std::string_view, 7> kTagShapeNames = {
    "prvs", "sub-address", "old-exim", "cisco-prefix", "cisco-suffix", "barracuda", "sparkpost"};
constexpr std::string_view name(TagShape value) {
  return kTagShapeNames[static_cast<std::size_t>(value)];
}

}  // namespace backstop::origin
