#include "store/sqlite/database.h"

#include <gtest/gtest.h>

namespace backstop::store::sqlite {
namespace {

struct FailureRow {
  const char* name;
  int code;
  bool want_passing;
};

TEST(Failure, MayPassByItself) {
  const FailureRow rows[] = {
      {"locked by another process", SQLITE_BUSY, true},
      {"locked, an extended code", SQLITE_BUSY_SNAPSHOT, true},
      {"locked by this process", SQLITE_LOCKED, true},
      {"full", SQLITE_FULL, true},
      {"an error of the disk", SQLITE_IOERR, true},
      {"the same, an extended code", SQLITE_IOERR_WRITE, true},
      {"no memory", SQLITE_NOMEM, true},
      {"not to be opened", SQLITE_CANTOPEN, false},
      {"not to be written", SQLITE_READONLY, false},
      {"no database", SQLITE_NOTADB, false},
      {"damaged", SQLITE_CORRUPT, false},
      {"of another kind", SQLITE_MISMATCH, false},
      {"wrong SQL", SQLITE_ERROR, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ((Failure{.code = row.code, .message = ""}.is_passing()), row.want_passing) << row.name;
  }
}

}  // namespace
}  // namespace backstop::store::sqlite
