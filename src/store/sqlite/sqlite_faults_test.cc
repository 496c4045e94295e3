// The history on a disk that fails: whichever operation fails, no event and no sum is lost or doubled once
// the disk works again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "store/history_fixture.h"
#include "store/sqlite/database.h"
#include "store/sqlite/fault_vfs_fixture.h"

namespace backstop::store::sqlite {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr int kMostOperations = 2000;

struct Row {
  const char* name;
  Faults faults;
};

constexpr Row kRows[] = {
    {"full for a moment", {SQLITE_FULL, false}},
    {"full", {SQLITE_FULL, true}},
    {"an error of the disk", {SQLITE_IOERR_WRITE, false}},
    {"a broken disk", {SQLITE_IOERR_WRITE, true}},
};

HistorySettings settings(const HistoryPlace& place, std::uint64_t most_bytes = 0) {
  return {.url = place.url(),
          .keep = hours(0),
          .most_bytes = most_bytes,
          .buffer = 10'000,
          .batch = milliseconds(1)};
}

/// Opening may fail if a fault was met, and only then; it works once the disk is mended.
std::unique_ptr<HistoryWriter> open_when_possible(const HistorySettings& wanted, FaultVfs& vfs) {
  auto history = open_history(wanted, nullptr);
  if (!history) {
    EXPECT_TRUE(vfs.was_met()) << history.error().message;
    vfs.mend();
    history = open_history(wanted, nullptr);
  }
  EXPECT_TRUE(history) << history.error().message;
  return history ? std::move(*history) : nullptr;
}

void record_with_sum(HistoryWriter& history, const Event& event) {
  record(history, event);
  history.add(one_left("b.example"));
}

/// Waits until all is written or a fault was met; then mends the disk.
void flush_and_mend(HistoryWriter& history, FaultVfs& vfs) {
  while (!history.flush(milliseconds(1)) && !vfs.was_met()) {
  }
  vfs.mend();
  ASSERT_TRUE(history.flush(kLong));
}

void check_file(const SqlitePlace& place) {
  auto database = Database::open(place.path(), Database::Mode::Read, milliseconds(1000));
  ASSERT_TRUE(database) << database.error().message;
  auto check = database->prepare("PRAGMA integrity_check");
  ASSERT_TRUE(check) << check.error().message;
  const auto row = check->step();
  ASSERT_TRUE(row) << row.error().message;
  EXPECT_EQ(check->text(0), "ok");
  const auto orphans = database->number(
      "SELECT count(*) FROM event_address WHERE place >> 16 NOT IN (SELECT number FROM event)");
  ASSERT_TRUE(orphans) << orphans.error().message;
  EXPECT_EQ(*orphans, 0);
}

/// Runs `scenario` with a fault at the first operation, then at the second, and so on, until the scenario
/// ends before the fault.
void fail_each(const std::function<void(int nth, FaultVfs& vfs)>& scenario) {
  int nth = 1;
  for (bool was_met = true; was_met; ++nth) {
    ASSERT_LT(nth, kMostOperations);
    FaultVfs vfs;
    scenario(nth, vfs);
    ASSERT_FALSE(testing::Test::HasFailure()) << "operation " << nth;
    was_met = vfs.was_met();
  }
  EXPECT_GT(nth, 20) << "a scenario has more operations than that";
}

TEST(SqliteFaults, NothingIsLostOrDoubled) {
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    fail_each([&](int nth, FaultVfs& vfs) {
      SqlitePlace place;
      vfs.arm(nth, row.faults);
      {
        const auto history = open_when_possible(settings(place), vfs);
        ASSERT_TRUE(history);
        for (int i = 0; i < 5; ++i) record_with_sum(*history, make_event(i));
        flush_and_mend(*history, vfs);
        history->add(one_left("a.example"));
        flush_and_mend(*history, vfs);
        for (int i = 5; i < 8; ++i) record_with_sum(*history, make_event(i));
        // A disk that fails only for a moment may do so while the history is closed.
        if (row.faults.is_lasting) flush_and_mend(*history, vfs);
      }
      vfs.mend();
      const auto events = must_query(place.url());
      ASSERT_EQ(events.size(), 8u);
      for (int i = 0; i < 8; ++i) ASSERT_EQ(events[static_cast<std::size_t>(7 - i)], make_event(i));
      ASSERT_THAT(must_read_sums(place.url()),
                  testing::ElementsAre(one_left("a.example"), many_left(8, "b.example")));
      check_file(place);
    });
  }
}

TEST(SqliteFaults, RetentionIsDoneLater) {
  constexpr std::uint64_t kMost = 100'000;
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    fail_each([&](int nth, FaultVfs& vfs) {
      SqlitePlace place;
      {
        const auto history = must_open(settings(place));
        for (int i = 0; i < 150; ++i) record(*history, make_event(i));
        ASSERT_TRUE(history->flush(kLong));
      }
      ASSERT_GT(place.bytes(), kMost);
      {
        vfs.arm(nth, row.faults);
        const auto history = open_when_possible(settings(place, kMost), vfs);
        ASSERT_TRUE(history);
        for (int i = 150; i < 155; ++i) {
          record(*history, make_event(i));
          flush_and_mend(*history, vfs);
        }
      }
      EXPECT_LE(place.bytes(), kMost);
      const auto events = must_query(place.url(), {.most = 1000});
      ASSERT_FALSE(events.empty());
      for (std::size_t i = 0; i < events.size(); ++i)
        ASSERT_EQ(events[i], make_event(154 - static_cast<int>(i)));
      check_file(place);
    });
  }
}

// The disk stays full: record() goes on, the buffer fills, and the events that did not fit are reported.
TEST(SqliteFaults, AFullDiskIsToldOnceAndWhenItIsOver) {
  FaultVfs vfs;
  SqlitePlace place;
  std::mutex mutex;
  std::vector<std::string> warnings;
  HistorySettings small = settings(place);
  small.buffer = 50;
  const auto history = must_open(small, [&](std::string line) {
    const std::lock_guard lock(mutex);
    warnings.push_back(std::move(line));
  });
  // So that the writer has begun: its first look for old events would meet the fault, too.
  record(*history, make_event(100));
  ASSERT_TRUE(history->flush(kLong));
  vfs.arm(1, {SQLITE_FULL, true});
  for (int i = 0; i < 80; ++i) {
    record(*history, make_event(i));
    history->add(one_left());
  }
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(history->flush(milliseconds(20)));
  EXPECT_EQ(history->counters().recorded, 51u);
  EXPECT_EQ(history->counters().lost, 30u);
  vfs.mend();
  ASSERT_TRUE(history->flush(kLong));
  record(*history, make_event(80));
  ASSERT_TRUE(history->flush(kLong))
      << "before it writes again, the writer has reported all of the first flush";
  const std::string begin = "history " + place.path() + ": ";
  const std::lock_guard lock(mutex);
  EXPECT_THAT(warnings,
              testing::ElementsAre(begin + "the disk is full; events wait in memory, mail is not delayed",
                                   begin + "writing works again; 30 events were lost"));
  EXPECT_EQ(must_query(place.url()).size(), 52u);
  EXPECT_THAT(must_read_sums(place.url()), testing::ElementsAre(many_left(80))) << "no buffer limits these";
}

}  // namespace
}  // namespace backstop::store::sqlite
