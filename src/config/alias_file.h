// The file of `aliases` of a domain, read from the disk. intake/aliases.h has its text.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.h"
#include "intake/aliases.h"

namespace backstop::config {

inline constexpr std::size_t kMostAliasFile = 16 * 1024 * 1024;  // bytes

struct AliasFile {
  intake::AliasReading reading;
  std::string stamp;  ///< alias_stamp() of what was read
};

/// Refuses anything that is no plain file, more than kMostAliasFile bytes, and a file with a zero byte, such
/// as the table that postmap makes of the text. An error doesn't name the path.
base::Result<AliasFile> read_alias_file(const std::string& path, char delimiter);

/// Returns a text that is another one when the file has changed: its size, its time and which file it is.
/// Empty if that can't be seen.
std::string alias_stamp(const std::string& path);

/// Returns the lines for people about what was passed over: "/etc/postfix/virtual, line 7: ...". Those past
/// AliasReading::kMostFindings are counted in the last line.
std::vector<std::string> alias_warnings(const std::string& path, const intake::AliasReading& reading);

}  // namespace backstop::config
