// What only the ledger in an SQLite file can meet: its files, other programs, a kill, and a disk that fails.
#include "store/sqlite/sqlite_ledger.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "store/ledger_fixture.h"
#include "store/sqlite/database.h"
#include "store/sqlite/fault_vfs_fixture.h"
#include "store/sqlite/ledger_schema.h"

namespace backstop::store::sqlite {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kAnn = "ann@example.org";

class SqliteLedger : public testing::Test {
 protected:
  SqliteLedger() { set_clock(kNoon); }

  LedgerSettings settings(std::size_t table_rows = 1'000'000) const {
    return {
        .url = place_.url(), .batch = milliseconds(1), .table_rows = table_rows, .clock = ledger_test_clock};
  }
  std::int64_t number(const char* sql) const {
    auto database = Database::open(place_.path(), Database::Mode::Read, kLong);
    EXPECT_TRUE(database) << database.error().message;
    const auto found = database->number(sql);
    EXPECT_TRUE(found) << found.error().message;
    return *found;
  }
  std::size_t secrets() const {
    std::ifstream file(place_.keys());
    std::size_t count = 0;
    for (std::string line; std::getline(file, line);) count += line.starts_with("secret ") ? 1 : 0;
    return count;
  }
  void copy_to(const std::string& name) const {
    auto database = Database::open(place_.path(), Database::Mode::Read, kLong);
    ASSERT_TRUE(database) << database.error().message;
    ASSERT_TRUE(database->run(("VACUUM INTO '" + folder_.path(name) + "'").c_str()));
  }
  /// As mv does: what belongs to the old file beside it stays.
  void restore_from(const std::string& name) const { fs::rename(folder_.path(name), place_.path()); }

