// SQLite on a disk that fails: a VFS in front of the ordinary one, in which the Nth operation that changes
// something fails, once or from then on.
#pragma once

#include <sqlite3.h>

namespace backstop::store::sqlite {

struct Faults {
  int code;         ///< what the operation returns, SQLITE_FULL
  bool is_lasting;  ///< until mend()
};

/// While it lives it is the VFS of the process. One at a time.
class FaultVfs {
 public:
  FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;
  ~FaultVfs();

  /// Counts from now: the operation `nth`, from 1, fails.
  void arm(int nth, Faults faults);
  void mend();
  /// True once an operation failed since arm().
  bool was_met() const;
};

}  // namespace backstop::store::sqlite
