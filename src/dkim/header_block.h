// A header block as it was returned, and the fields of it that a signature covers (RFC 6376 5.4.2).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "mail/message.h"

namespace backstop::dkim {

/// Views of the block, which must outlive this. Immutable, and so thread-safe.
class HeaderBlock {
 public:
  static constexpr std::size_t kMostBytes = 64UZ * 1024;  ///< of a block that came back
  static constexpr std::size_t kMostFields = 1000;

  /// Reads the fields at the start of `block`, which may be a whole message. Lines may end in CRLF or LF.
  /// What is past a cap is not read.
  explicit HeaderBlock(std::string_view block, std::size_t most_bytes = kMostBytes,
                       std::size_t most_fields = kMostFields);

  std::span<const mail::Field> fields() const { return message_.fields; }
  /// True if a cap was met, and so fields may be missing.
  bool is_cut() const { return message_.truncated != mail::Truncation::None; }

 private:
  mail::Message message_;
};

/// Returns the field from its name to its last line end, without that.
std::string_view text_of(const mail::Field& field);

/// Returns the field that each name of `h=` stands for, from the bottom up; null for a name that comes more
/// often than its fields. `own` is the text of the signature's own field, which no name stands for.
std::vector<const mail::Field*> select_signed(const HeaderBlock& block,
                                              std::span<const std::string_view> names, std::string_view own);

}  // namespace backstop::dkim
