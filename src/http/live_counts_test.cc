// What is counted minute by minute, and what is an alarm.
#include "http/live_counts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "http/alarms.h"
#include "intake/event_of.h"

namespace backstop::http {
namespace {

using store::Direction;
using store::Done;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::sys_seconds kNow{std::chrono::hours(24 * 20'000) + std::chrono::minutes(100)};

store::Event event(Direction direction, std::string kind, std::string origin, Done done,
                   std::chrono::sys_seconds time = kNow) {
  store::Event event;
  event.time = time;
  event.direction = direction;
  event.kind = std::move(kind);
  event.origin = std::move(origin);
  event.done = done;
  return event;
}

Sums sums_of(const store::Event& event) {
  Sums sums;
  sums.add(event);
  return sums;
}

TEST(Sums, CountEachEventByWhatItIs) {
  using enum Direction;
  EXPECT_EQ(sums_of(event(Inbound, "dsn-failed", "genuine", Done::Labelled)),
            (Sums{.genuine = 1, .labelled = 1}));
  EXPECT_EQ(sums_of(event(Inbound, "dsn-failed", "unproven", Done::Refused)),
            (Sums{.unproven = 1, .refused = 1}));
  EXPECT_EQ(sums_of(event(Inbound, "challenge", "forged", Done::Quarantined)),
            (Sums{.forged = 1, .quarantined = 1}));
  EXPECT_EQ(sums_of(event(Inbound, "dsn-failed", "genuine", Done::Failed)), Sums{});
  EXPECT_EQ(sums_of(event(Inbound, "none", "", Done::Delivered)), (Sums{.ordinary = 1}));
  EXPECT_EQ(sums_of(event(Inbound, "none", "", Done::Refused)), Sums{});
  EXPECT_EQ(sums_of(event(Outbound, "none", "", Done::Delivered)), (Sums{.left = 1}));
  EXPECT_EQ(sums_of(event(Outbound, "dsn-failed", "", Done::Quarantined)), (Sums{.held = 1}));
  EXPECT_EQ(sums_of(event(Outbound, "dsn-failed", "", Done::Delivered)), Sums{});
  auto emitted = event(Outbound, "dsn-failed", "", Done::Delivered);
  emitted.next_stage = store::Verdict::Quarantine;
  EXPECT_EQ(sums_of(emitted), (Sums{.emitted = 1}));
  EXPECT_EQ(sums_of(event(Inbound, "", "", Done::Refused)), Sums{});
}

TEST(LiveCounts, KeepAnHourOfMinutesAndTheDay) {
  LiveCounts live;
  const auto ordinary = [&](std::chrono::seconds after) {
    live.add(event(Direction::Inbound, "none", "", Done::Delivered, kNow + after));
  };
  ordinary(std::chrono::seconds(0));
  ordinary(std::chrono::seconds(59));
  ordinary(std::chrono::minutes(59));
  auto minutes = live.minutes(kNow + std::chrono::minutes(59));
  ASSERT_EQ(minutes.size(), LiveCounts::kMinutes);
  EXPECT_EQ(minutes.front().ordinary, 2u);
  EXPECT_EQ(minutes.back().ordinary, 1u);
  EXPECT_EQ(minutes[30].ordinary, 0u);
  minutes = live.minutes(kNow + std::chrono::minutes(60));
  EXPECT_EQ(minutes.front().ordinary, 0u);
  EXPECT_EQ(minutes[58].ordinary, 1u);
  EXPECT_EQ(live.today(kNow + std::chrono::minutes(60)).ordinary, 3u);
  EXPECT_EQ(live.today(kNow + std::chrono::hours(24)).ordinary, 0u);
  // An event of an earlier moment, as a checked mail may be, counts as of now.
  ordinary(std::chrono::seconds(0));
  EXPECT_EQ(live.minutes(kNow + std::chrono::hours(24)).back().ordinary, 1u);
}

TEST(Alarms, BeginAndEndWithASurge) {
  Alarms alarms;
  const auto surge = [](intake::SurgeChange::Kind kind, std::string whose) {
    return intake::event_of(
        intake::SurgeChange{.kind = kind, .whose = std::move(whose), .count = 20, .time = kNow});
  };
  using enum intake::SurgeChange::Kind;
  alarms.add(surge(Responses, "ann@example.org"));
  alarms.add(surge(Responses, "example.net"));
  EXPECT_EQ(alarms.json(true).size(), 2u);
  const auto known = boost::json::serialize(alarms.json(true));
  EXPECT_THAT(known, HasSubstr("ann@example.org"));
  EXPECT_THAT(known, HasSubstr("\"whose\":\"example.net\""));
  const auto unknown = boost::json::serialize(alarms.json(false));
  EXPECT_THAT(unknown, HasSubstr("\"kind\":\"surge\""));
  EXPECT_THAT(unknown, Not(HasSubstr("example")));
  alarms.add(surge(Over, "example.net"));
  alarms.add(surge(Over, "ann@example.org"));
  EXPECT_TRUE(alarms.json(true).empty());
}

TEST(Alarms, TellOfBackscatterThatLeft) {
  Alarms alarms;
  auto emitted = event(Direction::Outbound, "dsn-failed", "", Done::Delivered,
                       std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  alarms.add(emitted);
  EXPECT_TRUE(alarms.json(true).empty());
  emitted.next_stage = store::Verdict::Quarantine;
  alarms.add(emitted);
  alarms.add(emitted);
  EXPECT_THAT(boost::json::serialize(alarms.json(false)),
              HasSubstr("2 responses left for people who did not write"));
}

}  // namespace
}  // namespace backstop::http
