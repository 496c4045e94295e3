// A small file that several processes change: each change reads it, and replaces it whole.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace backstop::os {

/// Returns what the file holds, an empty text if there is none. More than `most` bytes, a file that is no
/// plain file, and one of a mode with more than `mode` are errors. Errors are one clause and don't name the
/// file.
base::Result<std::string> read_small_file(const std::string& path, std::size_t most, mode_t mode);

/// Gives the text of the file to `change` and replaces the file by what that returns, through a temporary one
/// beside it that is synced and renamed: a reader sees the old text or the new. A missing file counts as
/// empty, and is made; the owner of one that exists stays. Changes of several processes come one after the
/// other; one that waits for longer than two seconds is an error.
base::Result<void> change_file(const std::string& path, std::size_t most, mode_t mode,
                               const std::function<base::Result<std::string>(std::string_view)>& change);

}  // namespace backstop::os
