// Takes back what Apply has done, as its journal says: our elements in main.cf, the service, and the files
// and folders that were made and that nobody has changed since. After a crash the same command goes on.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "setup/journal.h"
#include "setup/machine.h"
#include "setup/postfix.h"

namespace backstop::setup {

class Undo {
 public:
  using Tell = std::function<void(std::string_view line)>;

  /// `machine` must outlive it.
  Undo(Machine& machine, std::string state_folder, Tell tell)
      : machine_(machine), tell_(std::move(tell)), file_(machine, std::move(state_folder)) {}

  /// Reads the journal. Returns an error if there is none.
  base::Result<void> open();
  /// Says what will be done, and what was changed since and stays.
  std::string page() const;
  base::Result<void> run();

 private:
  base::Result<void> step(std::string_view name);
  base::Result<void> restore_main_cf();
  void stop_service();
  base::Result<void> remove_files();
  base::Result<void> remove_folders();
  /// Returns why a file stays, or an empty text.
  std::string why_it_stays(const MadeFile& file) const;
  /// The copy of main.cf stays as long as main.cf isn't what it was.
  bool is_copy_needed() const;
  std::string main_cf_text() const;

  Machine& machine_;
  const Tell tell_;
  const JournalFile file_;
  Journal journal_;
  PostfixPlace place_;
};

}  // namespace backstop::setup