  SqliteLedgerPlace place_;
  base::TemporaryFolder folder_;
  Warnings warnings_;
};

void record(LedgerWriter& ledger, const std::string& id) {
  ledger.record(std::vector{Row{sent_id(kAnn, id)}});
}

void keep_up(LedgerWriter& ledger, int steps = 20) {
  write_until(ledger, [steps, count = 0]() mutable { return ++count > steps; });
}

::mode_t mode_of(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777U;
}

TEST_F(SqliteLedger, ItsSecretsArePrivateAndApart) {
  const auto ledger = must_open(settings());
  record(*ledger, "1");
  ASSERT_TRUE(ledger->flush(kLong));
  EXPECT_EQ(mode_of(place_.keys()), 0600U);
  EXPECT_EQ(secrets(), 1u);
}

TEST_F(SqliteLedger, SealedTablesAreInOrderWithTheirFilterAndWithoutALog) {
  const auto ledger = must_open(settings(50'000));
  std::vector<std::string> ids;
  for (int i = 0; i < 50'000; ++i) ids.push_back(std::to_string(i));
  for (const auto& id : ids) record(*ledger, id);
  ASSERT_TRUE(ledger->flush(kLong));
  write_until(*ledger, [&] { return ledger->stats()->tables == 1; });
  EXPECT_EQ(number("SELECT count(*) FROM seg_1"), 50'000);
  EXPECT_EQ(number("SELECT entries FROM segments WHERE number = 1 AND is_sealed"), 50'000);
  EXPECT_EQ(number("SELECT count(*) FROM sqlite_schema WHERE name = 'log_1'"), 0);
  EXPECT_NEAR(static_cast<double>(number("SELECT length(bits) FROM filters")), 50'000 * 2.5, 64);
  EXPECT_EQ(number("PRAGMA auto_vacuum"), 2) << "incremental";
  for (const auto& id : ids) ASSERT_EQ(ask(*ledger, sent_id(kAnn, id)), 1) << id;
}

TEST_F(SqliteLedger, ATableIsSealedAtMidnight) {
  const auto ledger = must_open(settings());
  record(*ledger, "1");
  keep_up(*ledger);
  EXPECT_EQ(ledger->stats()->tables, 0u);
  set_clock(std::chrono::sys_days(std::chrono::year(2026) / 11 / 11) - seconds(1));
  keep_up(*ledger);
  EXPECT_EQ(ledger->stats()->tables, 0u);
  pass(seconds(1));
  write_until(*ledger, [&] { return ledger->stats()->tables == 2; });  // arrivals of keep_up(), too
}

TEST_F(SqliteLedger, AnOldTableIsDroppedAndItsRoomGivenBack) {
  const auto ledger = must_open(settings(100'000));
  for (int i = 0; i < 100'000; ++i) record(*ledger, std::to_string(i));
  ASSERT_TRUE(ledger->flush(kLong));
  write_until(*ledger, [&] { return ledger->stats()->tables == 1; });
  const auto pages = number("PRAGMA page_count");
  pass(days(31));
  write_until(*ledger,
              [&] { return number("SELECT count(*) FROM sqlite_schema WHERE name = 'seg_1'") == 0; });
  write_until(*ledger, [&] { return number("PRAGMA page_count") < pages / 5; });
}

TEST_F(SqliteLedger, ASecretIsDestroyedWithItsLastTable) {
  const auto ledger = must_open(settings());
  record(*ledger, "november");
  keep_up(*ledger);
  set_clock(std::chrono::sys_days(std::chrono::year(2026) / 12 / 10));
  record(*ledger, "december");
  keep_up(*ledger);
  EXPECT_EQ(secrets(), 2u);
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "november")), 1);
  // November's last table, if there were one, would live until 30 December.
  set_clock(std::chrono::sys_days(std::chrono::year(2026) / 12 / 30) + hours(1));
  keep_up(*ledger);
  EXPECT_EQ(secrets(), 2u);
  set_clock(std::chrono::sys_days(std::chrono::year(2026) / 12 / 31) + hours(1));
  keep_up(*ledger);
  EXPECT_EQ(secrets(), 1u);
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "december")), 1);
}

// What it has forgotten it does not have.
TEST_F(SqliteLedger, CoversNoMoreThanItKeepsIds) {
  LedgerSettings keeping = settings();
  keeping.keep_ids = days(3);
  const struct {
    LedgerTime covered;
    LedgerTime want;
  } rows[] = {
      {kNoon - days(60), kNoon - days(3)},
      {kNoon - days(3) - seconds(1), kNoon - days(3)},
      {kNoon - days(3) + seconds(1), kNoon - days(3) + seconds(1)},
  };
  must_open(keeping);
  for (const auto& row : rows) {
    place_.cover_since(row.covered);
    const auto snapshot = must_open_for_reading(keeping);
    EXPECT_EQ(snapshot->covered_since(), row.want);
    EXPECT_EQ(snapshot->stats()->covered_since, row.want);
    const auto ledger = must_open(keeping);
    ASSERT_TRUE(ledger->flush(kLong));
    EXPECT_EQ(ledger->covered_since(), row.want);
    EXPECT_EQ(ledger->stats()->covered_since, row.want);
  }
}

TEST_F(SqliteLedger, WithoutItsSecretsItStartsAnew) {
  must_open(settings())->record(std::vector{Row{sent_id(kAnn, "1")}, Row{pair(kAnn, "zoe@example.com")}});
  pass(minutes(1));
  fs::remove(place_.keys());
  const auto ledger = must_open(settings(), warnings_.taker());
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "1")), 0);
  EXPECT_EQ(ledger->covered_since(), kNoon + minutes(1));
  EXPECT_THAT(warnings_.lines(), ElementsAre(HasSubstr("2 of 2 tables are dropped")));
  EXPECT_EQ(number("SELECT count(*) FROM segments"), 0);
}

TEST_F(SqliteLedger, SecretsThatOthersCanReachAreRefused) {
  must_open(settings());
  record(*must_open(settings()), "1");
  ASSERT_EQ(::chmod(place_.keys().c_str(), 0644), 0);
  const auto ledger = open_ledger(settings(), nullptr);
  ASSERT_FALSE(ledger);
  EXPECT_THAT(ledger.error().message, HasSubstr("ledger " + place_.path() + ": its key file: "));
  EXPECT_FALSE(open_ledger_for_reading(settings()));
}

TEST_F(SqliteLedger, AnythingElseIsLeftAsItIs) {
  std::ofstream(place_.path()) << std::string(1000, 'x');
  EXPECT_FALSE(open_ledger(settings(), nullptr));
  EXPECT_EQ(fs::file_size(place_.path()), 1000u);
  fs::remove(place_.path());
  EXPECT_FALSE(open_ledger_for_reading(settings())) << "there is none";
  EXPECT_FALSE(fs::exists(place_.path()));
}

TEST_F(SqliteLedger, ALockedFileIsNoErrorAtTheStart) {
  must_open(settings());
  place_.lock();
  pass(minutes(1));
  const auto ledger = must_open(settings());
  record(*ledger, "1");
  const auto answers = ask(*ledger, std::vector{sent_id(kAnn, "1")});
  ASSERT_FALSE(answers) << "never: not found";
  EXPECT_THAT(answers.error().message, HasSubstr("ledger " + place_.path() + ": "));
  EXPECT_FALSE(ledger->covered_since());
  place_.unlock();
  ASSERT_TRUE(ledger->flush(kLong));
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "1")), 1);
  EXPECT_EQ(ledger->covered_since(), kNoon);
  EXPECT_EQ(ledger->counters().lost, 0u);
}

