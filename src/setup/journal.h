// What setup has done, so that it can be gone on with or undone after a crash at any step. It is a small JSON
// file, which is on the disk before each step is taken. A step can be repeated.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "setup/machine.h"
#include "setup/milter_lists.h"

namespace backstop::setup {

struct MadeFile {
  std::string path;
  std::string digest;  ///< of its content when it was made; one that differs now was changed since

  bool operator==(const MadeFile&) const = default;
};

struct Journal {
  enum class Phase { Applying, Applied, Undoing };

  Phase phase = Phase::Applying;
  std::string step = {};     ///< that began last, for people
  std::string main_cf = {};  ///< its path
  std::string copy = {};     ///< the path of the copy that was made of it; empty: none yet
  std::string written = {};  ///< the digest of main.cf as it was written; empty: not yet
  std::vector<ListChange> changes = {};
  std::vector<MadeFile> files = {};       ///< in the order in which they were made
  std::vector<std::string> folders = {};  ///< that were not there before
  std::string start = {};                 ///< the command that started the service; "systemctl" for systemd
  std::string stop = {};                  ///< the command that stops it

  bool operator==(const Journal&) const = default;

  const MadeFile* find(std::string_view path) const;
  /// Notes a file in place of an older one of that path.
  void note_file(std::string path, std::string_view content);
};

std::string journal_text(const Journal& journal);
base::Result<Journal> parse_journal(std::string_view text);

/// Returns the SHA-256 of a text in hex.
std::string digest_of(std::string_view text);

/// Returns what main.cf becomes without ours: the copy, if nobody has changed main.cf since; else the text as
/// it is now, without our elements.
std::string main_cf_before(Machine& machine, const Journal& journal, std::string_view now);

/// Where the journal is, and how it is written.
class JournalFile {
 public:
  JournalFile(Machine& machine, std::string folder) : machine_(machine), folder_(std::move(folder)) {}

  std::string path() const { return folder_ + "/setup.json"; }
  const std::string& folder() const { return folder_; }
  /// Returns nullopt if there is none. Refuses one that another user could have written: what it says is
  /// done as root.
  base::Result<std::optional<Journal>> load() const;
  base::Result<void> save(const Journal& journal) const;
  /// Takes it away, and its folder.
  base::Result<void> remove() const;

 private:
  Machine& machine_;
  std::string folder_;
};

}  // namespace backstop::setup
