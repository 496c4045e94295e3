// What opens a file that holds a store's tables, and the tables of the history. docs/history.md repeats them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "store/sqlite/database.h"

namespace backstop::store::sqlite {

/// PRAGMA user_version. A change of the tables raises it and adds a step that upgrades older files.
inline constexpr std::int64_t kSchemaVersion = 5;
/// PRAGMA application_id: "BkSt".
inline constexpr std::int64_t kApplicationId = 0x426B5374;

// `place` of an address is the number of its event times 65536, plus its rank among the event's addresses. So
// the addresses of an event are neighbours and are deleted with it without an index of their own.
// AUTOINCREMENT: a number is never used again, even if somebody deletes rows of `event` alone.
inline constexpr std::array<std::string_view, 10> kSchema = {
    "CREATE TABLE event (number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, id TEXT NOT NULL, "
    "gateway TEXT NOT NULL, direction TEXT NOT NULL, client TEXT NOT NULL, helo TEXT NOT NULL, "
    "reverse_path TEXT NOT NULL, recipients TEXT NOT NULL, size INTEGER NOT NULL, message_id TEXT NOT NULL, "
    "kind TEXT NOT NULL, reporting_mta TEXT NOT NULL, original_message_id TEXT NOT NULL, "
    "evidence TEXT NOT NULL, origin TEXT NOT NULL, verdict TEXT NOT NULL, cause TEXT NOT NULL, "
    "explanation TEXT NOT NULL, stage TEXT NOT NULL, done TEXT NOT NULL, next_stage TEXT NOT NULL, "
    "reply TEXT NOT NULL, took INTEGER NOT NULL, client_gone INTEGER NOT NULL, "
    "certainty TEXT NOT NULL DEFAULT '', tag TEXT NOT NULL DEFAULT '', "
    "contradiction INTEGER NOT NULL DEFAULT 0, origin_cause TEXT NOT NULL DEFAULT '', "
    "facts TEXT NOT NULL DEFAULT '')",
    "CREATE INDEX event_time ON event (time)",
    "CREATE INDEX event_client ON event (client, time)",
    "CREATE INDEX event_id ON event (id)",
    "CREATE INDEX event_untagged ON event (time) WHERE tag GLOB 'none*' AND reverse_path <> ''",
    "CREATE INDEX event_contradiction ON event (time) WHERE contradiction <> 0",
    "CREATE TABLE event_address (place INTEGER PRIMARY KEY, address TEXT NOT NULL, time INTEGER NOT NULL)",
    "CREATE INDEX event_address_address ON event_address (address, time)",
    "CREATE TABLE day_sum (domain TEXT NOT NULL, day INTEGER NOT NULL, left INTEGER NOT NULL, "
    "watermark INTEGER NOT NULL, dkim INTEGER NOT NULL, message INTEGER NOT NULL, tag INTEGER NOT NULL, "
    "genuine INTEGER NOT NULL, contradictions INTEGER NOT NULL, unproven INTEGER NOT NULL, "
    "PRIMARY KEY (domain, day)) WITHOUT ROWID",
    "CREATE INDEX day_sum_day ON day_sum (day)",
};

inline constexpr int kPlaceBits = 16;
inline constexpr std::size_t kMostPlaces = std::size_t{1} << kPlaceBits;

/// The tables of one store, and how it knows its file.
struct Schema {
  std::string_view name;        ///< "history"
  std::int64_t application_id;  ///< PRAGMA application_id
  std::int64_t version;         ///< PRAGMA user_version
  std::span<const std::string_view> tables;
  /// Upgrades a file to the next version each: from 1, from 2, and so on.
  std::span<const std::span<const std::string_view>> upgrades{};
  unsigned mode = 0640;  ///< of a file that is made, whatever the umask
};

const Schema& history_schema();

/// Opens the file for the writer; makes the tables in a new file and upgrades those of an older version.
/// Makes the file (Schema::mode), and its folder (0750) if only that is missing. A file that holds anything
/// else is left as it is.
Outcome<Database> open_for_writing(const std::string& path, std::chrono::milliseconds patience,
                                   const Schema& schema = history_schema());

/// Opens a file that exists, and makes sure that it is a store of this kind and version.
Outcome<Database> open_for_reading(const std::string& path, std::chrono::milliseconds patience,
                                   const Schema& schema = history_schema());

}  // namespace backstop::store::sqlite