TEST_F(SqliteLedger, ReadingGoesOnWhileTheFileIsLocked) {
  const auto ledger = must_open(settings(100));
  for (int i = 0; i < 100; ++i) record(*ledger, std::to_string(i));
  ASSERT_TRUE(ledger->flush(kLong));
  write_until(*ledger, [&] { return ledger->stats()->tables >= 1; });
  place_.lock();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ask(*ledger, sent_id(kAnn, std::to_string(i))), 1);
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "other")), 0);
  place_.unlock();
}

TEST_F(SqliteLedger, OneProgramServesItAtATime) {
  auto first = must_open(settings());
  const auto second = must_open(settings());
  record(*first, "first");
  record(*second, "second");
  ASSERT_TRUE(first->flush(kLong));
  EXPECT_FALSE(second->flush(milliseconds(600)));
  EXPECT_FALSE(ask(*second, std::vector{sent_id(kAnn, "second")}));
  first.reset();
  ASSERT_TRUE(second->flush(kLong));
  EXPECT_EQ(ask(*second, sent_id(kAnn, "first")), 1);
  EXPECT_EQ(ask(*second, sent_id(kAnn, "second")), 1);
  EXPECT_EQ(second->covered_since(), kNoon);
}

TEST_F(SqliteLedger, YesterdaysCopyUnderARunningProgramStartsAnew) {
  std::unique_ptr<LedgerWriter> ledger = must_open(settings(), warnings_.taker());
  record(*ledger, "yesterday");
  ASSERT_TRUE(ledger->flush(kLong));
  copy_to("copy");
  pass(minutes(2));
  keep_up(*ledger);
  record(*ledger, "today");
  ASSERT_TRUE(ledger->flush(kLong));
  EXPECT_EQ(ledger->covered_since(), kNoon);
  restore_from("copy");
  pass(minutes(1));
  keep_up(*ledger);
  EXPECT_EQ(ledger->covered_since(), kNoon + minutes(3));
  EXPECT_THAT(warnings_.lines(), SizeIs(1));
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "today")), 1) << "it was in memory";
  ledger.reset();
  ledger = must_open(settings());
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "today")), 1) << "and was sealed into the copy";
  EXPECT_GE(ask(*ledger, sent_id(kAnn, "yesterday")), 1);
}

