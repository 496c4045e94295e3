// The files of a folder and of the folders in it, without recursion, in a bounded number of names at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::mailbox {

struct WalkLimits {
  std::size_t depth = 32;
  std::size_t folders = 100'000;
  std::size_t batch = 10'000;
};

struct FoundFile {
  std::string path;
  std::uint64_t size = 0;
  bool is_in_maildir = false;  ///< in `new` or `cur` of a Maildir, so it is one mail, even if its first line
                               ///< looks like an mbox
};

struct FolderVisitor {
  std::function<void(const FoundFile& file)> file;
  /// `error` is an errno; 0 if a limit was met.
  std::function<void(const std::string& path, int error)> unreadable;
};

/// Folders in the order of their names, after the files beside them. Of a Maildir: `new` and `cur`, then the
/// Maildirs in it (".Sent" of Maildir++ too); `tmp` holds mails that aren't delivered yet and is left out.
/// Elsewhere hidden names are passed over. Links to folders are not followed, so there are no loops.
void walk_folder(const std::string& path, const FolderVisitor& visitor, const WalkLimits& limits = {});

/// Returns true for a folder that holds `cur` and `new`.
bool is_maildir(const std::string& path);

}  // namespace backstop::mailbox
