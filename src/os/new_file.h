// Files that are written whole or not at all.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/error.h"

namespace backstop::os {

/// Makes a file that is not there yet, through a hidden temporary one in the same folder, which is synced and
/// then linked: the name and its content survive a loss of power. A file that is there stays as it is: that
/// is an error. Errors are one clause and don't name the file.
base::Result<void> create_file(const std::string& path, std::string_view text, mode_t mode);

}  // namespace backstop::os
