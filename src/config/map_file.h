// The lookup tables of a domain, read from the disk: its `aliases` and its `recipients`. intake/aliases.h and
// directory/recipient_list.h have their text.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.h"
#include "directory/recipient_list.h"
#include "intake/aliases.h"
#include "intake/domain_table.h"

namespace backstop::config {

inline constexpr std::size_t kMostAliasFile = 16 * 1024 * 1024;      // bytes
inline constexpr std::size_t kMostRecipientFile = 64 * 1024 * 1024;  // bytes

struct AliasFile {
  intake::AliasReading reading;
  std::string stamp;  ///< map_stamp() of what was read
};

struct RecipientFile {
  directory::RecipientReading reading;
  std::string stamp;  ///< map_stamp() of what was read
};

// Both refuse anything that is no plain file, more bytes than the cap, a file with a zero byte, such as the
// table that postmap makes of the text, and one that changes while it is read. An error doesn't name the
// path.

base::Result<AliasFile> read_alias_file(const std::string& path, char delimiter);
/// Refuses, too, what read_recipients() refuses.
base::Result<RecipientFile> read_recipient_file(const std::string& path);

/// Returns the name of a domain that has this directory, and of which the list has no recipient; empty if
/// there is none. All of its mail would be refused, so the list is taken for a mistake. Domains with "*." are
/// not looked at: nobody knows their names.
std::string domain_without_recipients(const directory::RecipientList& list,
                                      const directory::Directory& directory,
                                      const intake::DomainTable& domains);

/// Returns a text that is another one when the file has changed: its size, its time and which file it is.
/// Empty if that can't be seen.
std::string map_stamp(const std::string& path);

/// Returns the lines for people about what was passed over: "/etc/postfix/virtual, line 7: ...". Those past
/// MapFindings::kMostFindings are counted in the last line.
std::vector<std::string> map_warnings(const std::string& path, const directory::MapFindings& reading);

}  // namespace backstop::config
