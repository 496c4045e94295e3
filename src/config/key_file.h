// The key file on disk: read with a check of its mode, written whole or not at all. origin::KeyRing has its
// text.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/error.h"
#include "origin/key_ring.h"

namespace backstop::config {

/// Refuses a file that its group or others can reach, as ssh does with private keys; the error names the mode
/// found and the command that corrects it.
base::Result<origin::KeyRing> read_key_file(const std::string& path);

/// Writes a file of mode 0600, through a temporary one beside it that is synced and then linked. A file that
/// is there already stays as it is: that is an error.
base::Result<void> create_key_file(const std::string& path, const origin::KeyRing& ring);

/// Reads the file, lets a new key sign, and replaces the file; a reader sees either the old text or the new.
/// Owner and group stay. Returns the new key's number. Only one rotation of a file runs at a time: a second
/// one is an error. `in_use` are the numbers of keys with which something is still encrypted; nullopt: nobody
/// asked, so no key is dropped and no number is given again.
base::Result<int> rotate_key_file(const std::string& path, std::chrono::sys_days today,
                                  std::chrono::days lifetime,
                                  std::optional<origin::KeyNumbers> in_use = std::nullopt);

/// Returns 256 random bits in hex, which Exim's configuration takes, too.
base::Result<std::string> make_secret();

}  // namespace backstop::config
