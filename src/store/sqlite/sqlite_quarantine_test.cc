#include "store/sqlite/sqlite_quarantine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "net/loop_fixture.h"
#include "store/quarantine_fixture.h"
#include "store/sqlite/fault_vfs_fixture.h"

namespace backstop::store::sqlite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kMostOperations = 500;

const SealKey& signing() {
  return seal_keys().back();
}

class SqliteQuarantineTest : public QuarantineTest {
 protected:
  void run(const std::string& sql) {
    auto database = Database::open(path(), Database::Mode::Write, std::chrono::milliseconds(1000));
    ASSERT_TRUE(database);
    const auto done = database->run(sql.c_str());
    ASSERT_TRUE(done) << done.error().message;
  }
  std::int64_t number(const char* sql) {
    auto database = Database::open(path(), Database::Mode::Write, std::chrono::milliseconds(1000));
    EXPECT_TRUE(database);
    return database ? database->number(sql).value_or(-1) : -1;
  }
  /// All bytes of the folder.
  std::string bytes() const {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all;
  }
};

TEST_F(SqliteQuarantineTest, NobodyElseReadsItsFiles) {
  const auto quarantine = opened(settings());
  ASSERT_TRUE(quarantine->keep(kept("1f"), signing()));
  EXPECT_TRUE(quarantine->claim("1f").value());
  for (const char* const suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat status{};
    ASSERT_EQ(::stat((path() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << suffix;
  }
}

TEST_F(SqliteQuarantineTest, NothingOfAMailIsOnTheDisk) {
  const auto quarantine = opened(settings());
  ASSERT_TRUE(quarantine->keep(kept("1f"), signing()));
  const auto all = bytes();
  for (const char* const text : {"bob", "example.org", "Undelivered", "192.0.2.1", "shop.test", "missing"})
    EXPECT_EQ(all.find(text), std::string::npos) << text;
  EXPECT_NE(all.find("1f"), std::string::npos);
}

// More than one step deletes, and more pages than one step gives back.
TEST_F(SqliteQuarantineTest, WhatIsTooOldLeavesNoPagesBehind) {
  const auto quarantine = opened(settings());
  constexpr int kMany = 201;
  auto response = kept("");
  response.message = net::long_text(24UZ * 1024);
  for (int i = 0; i < kMany; ++i) {
    response.envelope.id = std::to_string(i);
    ASSERT_TRUE(quarantine->keep(response, signing()));
  }
  const auto pages = [&] { return number("PRAGMA page_count"); };
  EXPECT_GT(pages(), 1000) << "more than a step gives back";
  const auto later = kKeptAt + std::chrono::days(15);
  ASSERT_TRUE(quarantine->expire(later));
  EXPECT_EQ(number("SELECT count(*) FROM kept"), 0);
  EXPECT_EQ(number("PRAGMA freelist_count"), 0);
  EXPECT_LT(pages(), 50);
}

TEST_F(SqliteQuarantineTest, AnExistingOneIsWanted) {
  const auto quarantine = open_existing_quarantine(settings());
  ASSERT_FALSE(quarantine);
  EXPECT_THAT(quarantine.error().message, HasSubstr("there is no such file"));
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(SqliteQuarantineTest, RefusesTheFileOfAnother) {
  std::ofstream(path()) << std::string(1000, 'x');
  const auto quarantine = open_quarantine(settings());
  ASSERT_FALSE(quarantine);
  EXPECT_THAT(quarantine.error().message, HasSubstr("it is no SQLite database"));
}

TEST_F(SqliteQuarantineTest, TheHeldStoreAndTheQuarantineRefuseEachOthersFile) {
  auto held = settings();
  held.place = KeptPlace::Held;
  ASSERT_TRUE(opened(settings())->keep(kept("1f"), signing()));
  const auto wrong = open_existing_quarantine(held);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("held store " + path()));
  std::filesystem::remove(path());
  for (const char* const suffix : {"-wal", "-shm"}) std::filesystem::remove(path() + suffix);
  ASSERT_TRUE(opened(held)->keep(kept("2f"), signing()));
  EXPECT_THAT(ids(*opened(held)), ElementsAre("2f"));
  EXPECT_FALSE(open_quarantine(settings()));
}

TEST_F(SqliteQuarantineTest, AFileThatWasDeletedIsMadeAgain) {
  const auto quarantine = opened(settings());
  ASSERT_TRUE(quarantine->keep(kept("1f"), signing()));
  for (const char* const suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path() + suffix);
  ASSERT_TRUE(quarantine->keep(kept("2f"), signing()));
  EXPECT_THAT(ids(*opened(settings())), ElementsAre("2f"));
}

// The server has it open twice: for what it keeps, and for what it expires and tells.
TEST_F(SqliteQuarantineTest, ALogThatWasDeletedOrDamagedLosesNothing) {
  const std::string log = path() + "-wal";
  const struct {
    const char* name;
    std::function<void()> harm;
  } rows[] = {
      {"deleted", [&] { std::filesystem::remove(log); }},
      {"deleted, with its memory",
       [&] {
         std::filesystem::remove(log);
         std::filesystem::remove(path() + "-shm");
       }},
      {"emptied", [&] { std::filesystem::resize_file(log, 0); }},
      {"overwritten",
       [&] {
         std::fstream(log, std::ios::in | std::ios::out | std::ios::binary) << std::string(30'000, 'x');
       }},
  };
  for (const auto& row : rows) {
    for (const char* const suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path() + suffix);
    const auto other = opened(settings());
    const auto quarantine = opened(settings());
    ASSERT_TRUE(other->keep(kept("1f"), signing())) << row.name;
    ASSERT_TRUE(quarantine->keep(kept("2f"), signing())) << row.name;
    row.harm();
    ASSERT_TRUE(quarantine->keep(kept("3f"), signing())) << row.name;
    ASSERT_TRUE(other->keep(kept("4f"), signing())) << row.name;
    // What a program finds that starts after a crash.
    const auto before = std::filesystem::path(folder_.path("before"));
    std::filesystem::create_directory(before);
    for (const char* const suffix : {"", "-wal"}) {
      std::filesystem::copy_file(path() + suffix, (before / "quarantine.db").string() + suffix,
                                 std::filesystem::copy_options::overwrite_existing);
    }
    auto found = settings();
    found.url = "sqlite:" + (before / "quarantine.db").string();
    EXPECT_THAT(ids(*opened(found)), testing::UnorderedElementsAre("1f", "2f", "3f", "4f")) << row.name;
    std::filesystem::remove_all(before);
  }
}

TEST_F(SqliteQuarantineTest, ALockIsAnErrorAndNoMore) {
  const auto quarantine = opened(settings());
  auto other = Database::open(path(), Database::Mode::Write, std::chrono::milliseconds(1000));
  ASSERT_TRUE(other && other->run("BEGIN IMMEDIATE"));
  const auto done = quarantine->keep(kept("1f"), signing());
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("another process holds it locked"));
  ASSERT_TRUE(other->run("ROLLBACK"));
  EXPECT_TRUE(quarantine->keep(kept("1f"), signing()));
}

struct DamageRow {
  const char* name;
  const char* sql;
  const char* want;
};

TEST_F(SqliteQuarantineTest, RefusesADamagedRow) {
  const DamageRow rows[] = {
      {"an empty envelope", "UPDATE kept SET envelope = x'' WHERE id = '1f'", "it is damaged"},
      {"no blob", "UPDATE kept SET envelope = 7 WHERE id = '1f'", "it is damaged"},
      {"envelope and message changed places", "UPDATE kept SET envelope = message, message = envelope",
       "damaged"},
      {"the message of another", "UPDATE kept SET message = (SELECT message FROM kept WHERE id = '2f')",
       "damaged"},
      {"another id",
       "UPDATE kept SET id = '3f' WHERE id = '2f'; UPDATE kept SET id = '2f' WHERE id = '1f'; "
       "UPDATE kept SET id = '1f' WHERE id = '3f'",
       "damaged"},
      {"another key", "UPDATE kept SET key = 3", "encrypted with another key"},
      {"no such key", "UPDATE kept SET key = -1", "encrypted with key -1, which the key file doesn't have"},
      {"another dictionary", "UPDATE kept SET dictionary = 7",
       "dictionary 7, which this version doesn't have"},
  };
  for (const auto& row : rows) {
    for (const char* const suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path() + suffix);
    const auto quarantine = opened(settings());
    ASSERT_TRUE(quarantine->keep(kept("1f"), signing()));
    ASSERT_TRUE(quarantine->keep(kept("2f"), signing()));
    run(row.sql);
    const auto found = quarantine->find("1f", seal_keys(), kKeptAt);
    ASSERT_FALSE(found) << row.name;
    EXPECT_THAT(found.error().message, HasSubstr(row.want)) << row.name;
    EXPECT_TRUE(quarantine->list(seal_keys(), kKeptAt, 100)) << row.name;
  }
}

// Whichever operation of the disk fails: a response that was taken is there, one that was not is not there,
// and the next one is kept once the disk works.
TEST_F(SqliteQuarantineTest, ADiskThatFails) {
  for (const Faults faults : {Faults{SQLITE_FULL, false}, Faults{SQLITE_FULL, true},
                              Faults{SQLITE_IOERR_WRITE, true}, Faults{SQLITE_IOERR_FSYNC, true}}) {
    bool was_met = true;
    int failures = 0;
    for (int nth = 1; was_met; ++nth) {
      ASSERT_LT(nth, kMostOperations);
      for (const char* const suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path() + suffix);
      FaultVfs vfs;
      const auto quarantine = opened(settings());
      vfs.arm(nth, faults);
      const auto done = quarantine->keep(kept("1f"), signing());
      was_met = vfs.was_met();
      vfs.mend();
      EXPECT_TRUE(done || was_met) << done.error().message;
      if (done) {
        EXPECT_THAT(ids(*quarantine), ElementsAre("1f")) << nth;
      } else {
        ++failures;
        EXPECT_THAT(ids(*quarantine), IsEmpty()) << nth;
        EXPECT_TRUE(quarantine->keep(kept("1f"), signing())) << nth;
      }
    }
    EXPECT_GT(failures, 0);
  }
}

}  // namespace
}  // namespace backstop::store::sqlite