TEST_F(SqliteLedger, YesterdaysCopyAtAStartStartsAnew) {
  {
    const auto ledger = must_open(settings());
    record(*ledger, "yesterday");
    ASSERT_TRUE(ledger->flush(kLong));
    copy_to("copy");
    pass(days(1));
    record(*ledger, "today");
  }
  restore_from("copy");
  const auto ledger = must_open(settings());
  EXPECT_EQ(ledger->covered_since(), kNoon + days(1));
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "yesterday")), 1);
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "today")), 0);
}

TEST_F(SqliteLedger, AReaderDoesNotAskAnotherFile) {
  const auto ledger = must_open(settings(100));
  for (int i = 0; i < 100; ++i) record(*ledger, std::to_string(i));
  ASSERT_TRUE(ledger->flush(kLong));
  write_until(*ledger, [&] { return ledger->stats()->tables >= 1; });
  const auto reader = must_open_for_reading(settings());
  EXPECT_EQ(ask(*reader, sent_id(kAnn, "1")), 1);
  place_.remove();
  EXPECT_FALSE(ask(*reader, std::vector{sent_id(kAnn, "1")}));
}

TEST_F(SqliteLedger, AnImportIsSeenBesideARunningProgram) {
  const auto ledger = must_open(settings());
  record(*ledger, "sent");
  ASSERT_TRUE(ledger->flush(kLong));
  {
    LedgerSettings import = settings(100);
    import.use = LedgerUse::Import;
    const auto importer = must_open(import);
    for (int i = 0; i < 1000; ++i) {
      importer->record(std::vector{Row{sent_id(kAnn, "old" + std::to_string(i))}}, kNoon - hours(i));
    }
    EXPECT_EQ(ask(*importer, sent_id(kAnn, "old1")), 1);
    ASSERT_TRUE(importer->flush(kLong));
    EXPECT_EQ(importer->counters().lost, 0u);
    importer->record(std::vector{Row{sent_id(kAnn, "last")}}, kNoon - days(3));
  }
  EXPECT_EQ(number("SELECT count(*) FROM segments WHERE NOT is_sealed"), 1) << "the running program's";
  pass(minutes(1));
  keep_up(*ledger);
  EXPECT_EQ(ledger->covered_since(), kNoon);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(ask(*ledger, sent_id(kAnn, "old" + std::to_string(i))), i <= 30 * 24 + 12 ? 1 : 0) << i;
  }
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "last")), 1);
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "sent")), 1);
  // Each day's table ends on its own day.
  pass(days(1));
  write_until(*ledger, [&] { return ask(*ledger, sent_id(kAnn, "old725")) == 0; });
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "old700")), 1);
}

TEST_F(SqliteLedger, WhatOneProgramForgetsTheOtherForgetsToo) {
  const auto ledger = must_open(settings());
  record(*ledger, "1");
  ledger->record(std::vector{Row{sent_id("ben@example.org", "1")}});
  ASSERT_TRUE(ledger->flush(kLong));
  {
    LedgerSettings beside = settings();
    beside.use = LedgerUse::Import;
    const auto other = must_open(beside);
    const auto done = other->forget(kAnn);
    ASSERT_TRUE(done) << done.error().message;
  }
  pass(minutes(1));
  keep_up(*ledger);
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "1")), 0);
  record(*ledger, "2");
  pass(minutes(1));
  keep_up(*ledger);
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "2")), 1) << "once is enough";
  EXPECT_EQ(ask(*ledger, sent_id("ben@example.org", "1")), 1);
}

// The other one has no secrets yet when it is told.
TEST_F(SqliteLedger, ForgetsWhenTheLockIsGone) {
  {
    const auto ledger = must_open(settings());
    record(*ledger, "1");
  }
  place_.lock();
  const auto ledger = must_open(settings());
  std::jthread forgetter([&] {
    const auto done = ledger->forget(kAnn);
    EXPECT_TRUE(done) << done.error().message;
  });
  while (ledger->counters().recorded == 0) std::this_thread::yield();
  place_.unlock();
  forgetter.join();
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "1")), 0);
  EXPECT_EQ(ask(*must_open_for_reading(settings()), sent_id(kAnn, "1")), 0);
}

