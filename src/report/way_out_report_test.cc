#include "report/way_out_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <functional>
#include <string>

#include "store/event_fixture.h"

namespace backstop::report {
namespace {

using store::Done;
using store::Event;
using store::Verdict;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

/// A bounce that is held.
Event held(std::string cause = "not-owed", std::string to = "eve@c.test") {
  Event event = store::refused_bounce();
  event.direction = store::Direction::Outbound;
  event.recipients = {std::move(to)};
  event.origin.clear();
  event.cause = std::move(cause);
  event.verdict = Verdict::Quarantine;
  event.done = Done::Quarantined;
  event.next_stage.reset();
  event.stage = "observe";
  return event;
}

Event left(std::string cause, std::optional<Verdict> next_stage) {
  Event event = held(std::move(cause));
  event.verdict = Verdict::Accept;
  event.done = Done::Delivered;
  event.next_stage = next_stage;
  return event;
}

Event deed(std::string_view cause, Done done) {
  Event event = held(std::string(cause));
  event.kind.clear();
  event.done = done;
  event.verdict.reset();
  return event;
}

TEST(WayOutReport, CountsWhatBecameOfResponsesThatWereToLeave) {
  WayOutReport report;
  for (const auto& event :
       {held(), held(), held("rated"), left("unclear", std::nullopt), left("unclear", Verdict::Quarantine),
        left("not-owed", Verdict::Quarantine), left("owed", std::nullopt), deed("released", Done::Delivered),
        deed("deleted", Done::Quarantined), deed("opened", Done::Quarantined)})
    report.add(event);
  EXPECT_EQ(report.of_held(), 3U);
  EXPECT_THAT(report.held(), UnorderedElementsAre(Pair("not-owed", 2), Pair("rated", 1)));
  EXPECT_THAT(report.would_be_held(), UnorderedElementsAre(Pair("unclear", 1), Pair("not-owed", 1)));
  EXPECT_EQ(report.left_within_rates(), 2U);
  EXPECT_EQ(report.released(), 1U);
  EXPECT_EQ(report.deleted(), 1U);
}

TEST(WayOutReport, CountsNothingElse) {
  const struct {
    const char* name;
    std::function<void(Event&)> change;
  } rows[] = {
      {"inbound", [](Event& event) { event.direction = store::Direction::Inbound; }},
      {"no direction", [](Event& event) { event.direction.reset(); }},
      {"ordinary mail", [](Event& event) { event.kind = "none"; }},
      {"not read", [](Event& event) { event.kind.clear(); }},
      {"no outcome", [](Event& event) { event.done.reset(); }},
      {"refused by the next hop", [](Event& event) { event.done = Done::Refused; }},
  };
  for (const auto& row : rows) {
    WayOutReport report;
    Event event = held();
    row.change(event);
    report.add(event);
    EXPECT_TRUE(report.is_empty()) << row.name;
    EXPECT_EQ(report.text(), "") << row.name;
  }
}

TEST(WayOutReport, IsAPage) {
  WayOutReport report;
  for (int i = 0; i < 2; ++i) report.add(held());
  report.add(held("rated", "zoe@\x1b.test"));
  report.add(left("unclear", Verdict::Quarantine));
  report.set_waiting(2);
  EXPECT_EQ(report.text(),
            "\nYour own responses on their way out (backstop held)\n"
            "  Held          3: 2 not-owed, 1 rated\n"
            "  Still wait    2\n"
            "  Released      0\n"
            "  Deleted       0\n"
            "  Left unclear  1 within the rates\n"
            "  Next stage    would also have held 1: 1 unclear (all at stage observe)\n"
            "\nAddresses to which the most is held\n"
            "  eve@c.test  2\n"
            "  zoe@\uFFFD.test  1\n"
            "\nAddresses whose responses the next stage would also have held (backstop why ID)\n"
            "  eve@c.test  1 (such as 0065f1c2a9b3d40)\n");
}

TEST(WayOutReport, TellsWhatLeftAtObserveFromTheRest) {
  WayOutReport report;
  report.add(left("unclear", Verdict::Quarantine));
  EXPECT_THAT(report.text(), testing::HasSubstr("would also have held 1: 1 unclear\n"))
      << "nothing is held yet";
  report.add(held());
  Event at_hold = left("unclear", Verdict::Quarantine);
  at_hold.stage = "hold";
  report.add(at_hold);
  EXPECT_THAT(report.text(), testing::HasSubstr("2: 2 unclear (1 at stage observe)\n"));
}

// What could not be held is told apart from what the stage lets leave.
TEST(WayOutReport, TellsWhatCouldNotBeHeld) {
  WayOutReport report;
  Event event = left("not-owed", Verdict::Quarantine);
  event.stage = "hold";
  report.add(event);
  event.cause = "rated";
  report.add(event);
  for (const char* const cause : {"owed", "unclear"}) {
    event.cause = cause;
    report.add(event);
  }
  event.cause = "not-held";
  event.done = Done::Deferred;
  report.add(event);
  event.cause = "limit";
  report.add(event);
  EXPECT_EQ(report.left_not_held(), 2U);
  EXPECT_EQ(report.put_off(), 1U);
  EXPECT_THAT(report.would_be_held(), UnorderedElementsAre(Pair("owed", 1), Pair("unclear", 1)));
  EXPECT_THAT(report.text(), testing::HasSubstr("\n  Not held      2 left within the rates, 1 put off\n"));
}

TEST(WayOutReport, TellsWhatComesAgainOnceItsMailIsChecked) {
  WayOutReport report;
  Event event = left("not-checked-yet", std::nullopt);
  event.stage = "hold";
  event.done = Done::Deferred;
  for (int i = 0; i < 2; ++i) report.add(event);
  EXPECT_FALSE(report.is_empty());
  EXPECT_EQ(report.not_checked_yet(), 2U);
  EXPECT_EQ(report.put_off(), 0U);
  EXPECT_THAT(report.text(),
              testing::HasSubstr("\n  Put off       2 while the mail that they answer was checked\n"));
  // What left at the stage observe was not put off.
  event = left("not-checked-yet", Verdict::Defer);
  report.add(event);
  EXPECT_EQ(report.not_checked_yet(), 2U);
  EXPECT_EQ(report.left_not_held(), 0U);
  EXPECT_THAT(report.would_be_held(), testing::IsEmpty());
}

TEST(WayOutReport, NamesWhoWouldHaveGotWhatTheNextStageHolds) {
  WayOutReport report;
  for (const char* const id : {"a", "b", "c", "d"}) {
    Event event = left("not-owed", Verdict::Quarantine);
    event.id = id;
    report.add(event);
  }
  report.add(left("owed", Verdict::Accept));
  EXPECT_THAT(report.text(), testing::EndsWith("\n  eve@c.test  4 (such as a, b, c)\n"));
  EXPECT_EQ(boost::json::serialize(report.to_json().at("would_be_held_addresses")),
            R"([{"address":"eve@c.test","count":4,"too_high_by":0,"ids":["a","b","c"]}])");
}

TEST(WayOutReport, SaysWhyItIsNotKnownHowManyWait) {
  WayOutReport report;
  report.set_waiting_unknown("held store /h: no permission");
  EXPECT_THAT(report.text(), testing::HasSubstr("Still wait    not known: held store /h: no permission\n"));
}

TEST(WayOutReport, IsJson) {
  WayOutReport report;
  EXPECT_EQ(
      boost::json::serialize(report.to_json()),
      R"({"held":0,"causes":{},"waiting":null,"released":0,"deleted":0,"left_unclear":0,)"
      R"("left_not_held":0,"put_off":0,"not_checked_yet":0,"would_be_held":{},"top_addresses":[],"would_be_held_addresses":[]})");
  report.add(held());
  report.set_waiting(1);
  EXPECT_EQ(
      boost::json::serialize(report.to_json()),
      R"({"held":1,"causes":{"not-owed":1},"waiting":1,"released":0,"deleted":0,"left_unclear":0,)"
      R"("left_not_held":0,"put_off":0,"not_checked_yet":0,"would_be_held":{},"top_addresses":[{"address":"eve@c.test","count":1,"too_high_by":0}],)"
      R"("would_be_held_addresses":[]})");
}

TEST(WayOutReport, HasNoMoreCausesThanItsCap) {
  WayOutReport report;
  for (std::size_t i = 0; i < 2 * WayOutReport::kMostCauses; ++i)
    report.add(held("cause-" + std::to_string(i)));
  EXPECT_EQ(report.held().size(), WayOutReport::kMostCauses + 1);
  EXPECT_EQ(report.held().at(""), WayOutReport::kMostCauses);
}

}  // namespace
}  // namespace backstop::report
