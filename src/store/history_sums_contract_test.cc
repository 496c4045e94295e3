// What every history does with the sums of a day, whatever database is behind it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "store/history_contract_fixture.h"
#include "store/waiting_sums.h"

namespace backstop::store {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_P(HistoryContract, SumsAddUp) {
  {
    const auto history = must_open(settings());
    EXPECT_THAT(sums(), IsEmpty());
    for (int i = 0; i < 1000; ++i) history->add(one_left());
    ASSERT_TRUE(history->flush(kLong));
    EXPECT_THAT(sums(), ElementsAre(many_left(1000)));
    record(*history, make_event(1));
    history->add(one_left());
    ASSERT_TRUE(history->flush(kLong));
    EXPECT_THAT(sums(), ElementsAre(many_left(1001)));
    EXPECT_EQ(history->counters().recorded, 1u) << "only events";
    EXPECT_EQ(history->counters().written, 1u);
    history->add(one_left());
  }
  EXPECT_THAT(sums(), ElementsAre(many_left(1002))) << "closing writes those that nobody flushed";
  {
    const auto again = must_open(settings());
    again->add(one_left());
  }
  EXPECT_THAT(sums(), ElementsAre(many_left(1003)));
}

TEST_P(HistoryContract, EachCountComesBack) {
  DaySums all = one_left("xn--bcher-kva.example");
  std::uint64_t number = 1;
  for (const auto& count : kDayCounts) all.counts.*count.member = number++;
  all.counts.unproven = std::uint64_t{1} << 40U;
  const auto history = must_open(settings());
  history->add(all);
  ASSERT_TRUE(history->flush(kLong));
  EXPECT_THAT(sums(), ElementsAre(all));
  history->add(all);
  ASSERT_TRUE(history->flush(kLong));
  all.counts += DayCounts(all.counts);
  EXPECT_THAT(sums(), ElementsAre(all));
}

TEST_P(HistoryContract, SumsComeByDomainAndDay) {
  const auto history = must_open(settings());
  for (const int later : {2, 0, 1}) {
    for (const char* const domain : {"b.example", "a.example", "b-c.example"}) {
      history->add(one_left(domain, later));
    }
  }
  ASSERT_TRUE(history->flush(kLong));
  const auto day = one_left().day;
  const std::vector<DaySums> all = {
      one_left("a.example", 0),   one_left("a.example", 1),   one_left("a.example", 2),
      one_left("b-c.example", 0), one_left("b-c.example", 1), one_left("b-c.example", 2),
      one_left("b.example", 0),   one_left("b.example", 1),   one_left("b.example", 2),
  };
  EXPECT_EQ(sums(), all);
  EXPECT_EQ(sums(day), all) << "since is included";
  EXPECT_THAT(sums(day + std::chrono::days(2)),
              ElementsAre(one_left("a.example", 2), one_left("b-c.example", 2), one_left("b.example", 2)));
  EXPECT_THAT(sums(day + std::chrono::days(3)), IsEmpty());
}

TEST_P(HistoryContract, AReaderBesideTheWriterSeesSums) {
  const auto history = must_open(settings());
  ASSERT_TRUE(history->flush(kLong));
  const auto reader = must_open_for_reading(place_->url());
  ASSERT_TRUE(reader);
  for (std::uint64_t mails = 1; mails <= 10; ++mails) {
    history->add(one_left());
    ASSERT_TRUE(history->flush(kLong));
    const auto found = reader->day_sums({});
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_THAT(*found, ElementsAre(many_left(mails)));
  }
}

TEST_P(HistoryContract, SumsOfManyThreadsBesideEvents) {
  constexpr int kThreads = 4;
  constexpr int kEach = 5000;
  const auto history = must_open(settings());
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < kEach; ++i) {
          history->add(one_left("example.org", i % 3));
          if (i % 10 == 0) record(*history, make_event(thread * kEach + i));
          if (i % 1000 == 0) EXPECT_TRUE(history->flush(kLong));
        }
      });
    }
  }
  ASSERT_TRUE(history->flush(kLong));
  EXPECT_THAT(sums(), ElementsAre(many_left(kThreads * 1667, "example.org", 0),
                                  many_left(kThreads * 1667, "example.org", 1),
                                  many_left(kThreads * 1666, "example.org", 2)));
  EXPECT_EQ(history->counters().written, std::uint64_t{kThreads} * kEach / 10);
}

TEST_P(HistoryContract, SumsWaitForALockThoughEventsAreLost) {
  HistorySettings small = settings();
  small.buffer = 1;
  const auto history = must_open(small, warn());
  history->add(one_left());
  ASSERT_TRUE(history->flush(kLong));
  place_->lock();
  for (int i = 0; i < 10; ++i) {
    record(*history, make_event(i));
    for (int k = 0; k < 100; ++k) history->add(one_left());
    EXPECT_FALSE(history->flush(milliseconds(1)));
  }
  EXPECT_EQ(history->counters().lost, 9u) << "events";
  EXPECT_THAT(sums(), ElementsAre(many_left(1)));
  place_->unlock();
  ASSERT_TRUE(history->flush(kLong));
  EXPECT_THAT(sums(), ElementsAre(many_left(1001)));
  EXPECT_THAT(read(), SizeIs(1));
}

TEST_P(HistoryContract, WaitingSumsHaveALimit) {
  const auto history = must_open(settings(), warn());
  ASSERT_TRUE(history->flush(kLong));
  place_->lock();
  const auto add = [&](std::size_t i) { history->add(one_left(std::to_string(i) + ".example")); };
  for (std::size_t i = 0; i < WaitingSums::kMostPairs; ++i) add(i);
  EXPECT_EQ(history->counters().lost, 0u) << "at the limit";
  for (std::size_t i = 0; i < 3; ++i) add(WaitingSums::kMostPairs + i);
  EXPECT_EQ(history->counters().lost, 3u);
  add(7);
  EXPECT_EQ(history->counters().lost, 3u);
  place_->unlock();
  ASSERT_TRUE(history->flush(kLong));
  EXPECT_THAT(sums(), SizeIs(WaitingSums::kMostPairs));
}

TEST_P(HistoryContract, EndsThoughNoSumCanBeWritten) {
  auto history = must_open(settings(), warn());
  ASSERT_TRUE(history->flush(kLong));
  place_->lock();
  for (int i = 0; i < 3; ++i) history->add(one_left());
  history.reset();
  ASSERT_THAT(warnings(), SizeIs(2));
  EXPECT_THAT(warnings()[1], testing::HasSubstr("3 events were lost"));
  place_->unlock();
  EXPECT_THAT(sums(), IsEmpty());
}

// Whatever the age and the size that events may have.
TEST_P(HistoryContract, SumsGoAfterFourHundredDays) {
  const auto of_age = [](std::string domain, int age) {
    DaySums sums = one_left(std::move(domain));
    sums.day =
        std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) - std::chrono::days(age);
    return sums;
  };
  HistorySettings limited = settings();
  limited.keep = hours(1);
  limited.most_bytes = 1;
  const auto history = must_open(limited);
  // A day to spare on both sides, since midnight may come.
  for (int i = 0; i < 1500; ++i) history->add(of_age(std::to_string(i) + ".example", 402));
  history->add(of_age("0.example", 399));
  history->add(of_age("1.example", 0));
  ASSERT_TRUE(history->flush(kLong));
  write_until(*history, [&] { return sums().size() == 2; });
  write_until(*history, [count = 0]() mutable { return ++count > 20; });
  EXPECT_THAT(sums(), ElementsAre(of_age("0.example", 399), of_age("1.example", 0)));
}

}  // namespace
}  // namespace backstop::store
