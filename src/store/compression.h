// Compresses what is kept, by zstd with a dictionary of mails that is part of the program: mails are small
// and alike. Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace backstop::store {

/// Returns the number of the dictionary with which compress() works. It is stored with what was compressed.
unsigned current_dictionary();

/// Error: there is no memory for it.
base::Result<std::string> compress(std::string_view text);

/// Returns the text, of at most `most` bytes. Errors: this program doesn't have the dictionary; the frame is
/// damaged, doesn't say how long the text is, or says that it is longer.
base::Result<std::string> decompress(std::string_view frame, unsigned dictionary, std::size_t most);

}  // namespace backstop::store
