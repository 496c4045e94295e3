// The text of a file that keeps one public key past its rotation: the key's TXT record, plain or as a zone
// file quotes it, and two optional lines.
//
//   # a comment
//   from: 2026-01-31
//   until: 2026-11-30
//   "v=DKIM1; k=rsa; " "p=MIIB..."
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "dkim/key_store.h"

namespace backstop::dkim {

inline constexpr std::size_t kMostKeyFile = 16UZ * 1024;  ///< bytes

struct KeyFile {
  std::string record;  ///< the strings joined
  StoredKey key;
};

/// Reads the text of a key file. In a text with quotes only what they enclose belongs to the record: around
/// them there may be parentheses and comments behind a ";", and before the first one the record's name, class
/// and type. Errors name the line.
base::Result<KeyFile> parse_key_file(std::string_view text);

/// Returns a text from which parse_key_file() reads the same record and days.
std::string key_file_text(std::string_view record, const std::optional<std::chrono::sys_days>& from,
                          const std::optional<std::chrono::sys_days>& until);

}  // namespace backstop::dkim
