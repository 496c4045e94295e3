// The quarantine, or the held store, in a file of SQLite: the backend of "sqlite:PATH". store/quarantine.h
// describes it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "store/quarantine.h"
#include "store/sqlite/schema.h"

namespace backstop::store::sqlite {

/// docs/quarantine.md repeats the tables.
inline constexpr std::array<std::string_view, 4> kQuarantineSchema = {
    "CREATE TABLE kept (id TEXT PRIMARY KEY, time INTEGER NOT NULL, size INTEGER NOT NULL, "
    "told INTEGER NOT NULL, key INTEGER NOT NULL, dictionary INTEGER NOT NULL, envelope BLOB NOT NULL, "
    "message BLOB NOT NULL)",
    "CREATE INDEX kept_time ON kept (time)",
    "CREATE INDEX kept_key ON kept (key)",
    "CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
};

/// PRAGMA application_id: "BkQq" and "BkHd". The tables are the same.
inline constexpr std::int64_t kQuarantineApplicationId = 0x426B5171;
inline constexpr std::int64_t kHeldApplicationId = 0x426B4864;

enum class FileUse : std::uint8_t {
  Make,      ///< makes the file if it is missing
  Existing,  ///< it must be there
};

base::Result<std::unique_ptr<Quarantine>> open_quarantine_file(const std::string& path,
                                                               const QuarantineSettings& settings,
                                                               FileUse use);

}  // namespace backstop::store::sqlite
