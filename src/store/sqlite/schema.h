// The tables of the history in SQLite, and how a file is told to hold them; docs/history.md repeats them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "store/sqlite/database.h"

namespace backstop::store::sqlite {

/// PRAGMA user_version. A change of the tables raises it and adds a step that brings older files along.
inline constexpr std::int64_t kSchemaVersion = 2;
/// PRAGMA application_id: "BkSt".
inline constexpr std::int64_t kApplicationId = 0x426B5374;

// `place` of an address is the number of its event times 65536, and its rank among the event's addresses: so
// those of an event stand together and are deleted with it without an index of their own. AUTOINCREMENT: a
// number is never used again, also where somebody deletes rows of `event` alone.
inline constexpr std::array<std::string_view, 7> kSchema = {
    "CREATE TABLE event (number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, id TEXT NOT NULL, "
    "gateway TEXT NOT NULL, direction TEXT NOT NULL, client TEXT NOT NULL, helo TEXT NOT NULL, "
    "reverse_path TEXT NOT NULL, recipients TEXT NOT NULL, size INTEGER NOT NULL, message_id TEXT NOT NULL, "
    "kind TEXT NOT NULL, reporting_mta TEXT NOT NULL, original_message_id TEXT NOT NULL, "
    "evidence TEXT NOT NULL, origin TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL, "
    "explanation TEXT NOT NULL, stage TEXT NOT NULL, done TEXT NOT NULL, next_stage TEXT NOT NULL, "
    "reply TEXT NOT NULL, took INTEGER NOT NULL, client_gone INTEGER NOT NULL, "
    "certainty TEXT NOT NULL DEFAULT '', tag TEXT NOT NULL DEFAULT '')",
    "CREATE INDEX event_time ON event (time)",
    "CREATE INDEX event_client ON event (client, time)",
    "CREATE INDEX event_id ON event (id)",
    "CREATE INDEX event_untagged ON event (time) WHERE tag GLOB 'none*' AND reverse_path <> ''",
    "CREATE TABLE event_address (place INTEGER PRIMARY KEY, address TEXT NOT NULL, time INTEGER NOT NULL)",
    "CREATE INDEX event_address_address ON event_address (address, time)",
};

/// What brings a file of version 1 along: to the columns at the end of `event`, and the index on one of them.
inline constexpr std::array<std::string_view, 3> kFromVersion1 = {
    "ALTER TABLE event ADD COLUMN certainty TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE event ADD COLUMN tag TEXT NOT NULL DEFAULT ''",
    kSchema[4],
};

inline constexpr int kPlaceBits = 16;
inline constexpr std::size_t kMostPlaces = std::size_t{1} << kPlaceBits;

/// Opens the file for the writer, with the tables made where it is new. Makes the file (mode 0640), and its
/// folder (0750) where that alone is missing. A file that holds anything else is left as it is.
Outcome<Database> open_for_writing(const std::string& path, std::chrono::milliseconds patience);

/// Opens what is there, and makes sure that it is a history.
Outcome<Database> open_for_reading(const std::string& path, std::chrono::milliseconds patience);

}  // namespace backstop::store::sqlite
