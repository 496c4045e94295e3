#include "store/sqlite/history_sink.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "store/history_fixture.h"
#include "store/sqlite/database.h"
#include "store/sqlite/fault_vfs_fixture.h"

namespace backstop::store::sqlite {
namespace {

using std::chrono::floor;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::system_clock;

/// Events with long texts, of this moment or `age` ago.
std::list<Event> long_events(int count, hours age = hours(0)) {
  std::list<Event> events;
  for (int i = 0; i < count; ++i) {
    events.push_back(make_event(i));
    events.back().time = floor<milliseconds>(system_clock::now()) - age;
    events.back().explanation = std::string(50'000, 'x');
  }
  return events;
}

HistorySink sink_of(const SqlitePlace& place) {
  return {place.path(), {.keep = hours(24)}, [](const std::string&) {}};
}

/// Tidies until there is no more to do; returns in how many steps.
int tidy_all(HistorySink& sink) {
  constexpr int kMostSteps = 1000;
  for (int steps = 1; steps < kMostSteps; ++steps) {
    const auto more = sink.tidy();
    EXPECT_TRUE(more) << more.error().message;
    if (!more || !*more) return steps;
  }
  ADD_FAILURE() << "it never ends";
  return 0;
}

// SQLite's log has room for deleting 20 events, and not for recording 40.
TEST(HistorySink, OldEventsMakeRoomOnAFullDisk) {
  constexpr std::int64_t kRoom = 1'300'000;
  const auto young = long_events(40);
  FaultVfs vfs;
  const SqlitePlace place;
  {
    HistorySink before = sink_of(place);
    ASSERT_TRUE(before.write(long_events(20, hours(25))));
  }
  HistorySink sink = sink_of(place);
  vfs.limit_room(kRoom);
  const auto full = sink.write(young);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().message, "the disk is full");
  EXPECT_GT(tidy_all(sink), 1) << "there was something to delete";
  const auto done = sink.write(young);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(must_query(place.url()).size(), 40u);
}

// A connection that fails may be what is broken: the file that is there by now is opened.
TEST(HistorySink, AfterAFailureTheFileIsOpenedAnew) {
  const SqlitePlace place;
  HistorySink sink = sink_of(place);
  ASSERT_TRUE(sink.write(long_events(1)));
  {
    auto by_hand = Database::open(place.path(), Database::Mode::Write, milliseconds(1000));
    ASSERT_TRUE(by_hand) << by_hand.error().message;
    ASSERT_TRUE(by_hand->run("DROP TABLE event"));
  }
  ASSERT_FALSE(sink.write(long_events(1)));
  for (const auto* end : {"", "-wal", "-shm"}) std::filesystem::remove(place.path() + end);
  const auto done = sink.write(long_events(1));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(must_query(place.url()).size(), 1u);
}

TEST(HistorySink, SumsAreWrittenWithTheBatchOrNotAtAll) {
  const auto events = long_events(40);
  FaultVfs vfs;
  const SqlitePlace place;
  HistorySink sink = sink_of(place);
  ASSERT_TRUE(sink.open());
  sink.add(one_left());
  vfs.limit_room(100'000);
  ASSERT_FALSE(sink.write(events));
  EXPECT_TRUE(must_query(place.url()).empty());
  EXPECT_TRUE(must_read_sums(place.url()).empty());
  EXPECT_EQ(sink.aside().written, 0u);
  vfs.mend();
  ASSERT_TRUE(sink.write(events));
  EXPECT_EQ(must_query(place.url()).size(), 40u);
  EXPECT_EQ(must_read_sums(place.url()), std::vector<DaySums>{one_left()});
  EXPECT_EQ(sink.aside().written, 1u);
}

TEST(HistorySink, DeletingWaitsForALock) {
  SqlitePlace place;
  HistorySink sink = sink_of(place);
  ASSERT_TRUE(sink.write(long_events(1, hours(25))));
  place.lock();
  const auto locked = sink.tidy();
  ASSERT_TRUE(locked) << "a lock is no error: " << locked.error().message;
  EXPECT_FALSE(*locked);
  place.unlock();
  EXPECT_EQ(must_query(place.url()).size(), 1u);
  EXPECT_GT(tidy_all(sink), 1);
  EXPECT_TRUE(must_query(place.url()).empty());
}

}  // namespace
}  // namespace backstop::store::sqlite
