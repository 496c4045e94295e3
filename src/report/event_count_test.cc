#include "report/event_count.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <boost/json/serialize.hpp>

#include "store/event_fixture.h"

namespace backstop::report {
namespace {

class Counts : public testing::Test {
 protected:
  Counts() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }

  static store::Event later(store::Event event, int hours) {
    event.time += std::chrono::hours(hours);
    return event;
  }
};

TEST_F(Counts, DaysAreInTheirOrderAndTheRestByNumber) {
  EventCount counts(std::vector{CountBy::Day, CountBy::Cause});
  counts.add(later(store::refused_bounce(), 23));
  counts.add(store::delivered_mail());
  counts.add(later(store::delivered_mail(), 1));
  EXPECT_EQ(counts.events(), 3u);
  EXPECT_EQ(counts.text(),
            "Day         Events\n"
            "2026-11-23       1\n"
            "2026-11-25       2\n"
            "\n"
            "Cause     Events\n"
            "ordinary       2\n"
            "bad-tag        1\n");
}

TEST_F(Counts, DaysAreThoseOfThisMachine) {
  ::setenv("TZ", "UTC-2", 1);
  ::tzset();
  EventCount counts(std::vector{CountBy::Day});
  counts.add(later(store::refused_bounce(), 23));
  EXPECT_THAT(counts.text(), testing::HasSubstr("2026-11-24"));
}

TEST_F(Counts, EachSort) {
  const struct {
    CountBy by;
    std::string_view want;
  } rows[] = {{CountBy::Day, "2026-11-23"}, {CountBy::Kind, "dsn-failed"},   {CountBy::Cause, "bad-tag"},
              {CountBy::Done, "refused"},   {CountBy::Origin, "forged"},     {CountBy::Direction, "inbound"},
              {CountBy::Gateway, "in"},     {CountBy::Client, "203.0.113.7"}};
  EXPECT_EQ(std::size(rows), kCountNames.size());
  for (const auto& row : rows) {
    EventCount counts(std::span(&row.by, 1));
    counts.add(store::refused_bounce());
    EXPECT_THAT(counts.text(), testing::ContainsRegex("\n" + std::string(row.want) + " +1\n"));
  }
}

TEST_F(Counts, WhatIsEmptyIsADash) {
  EventCount counts(std::vector{CountBy::Kind});
  counts.add(store::Event());
  EXPECT_EQ(counts.text(), "Kind  Events\n-          1\n");
}

TEST_F(Counts, NothingSteersATerminal) {
  store::Event event;
  event.client = "\x1b[31m\n";
  EventCount counts(std::vector{CountBy::Client});
  counts.add(event);
  EXPECT_THAT(counts.text(), testing::Not(testing::HasSubstr("\x1b")));
}

TEST_F(Counts, MemoryDoesNotGrow) {
  EventCount counts(std::vector{CountBy::Client});
  for (std::size_t i = 0; i < 3 * EventCount::kMostNames; ++i) {
    store::Event event;
    event.client = std::to_string(i);
    counts.add(event);
  }
  EXPECT_EQ(counts.events(), 3 * EventCount::kMostNames);
  EXPECT_EQ(counts.json().at("client").as_array().size(), EventCount::kMostClients);
  EXPECT_EQ(counts.json().at("client").at(0).at("too_high_by").to_number<int>(), 2);
}

TEST_F(Counts, Json) {
  EventCount counts(std::vector{CountBy::Done});
  counts.add(store::refused_bounce());
  EXPECT_EQ(boost::json::serialize(counts.json()),
            R"({"events":1,"done":[{"done":"refused","count":1,"too_high_by":0}]})");
}

}  // namespace
}  // namespace backstop::report