// The child acknowledges each batch that is committed, and is killed at any point: while it records, between
// a batch and the seal, or in the middle of that.
TEST_F(SqliteLedger, AKillLosesNothingThatWasCommitted) {
  constexpr int kBatch = 50;
  int acknowledged = 0;
  for (int kill_after = 1; kill_after <= 40; kill_after += 3) {
    int acks[2];
    ASSERT_EQ(::pipe(acks), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto ledger = open_ledger(settings(500), nullptr);
      if (!ledger) ::_exit(1);
      for (int i = acknowledged;; i += kBatch) {
        for (int k = 0; k < kBatch; ++k) record(**ledger, std::to_string(i + k));
        if (!(*ledger)->flush(kLong) || ::write(acks[1], "x", 1) != 1) ::_exit(1);
      }
    }
    ::close(acks[1]);
    char ack = 0;
    for (int i = 0; i < kill_after; ++i) {
      ASSERT_EQ(::read(acks[0], &ack, 1), 1);
      acknowledged += kBatch;
    }
    ::kill(child, SIGKILL);
    while (::read(acks[0], &ack, 1) == 1) acknowledged += kBatch;
    ::close(acks[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    pass(seconds(1));
    const auto ledger = must_open(settings(500));
    std::vector<std::string> ids;
    for (int i = 0; i < acknowledged; ++i) ids.push_back(std::to_string(i));
    for (const auto& id : ids) ASSERT_GE(ask(*ledger, sent_id(kAnn, id)), 1) << id << " of " << acknowledged;
    EXPECT_EQ(ledger->covered_since(), ledger_test_clock()) << "the last moment may be missing";
  }
}

constexpr int kMostOperations = 3000;

struct FaultRow {
  const char* name;
  Faults faults;
};

constexpr FaultRow kFaults[] = {
    {"full for a moment", {SQLITE_FULL, false}},
    {"full", {SQLITE_FULL, true}},
    {"an error of the disk", {SQLITE_IOERR_WRITE, false}},
    {"a broken disk", {SQLITE_IOERR_WRITE, true}},
};

void check_file(const SqliteLedgerPlace& place) {
  auto database = Database::open(place.path(), Database::Mode::Read, kLong);
  ASSERT_TRUE(database) << database.error().message;
  auto check = database->prepare("PRAGMA integrity_check");
  ASSERT_TRUE(check) << check.error().message;
  ASSERT_TRUE(check->step());
  EXPECT_EQ(check->text(0), "ok");
  const auto left_over = database->number(
      "SELECT count(*) FROM sqlite_schema WHERE (name GLOB 'seg_*' OR name GLOB 'log_*') AND "
      "CAST(substr(name, 5) AS INTEGER) NOT IN (SELECT number FROM segments)");
  ASSERT_TRUE(left_over) << left_over.error().message;
  EXPECT_EQ(*left_over, 0);
}

/// Records, seals and expires; mends the disk once a fault was met.
void scenario(const LedgerSettings& settings, FaultVfs& vfs) {
  auto opened = open_ledger(settings, nullptr);
  if (!opened) {
    ASSERT_TRUE(vfs.was_met()) << opened.error().message;
    vfs.mend();
    opened = open_ledger(settings, nullptr);
    ASSERT_TRUE(opened) << opened.error().message;
  }
  LedgerWriter& ledger = **opened;
  const auto flush = [&] {
    while (!ledger.flush(milliseconds(1)) && !vfs.was_met()) {
    }
    if (vfs.was_met()) vfs.mend();
    ASSERT_TRUE(ledger.flush(kLong));
  };
  for (int i = 0; i < 30; ++i) {
    record(ledger, std::to_string(i));
    flush();
  }
  for (int i = 0; i < 12; ++i) {
    ledger.record(std::vector{Row{response(kAnn, std::to_string(i))}});
    flush();
    if (i % 4 == 3) pass(days(1));
  }
}

TEST_F(SqliteLedger, NothingIsLostOnADiskThatFails) {
  for (const auto& row : kFaults) {
    SCOPED_TRACE(row.name);
    int nth = 1;
    for (bool was_met = true; was_met; nth += 1 + nth / 4) {
      ASSERT_LT(nth, kMostOperations);
      SCOPED_TRACE(nth);
      set_clock(kNoon);
      FaultVfs vfs;
      SqliteLedgerPlace place;
      LedgerSettings own = settings(10);
      own.url = place.url();
      vfs.arm(nth, row.faults);
      scenario(own, vfs);
      was_met = vfs.was_met();
      vfs.mend();
      const auto ledger = must_open(own);
      ASSERT_TRUE(ledger);
      for (int i = 0; i < 30; ++i) ASSERT_EQ(ask(*ledger, sent_id(kAnn, std::to_string(i))), 1) << i;
      for (int i = 0; i < 12; ++i) ASSERT_EQ(ask(*ledger, response(kAnn, std::to_string(i))), 1) << i;
      check_file(place);
      ASSERT_FALSE(testing::Test::HasFailure());
    }
    EXPECT_GT(nth, 100) << "the scenario has more operations than that";
  }
}

TEST_F(SqliteLedger, AFullDiskIsToldOnceAndWhenItIsOver) {
  FaultVfs vfs;
  LedgerSettings small = settings();
  small.buffer = 50;
  const auto ledger = must_open(small, warnings_.taker());
  record(*ledger, "first");
  keep_up(*ledger);
  vfs.arm(1, {SQLITE_FULL, true});
  for (int i = 0; i < 80; ++i) record(*ledger, std::to_string(i));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(ledger->flush(milliseconds(20)));
  EXPECT_EQ(ledger->counters().lost, 30u);
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "49")), 1) << "it waits in memory";
  vfs.mend();
  ASSERT_TRUE(ledger->flush(kLong));
  keep_up(*ledger);
  const std::string begin = "ledger " + place_.path() + ": ";
  EXPECT_THAT(warnings_.lines(),
              ElementsAre(begin + "the disk is full; entries wait in memory, mail is not delayed",
                          begin + "writing works again; 30 entries were lost"));
}

