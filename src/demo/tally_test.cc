#include "demo/tally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <sstream>

#include "demo/screen.h"

namespace backstop::demo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// One of each lot, as it should be.
Tally told() {
  Tally tally{};
  for (const Lot lot : {Lot::Written, Lot::Ordinary, Lot::Genuine, Lot::Bounce, Lot::Other, Lot::Elsewhere}) {
    count(gets_through(lot) ? smtp::Reply(250, "2.0.0", "ok") : smtp::Reply(550, "5.7.1", "no"),
          count_of(tally, lot));
  }
  return tally;
}

using store::Direction;
using store::Done;

store::Event event(Direction direction, std::string cause, Done done) {
  store::Event event;
  event.direction = direction;
  event.cause = std::move(cause);
  event.done = done;
  event.kind = "dsn-failed";
  event.reply = "550 5.7.1 of " + event.cause;
  return event;
}

store::Event event_from_elsewhere() {
  auto one = event(Direction::Inbound, "missing", Done::Refused);
  one.helo = kServerElsewhere;
  return one;
}

std::vector<store::Event> events() {
  return {event(Direction::Outbound, "ordinary", Done::Delivered),
          event(Direction::Inbound, "ordinary", Done::Delivered),
          event(Direction::Inbound, "watermark", Done::Labelled),
          event(Direction::Inbound, "bare", Done::Refused),
          event_from_elsewhere(),
          event(Direction::Inbound, "ceiling", Done::Labelled)};
}

constexpr Held kHeld{.ann = 3, .outside = 1};

TEST(DemoTally, HistoryIsCountedByItsReasons) {
  const auto recorded = count_history(events());
  EXPECT_EQ(recorded.tally, told());
  EXPECT_THAT(recorded.refused_kinds, ElementsAre(std::pair("dsn-failed", 1u)));
  EXPECT_THAT(recorded.labelled_kinds, ElementsAre(std::pair("dsn-failed", 1u)));
  EXPECT_EQ(recorded.example, "550 5.7.1 of bare");
  EXPECT_EQ(recorded.cause_elsewhere, "missing");
  EXPECT_THAT(recorded.strange, IsEmpty());
}

TEST(DemoTally, ASurgeIsAboutNoMail) {
  auto all = events();
  all.push_back(event(Direction::Inbound, "surge", {}));
  EXPECT_EQ(count_history(all).tally, told());
  EXPECT_THAT(count_history(all).strange, IsEmpty());
}

TEST(DemoTally, AllAgree) {
  EXPECT_THAT(differences(told(), count_history(events()), kHeld), IsEmpty());
}

struct DifferenceRow {
  const char* name;
  std::function<void(Tally&, std::vector<store::Event>&, Held&)> change;
  std::vector<std::string> want;
};

TEST(DemoTally, DifferencesAreReported) {
  const DifferenceRow rows[] = {
      {"history lost one",
       [](Tally&, std::vector<store::Event>& events, Held&) { events.pop_back(); },
       {"Of other answers to it, the clients were told 1 accepted, 0 refused, 0 put off; the history has 0 "
        "accepted, 0 refused, 0 put off."}},
      {"history has another outcome",
       [](Tally&, std::vector<store::Event>& events, Held&) { events[1].done = Done::Failed; },
       {"Of ordinary mail, the clients were told 1 accepted, 0 refused, 0 put off; the history has 0 "
        "accepted, 0 refused, 1 put off."}},
      {"history has what nobody sent",
       [](Tally&, std::vector<store::Event>& events, Held&) {
         events.push_back(event(Direction::Inbound, "next-hop", Done::Refused));
       },
       {"The history has mails of no kind that was sent: 1 \"next-hop\"."}},
      {"a forged one got in",
       [](Tally& told, std::vector<store::Event>& events, Held& held) {
         count_of(told, Lot::Bounce) = {.accepted = 1};
         events[3].done = Done::Delivered;
         ++held.ann;
       },
       {"Of bounces of the spam, 1 got in."}},
      {"a genuine one did not",
       [](Tally& told, std::vector<store::Event>& events, Held& held) {
         count_of(told, Lot::Genuine) = {.refused = 1};
         events[2].done = Done::Refused;
         --held.ann;
       },
       {"Of answers to Ann's mail, 1 did not get through."}},
      {"one was put off",
       [](Tally& told, std::vector<store::Event>& events, Held& held) {
         count_of(told, Lot::Written) = {.put_off = 1};
         events[0].done = Done::Deferred;
         --held.outside;
       },
       {"Of Ann's own mail, 1 got no answer, or one to come again."}},
      {"a Maildir lost one",
       [](Tally&, std::vector<store::Event>&, Held& held) { --held.ann; },
       {"The clients were told that 3 mails are accepted for Ann's Maildir, and it holds 2."}},
      {"another has too many",
       [](Tally&, std::vector<store::Event>&, Held& held) { ++held.outside; },
       {"The clients were told that 1 mails are accepted for the world's Maildirs, and it holds 2."}},
  };
  for (const auto& row : rows) {
    Tally tally = told();
    auto list = events();
    Held held = kHeld;
    row.change(tally, list, held);
    EXPECT_EQ(differences(tally, count_history(list), held), row.want) << row.name;
  }
}

struct AnswerRow {
  const char* name;
  next_hop::Result<smtp::Reply> answer;
  LotCount want;
};

TEST(DemoTally, AnswersAreCountedByTheirClass) {
  const AnswerRow rows[] = {
      {"accepted", smtp::Reply(250, "2.0.0", "ok"), {.accepted = 1}},
      {"refused", smtp::Reply(550, "5.7.1", "no"), {.refused = 1}},
      {"put off", smtp::Reply(451, "4.3.0", "later"), {.put_off = 1}},
      {"closing", smtp::Reply(421, "4.7.0", "later"), {.put_off = 1}},
      {"no answer", std::unexpected(next_hop::Failed{next_hop::Trouble::NoAnswer, ""}), {.put_off = 1}},
  };
  for (const auto& row : rows) {
    LotCount found;
    count(row.answer, found);
    EXPECT_EQ(found, row.want) << row.name;
  }
}

TEST(DemoTally, TableHasARowForEachLotOfInboundMail) {
  const std::string table = tally_table(told());
  EXPECT_EQ(std::ranges::count(table, '\n'), 5);
  EXPECT_THAT(table, HasSubstr("ordinary mail           none needed        1         0"));
  EXPECT_THAT(table, HasSubstr("bounces of the spam     none               0         1   refused"));
}

TEST(DemoScreen, DrawsOverWhatItDrew) {
  std::ostringstream out;
  DemoScreen screen(out, true);
  screen.draw("a\nb\n");
  screen.draw("c\n");
  screen.say("d\n");
  screen.say("e\n");
  EXPECT_EQ(out.str(), "a\nb\n\x1b[2A\r\x1b[Jc\n\x1b[1A\r\x1b[Jd\ne\n");
}

TEST(DemoScreen, DrawsNothingWithoutATerminal) {
  std::ostringstream out;
  DemoScreen screen(out, false);
  screen.draw("a\n");
  screen.say("b\n");
  EXPECT_EQ(out.str(), "b\n");
}

}  // namespace
}  // namespace backstop::demo
