// Files that are written whole or not at all.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/error.h"
#include "os/byte_source.h"

namespace backstop::os {

/// A hidden file of mode 0600 in the folder of the file that it is written for; its name is removed with this
/// object. The functions that return bool leave errno.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& target);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  bool is_open() const { return file_.is_open(); }
  const char* name() const { return name_.c_str(); }
  /// Gives the file the owner and the group of another one.
  bool give_to(const struct stat& owner) const;
  /// Writes and syncs it.
  bool write(std::string_view text, mode_t mode) const;
  /// A new name survives a loss of power only once its folder is on the disk.
  bool sync_folder() const;

 private:
  std::string folder_;
  std::string name_;
  FileDescriptor file_;
};

/// Makes a file that is not there yet, through a hidden temporary one in the same folder, which is synced and
/// then linked: the name and its content survive a loss of power. A file that is there stays as it is: that
/// is an error. Errors are one clause and don't name the file.
base::Result<void> create_file(const std::string& path, std::string_view text, mode_t mode);

}  // namespace backstop::os
