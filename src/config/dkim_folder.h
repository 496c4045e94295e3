// The folder of DKIM keys that are kept past their rotation: one file a key, named
// SELECTOR._domainkey.DOMAIN. dkim/key_file.h has the text of a file.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "dkim/key_file.h"
#include "dkim/key_name.h"
#include "dkim/key_store.h"

namespace backstop::config {

inline constexpr std::size_t kMostDkimFiles = 10'000;

/// Reads all keys of the folder. Hidden files are passed over. Refuses a file with another name (A-labels,
/// lower case), a file that holds no key with which mail can be verified, anything that is no plain file, and
/// a folder or a file that everybody can write, since whoever adds a key can forge proofs. An error names the
/// first such file, in the order of their names, and its line.
base::Result<std::shared_ptr<const dkim::KeyStore>> read_dkim_folder(const std::string& folder);

/// Reads one key file, of any name.
base::Result<dkim::KeyFile> read_dkim_file(const std::string& path);

/// Writes a key file of mode 0644 whole or not at all, and returns its path. A file that is there already
/// stays as it is: that is an error.
base::Result<std::string> add_dkim_key(const std::string& folder, const dkim::KeyName& name,
                                       std::string_view text);

}  // namespace backstop::config
