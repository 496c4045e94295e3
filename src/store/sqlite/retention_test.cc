#include "store/sqlite/retention.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "store/history_fixture.h"
#include "store/sqlite/day_sum_table.h"
#include "store/sqlite/event_table.h"
#include "store/sqlite/schema.h"

namespace backstop::store::sqlite {
namespace {

constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

/// A history's file, with what writes to it and keeps it small.
class RetentionTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = open_for_writing(place_.path(), std::chrono::milliseconds(100));
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::make_unique<Database>(std::move(*opened));
    auto insert = EventInsert::prepare(*database_);
    ASSERT_TRUE(insert) << insert.error().message;
    insert_.emplace(std::move(*insert));
    auto retention = Retention::prepare(*database_);
    ASSERT_TRUE(retention) << retention.error().message;
    retention_.emplace(std::move(*retention));
  }

  void add(const std::vector<Event>& events) {
    Transaction transaction(*database_);
    ASSERT_TRUE(transaction.begin());
    for (const Event& event : events) ASSERT_TRUE(insert_->run(event));
    ASSERT_TRUE(transaction.commit());
  }
  void add_sums(std::int64_t day) {
    auto add = DaySumAdd::prepare(*database_);
    ASSERT_TRUE(add) << add.error().message;
    ASSERT_TRUE(add->run("example.org", std::chrono::sys_days(std::chrono::days(day)), {.left = 1}));
  }
  /// `count` events that take a page or more each, a millisecond apart.
  void add_long(int count) {
    std::vector<Event> events;
    for (int i = 0; i < count; ++i) {
      events.push_back(at(i));
      events.back().explanation = std::string(5000, 'x');
    }
    add(events);
  }
  static Event at(std::int64_t milliseconds) {
    Event event;
    event.id = std::to_string(milliseconds);
    event.time = decltype(event.time)(std::chrono::milliseconds(milliseconds));
    return event;
  }

  bool step(const RetentionRule& rule) {
    const auto more = retention_->step(rule);
    EXPECT_TRUE(more) << more.error().message;
    return more && *more;
  }
  void step_to_the_end(const RetentionRule& rule) {
    constexpr int kMostSteps = 1000;
    int steps = 1;
    while (steps < kMostSteps && step(rule)) ++steps;
    ASSERT_LT(steps, kMostSteps);
  }
  std::int64_t number(const char* sql) {
    const auto found = database_->number(sql);
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(-1);
  }
  std::int64_t events() { return number("SELECT count(*) FROM event"); }
  std::int64_t pages() { return number("PRAGMA page_count"); }
  std::int64_t free_pages() { return number("PRAGMA freelist_count"); }

  SqlitePlace place_;
  std::unique_ptr<Database> database_;
  std::optional<EventInsert> insert_;
  std::optional<Retention> retention_;
};

TEST_F(RetentionTest, AnEventOfTheOldestTimeStays) {
  add({at(999), at(1000), at(1001)});
  EXPECT_TRUE(step({.oldest = 1000}));
  EXPECT_EQ(events(), 2);
  EXPECT_EQ(number("SELECT min(time) FROM event"), 1000);
  step_to_the_end({.oldest = 1000});
  EXPECT_EQ(events(), 2);
}

TEST_F(RetentionTest, SumsOfTheOldestDayStay) {
  add_sums(999);
  add_sums(1000);
  add_sums(1001);
  EXPECT_TRUE(step({.oldest = {}, .oldest_day = 1000}));
  EXPECT_EQ(number("SELECT min(day) FROM day_sum"), 1000);
  step_to_the_end({.oldest = kAll, .oldest_day = 1000, .most_bytes = 1});
  EXPECT_EQ(number("SELECT count(*) FROM day_sum"), 2) << "whatever the size";
}

TEST_F(RetentionTest, AStepDeletesAThousandSums) {
  for (std::int64_t day = Retention::kSumsAStep; day >= 0; --day) add_sums(day);
  EXPECT_TRUE(step({.oldest = {}, .oldest_day = kAll}));
  EXPECT_EQ(number("SELECT count(*) FROM day_sum"), 1);
  EXPECT_EQ(number("SELECT day FROM day_sum"), Retention::kSumsAStep);
  EXPECT_TRUE(step({.oldest = {}, .oldest_day = kAll}));
  EXPECT_EQ(number("SELECT count(*) FROM day_sum"), 0);
}

TEST_F(RetentionTest, NothingIsOldWithoutARule) {
  add({at(0), at(1)});
  add_sums(0);
  EXPECT_FALSE(step({}));
  EXPECT_EQ(number("SELECT count(*) FROM day_sum"), 1);
  EXPECT_EQ(events(), 2);
}

// Events may be recorded in another order than that of their times.
TEST_F(RetentionTest, AStepDeletesTheOldestThousand) {
  std::vector<Event> added;
  for (std::int64_t i = Retention::kEventsAStep; i >= 0; --i) added.push_back(at(i));
  add(added);
  EXPECT_TRUE(step({.oldest = kAll}));
  EXPECT_EQ(events(), 1);
  EXPECT_EQ(number("SELECT time FROM event"), Retention::kEventsAStep);
}

TEST_F(RetentionTest, AnEventGoesWithAllItsAddresses) {
  Event first = at(1);
  for (std::size_t i = 0; i <= kMostPlaces; ++i) first.addresses.push_back(std::to_string(i));
  Event second = at(2);
  second.addresses = {"ann@example.org"};
  add({first, second});
  constexpr const char* kCount = "SELECT count(*) FROM event_address";
  EXPECT_EQ(number(kCount), static_cast<std::int64_t>(kMostPlaces) + 1) << "one more than has a place";
  EXPECT_TRUE(step({.oldest = 2}));
  EXPECT_EQ(number(kCount), 1);
  EXPECT_EQ(number("SELECT count(*) FROM event_address WHERE address = 'ann@example.org'"), 1);
}

// Free pages are given back before another event is deleted.
TEST_F(RetentionTest, FreePagesDoNotCountAgainstTheLimit) {
  add_long(300);
  ASSERT_TRUE(database_->run("DELETE FROM event WHERE number <= 150"));
  const std::int64_t used = pages() - free_pages();
  ASSERT_GT(free_pages(), 100);
  const auto most = static_cast<std::uint64_t>(used * number("PRAGMA page_size"));
  step_to_the_end({.oldest = {}, .most_bytes = most});
  EXPECT_EQ(events(), 150);
  EXPECT_LE(pages(), used);
  step_to_the_end({.oldest = {}, .most_bytes = most - 1});
  EXPECT_LT(events(), 150) << "one byte less";
}

TEST_F(RetentionTest, ASixteenthMayStayFree) {
  add_long(300);
  ASSERT_TRUE(database_->run("DELETE FROM event WHERE number <= 150"));
  step_to_the_end({});
  EXPECT_GT(free_pages(), 0);
  EXPECT_LE(free_pages(), pages() / 16);
}

// Without waiting for the next checkpoint or for the end.
TEST_F(RetentionTest, TheFileItselfShrinks) {
  add_long(300);
  ASSERT_TRUE(database_->run("PRAGMA wal_checkpoint(TRUNCATE)"));
  const auto full = std::filesystem::file_size(place_.path());
  step_to_the_end({.oldest = kAll});
  EXPECT_LT(std::filesystem::file_size(place_.path()), full / 5);
}

}  // namespace
}  // namespace backstop::store::sqlite