TEST_F(SqliteLedger, AFileThatLacksATableIsReadAnew) {
  const auto ledger = must_open(settings(), warnings_.taker());
  record(*ledger, "1");
  ASSERT_TRUE(ledger->flush(kLong));
  {
    auto database = Database::open(place_.path(), Database::Mode::Write, kLong);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->run("DROP TABLE log_1"));
  }
  pass(minutes(1));
  record(*ledger, "2");
  ASSERT_TRUE(ledger->flush(kLong));
  keep_up(*ledger);
  EXPECT_EQ(ledger->covered_since(), kNoon + minutes(1));
  EXPECT_THAT(warnings_.lines(), testing::Contains(HasSubstr("no such table: log_1")));
  for (const char* const id : {"1", "2"}) {
    EXPECT_EQ(ask(*ledger, sent_id(kAnn, id)), 1) << id;
    EXPECT_EQ(ask(*must_open_for_reading(settings()), sent_id(kAnn, id)), 1) << id;
  }
}

// Somebody copies an old file over the one that is open, instead of replacing it.
TEST_F(SqliteLedger, ChangedMarksAreNoticed) {
  const auto ledger = must_open(settings(), warnings_.taker());
  record(*ledger, "1");
  ASSERT_TRUE(ledger->flush(kLong));
  {
    auto database = Database::open(place_.path(), Database::Mode::Write, kLong);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->run("UPDATE meta SET heartbeat = heartbeat - 100"));
  }
  pass(minutes(1));
  keep_up(*ledger);
  EXPECT_EQ(ledger->covered_since(), kNoon + minutes(1));
  EXPECT_THAT(warnings_.lines(), ElementsAre(HasSubstr("it was replaced by another file")));
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "1")), 2) << "from memory and from the log";
}

}  // namespace
}  // namespace backstop::store::sqlite
