// SQLite on a disk that fails: a VFS in front of the ordinary one, in which the Nth operation that changes
// something fails, once or from then on, or the disk has little room.
#pragma once

#include <sqlite3.h>

#include <cstdint>

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
  /// From now on files may grow by this many bytes in all; a file that shrinks gives its bytes back.
  void limit_room(std::int64_t bytes);
  void mend();
  /// True once an operation failed since arm().
  bool was_met() const;
};

}  // namespace backstop::store::sqlite
