// Tag lists, "v=1; a=rsa-sha256": the grammar that signature fields and key records share (RFC 6376 3.2, with
// its erratum 5070). Pure; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace backstop::dkim {

/// One tag. The views are of the text that was parsed.
struct Tag {
  std::string_view name;
  std::string_view value;  ///< without the white space at its ends; line ends may be inside
  std::size_t begin = 0;   ///< offset past the "="
  std::size_t end = 0;     ///< offset of the ";", or the end of the text
};

class TagList {
 public:
  static constexpr std::size_t kMost = 32;  ///< tags; the RFC and its registry have 13

  /// Refuses a text without tags, an empty tag other than behind the last ";", a name that is there twice,
  /// and control characters. Bytes above 127 are taken (RFC 8616). Linear.
  static base::Result<TagList> parse(std::string_view text);

  std::span<const Tag> tags() const { return tags_; }
  /// Returns null if there is no such tag. Names are compared with their case (RFC 6376 3.2).
  const Tag* find(std::string_view name) const;

 private:
  std::vector<Tag> tags_;
};

/// Decodes base64 with white space anywhere. The padding may be missing, as some panels for DNS lose it.
/// Returns nullopt for any other character and for a length that can't be.
std::optional<std::string> decode_base64_value(std::string_view value);

/// Splits "a : b:c" at its colons; the items have no white space at their ends and may be empty.
std::vector<std::string_view> split_at_colons(std::string_view value);
/// True if `item` is one of them.
bool has_item(const Tag& tag, std::string_view item);

}  // namespace backstop::dkim
