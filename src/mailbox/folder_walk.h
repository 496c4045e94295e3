// Visits the files of a folder and of the folders in it. It needs no recursion, and holds a bounded number of
// names at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::mailbox {

struct WalkLimits {
  std::size_t depth = 32;         ///< folders within folders
  std::size_t folders = 100'000;  ///< in all
  std::size_t batch = 10'000;     ///< names of one folder that are sorted at a time
};

struct FoundFile {
  std::string path;
  std::uint64_t size = 0;
  bool is_in_maildir = false;  ///< in `new` or `cur` of a Maildir, so it is one mail, even if its first line
                               ///< looks like an mbox
};

struct FolderVisitor {
  std::function<void(const FoundFile& file)> file;
  /// Called for a file or folder that can't be read. `error` is an errno, or 0 if a limit was met.
  std::function<void(const std::string& path, int error)> unreadable;
  /// Called for a named pipe, a socket or a device; reading one may never end.
  std::function<void(const std::string& path)> no_file = {};
};

/// Visits the files of a folder, then the folders in it, each in the order of their names (of very many
/// files, within each batch). In a Maildir it visits `cur` and `new` and the Maildirs in it, such as ".Sent"
/// of Maildir++. `tmp` is left out, since its mails aren't delivered yet. Hidden files, and hidden folders
/// that are no Maildirs, are passed over. Links to folders are not followed, so there are no loops.
void walk_folder(const std::string& path, const FolderVisitor& visitor, const WalkLimits& limits = {});

/// Returns true for a folder that holds `cur` and `new`.
bool is_maildir(const std::string& path);

}  // namespace backstop::mailbox
