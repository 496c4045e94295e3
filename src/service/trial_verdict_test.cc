#include "service/trial_verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace backstop::service {
namespace {

using store::Done;
using store::Verdict;
using testing::HasSubstr;
using enum TrialState;
using Kind = TrialSent::Kind;

const TrialSent kTaken{Kind::Taken, "250 2.0.0 Ok"};
const TrialSent kRefused{Kind::Refused, "550 5.7.1 no"};

/// A bounce without a proof, as the history has it.
store::Event forged() {
  store::Event event;
  event.id = "1f";
  event.direction = store::Direction::Inbound;
  event.kind = "dsn-failed";
  event.certainty = "structural";
  event.origin = "unproven";
  event.cause = "missing";
  event.explanation = "Nothing proves it";
  event.verdict = Verdict::Accept;
  event.done = Done::Delivered;
  event.stage = "observe";
  return event;
}

store::Event genuine() {
  auto event = forged();
  event.origin = "genuine";
  event.cause = "watermark";
  event.evidence = {{.name = "tag", .finding = "silent", .detail = ""},
                    {.name = "watermark", .finding = "proves", .detail = ""},
                    {.name = "ledger", .finding = "proves", .detail = ""}};
  return event;
}

store::Event ordinary(store::Direction direction) {
  store::Event event;
  event.id = "2f";
  event.direction = direction;
  event.kind = "none";
  event.cause = "ordinary";
  event.verdict = Verdict::Accept;
  event.done = Done::Delivered;
  return event;
}

using Change = std::function<void(store::Event&)>;

store::Event with(store::Event event, const Change& change) {
  change(event);
  return event;
}

TEST(TrialVerdict, ReadsWhatTheServerAnswered) {
  struct Row {
    base::Result<smtp::Reply> handed_over;
    Kind want;
    std::string_view want_words;
  };
  const auto error = [](std::string text) { return std::unexpected(base::Error{std::move(text)}); };
  const Row rows[] = {
      {smtp::Reply(250, "2.0.0", "Ok"), Kind::Taken, "250 2.0.0 Ok"},
      {error("the next hop answered: 550 5.1.1 who?"), Kind::Refused, "550 5.1.1 who?"},
      {error("the next hop answered: 451 4.3.0 later"), Kind::PutOff, "451 4.3.0 later"},
      {error("next hop smtp://127.0.0.1:1: it can't be connected to"), Kind::NoAnswer,
       "next hop smtp://127.0.0.1:1: it can't be connected to"},
  };
  for (const auto& row : rows) {
    const auto sent = sent_of(row.handed_over);
    EXPECT_EQ(sent.kind, row.want) << row.want_words;
    EXPECT_EQ(sent.words, row.want_words);
  }
}

TEST(TrialVerdict, OfAForgedBounce) {
  struct Row {
    std::string_view name;
    ForgedSeen seen;
    TrialState want;
    std::string_view want_happened;
    std::string_view want_means;
  };
  const auto event = [](const TrialSent& sent, const Change& change) {
    return ForgedSeen{.mail = {.sent = sent, .has_history = true, .event = with(forged(), change)}};
  };
  const Row rows[] = {
      {"at observe", event(kTaken, [](auto&) {}), Good, "Delivered as it is, at stage observe.",
       "Nothing proves it. Stage reject would refuse it."},
      {"not ready", event(kTaken, [](auto& one) { one.cause = "not-ready"; }), Good, "at stage observe",
       "Stage reject would deliver it with a label."},
      {"exempt", event(kTaken, [](auto& one) { one.cause = "exempt"; }), Good, "at stage observe",
       "give --from a mailbox that is not exempt"},
      {"labelled at reject",
       event(kTaken,
             [](auto& one) {
               one.done = Done::Labelled;
               one.stage = "reject";
             }),
       Good, "Delivered with a label, at stage reject.", "Nothing proves it."},
      {"refused",
       event(kRefused,
             [](auto& one) {
               one.done = Done::Refused;
               one.verdict = Verdict::Refuse;
             }),
       Good, "Refused: 550 5.7.1 no", "Nothing proves it."},
      {"refused by the next hop", event(kRefused, [](auto& one) { one.done = Done::Refused; }), Untried,
       "Refused: 550", "for another reason"},
      {"kept back", event(kTaken, [](auto& one) { one.done = Done::Quarantined; }), Good, "Kept back",
       "Nothing proves it."},
      {"put off", event({Kind::PutOff, "451 later"}, [](auto& one) { one.done = Done::Deferred; }), Untried,
       "Put off: 451 later", "try again later"},
      {"genuine",
       event(kTaken,
             [](auto& one) {
               one.origin = "genuine";
               one.cause = "dkim";
             }),
       Wrong, "It counts as genuine.", "must have no proof"},
      {"of a host of ours",
       event(kTaken,
             [](auto& one) {
               one.origin = "genuine";
               one.cause = "local";
             }),
       Untried, "It counts as genuine.", "local_hosts"},
      {"no response", event(kTaken, [](auto& one) { one.origin.clear(); }), Wrong, "Taken",
       "not recognised as a bounce"},
      {"it leaves", event(kTaken, [](auto& one) { one.direction = store::Direction::Outbound; }), Untried,
       "Taken", "It counts as mail that leaves"},
      {"past Backstop", {.mail = {.sent = kTaken, .has_history = true}}, Wrong, "Taken", "has not seen it"},
      {"without a history", {.mail = {.sent = kTaken}}, Untried, "Taken", "Without the history"},
      {"refused without a history", {.mail = {.sent = kRefused}}, Untried, "Refused", "Without the history"},
      {"refused before",
       {.mail = {.sent = kRefused, .has_history = true}},
       Untried,
       "Refused",
       "the mail server itself"},
      {"no such mailbox",
       {.mail = {.sent = {Kind::Refused, "550 5.1.1 who?"}, .has_history = true}},
       Untried,
       "Refused",
       "a mailbox that exists"},
      {"not sent",
       {.mail = {.sent = {Kind::NotSent, "There is no way."}}},
       Untried,
       "Not sent: There is no way.",
       ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto step = judge_forged(row.seen);
    EXPECT_EQ(name(step.state), name(row.want));
    EXPECT_THAT(step.happened, HasSubstr(row.want_happened));
    EXPECT_THAT(step.means, HasSubstr(row.want_means));
    EXPECT_EQ(step.name, "forged");
  }
}

TEST(TrialVerdict, OfTheGenuineBounce) {
  struct Row {
    std::string_view name;
    BackSeen seen;
    TrialState want;
    std::string_view want_means;
  };
  const auto event = [](const TrialSent& sent, const Change& change) {
    return BackSeen{.mail = {.sent = sent, .has_history = true, .event = with(genuine(), change)},
                    .carried = "a watermark"};
  };
  const Row rows[] = {
      {"delivered", event(kTaken, [](auto&) {}), Good, "It is genuine, proven by watermark and ledger"},
      {"refused all the same", event(kRefused, [](auto& one) { one.done = Done::Refused; }), Wrong,
       "It is genuine, but was refused."},
      {"unproven", event(kTaken, [](auto& one) { one = forged(); }), Wrong, "not recognised as genuine"},
      {"local", event(kTaken, [](auto& one) { one.cause = "local"; }), Untried, "local_hosts"},
      {"past Backstop",
       {.mail = {.sent = kTaken, .has_history = true}, .carried = "a tag"},
       Wrong,
       "has not seen it"},
      {"without a history", {.mail = {.sent = kTaken}, .carried = "a tag"}, Untried, "Without the history"},
      {"refused",
       {.mail = {.sent = kRefused, .has_history = true}, .carried = "a tag"},
       Wrong,
       "the mail server itself"},
      {"put off", {.mail = {.sent = {Kind::PutOff, "451 later"}}, .carried = "a tag"}, Untried, ""},
      {"not sent", {.mail = {.sent = {Kind::NotSent, "no key"}}, .carried = ""}, Untried, ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto step = judge_back(row.seen);
    EXPECT_EQ(name(step.state), name(row.want));
    EXPECT_THAT(step.means, HasSubstr(row.want_means));
  }
  EXPECT_THAT(judge_back(rows[0].seen).happened, HasSubstr("It carried a watermark. Taken: 250"));
}

TEST(TrialVerdict, OfOrdinaryMail) {
  struct Row {
    std::string_view name;
    TrialSeen seen;
    TrialState want;
    std::string_view want_means;
  };
  const auto in = ordinary(store::Direction::Inbound);
  const Row rows[] = {
      {"without an event", {.sent = kTaken, .has_history = true}, Good, "nothing against it"},
      {"without a history", {.sent = kTaken}, Good, ""},
      {"with an event", {.sent = kTaken, .has_history = true, .event = in}, Good, "no response"},
      {"as a response",
       {.sent = kTaken, .has_history = true, .event = forged()},
       Wrong,
       "taken for a response (dsn-failed)"},
      {"refused",
       {.sent = kRefused,
        .has_history = true,
        .event = with(in, [](auto& one) { one.done = Done::Refused; })},
       Wrong,
       "The cause is ordinary."},
      {"refused before", {.sent = kRefused, .has_history = true}, Wrong, "the mail server itself"},
      {"put off", {.sent = {Kind::PutOff, "450 4.2.0 greylisted"}, .has_history = true}, Untried, ""},
      {"no answer", {.sent = {Kind::NoAnswer, "nobody listens"}}, Wrong, ""},
      {"it would leave without an event",
       {.sent = kTaken, .has_history = true, .is_taken_for_leaving = true},
       Untried,
       "It counts as mail that leaves"},
      {"it leaves",
       {.sent = kTaken, .has_history = true, .event = ordinary(store::Direction::Outbound)},
       Untried,
       "It counts as mail that leaves"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto step = judge_ordinary(row.seen);
    EXPECT_EQ(name(step.state), name(row.want));
    EXPECT_THAT(step.means, HasSubstr(row.want_means));
  }
}

TEST(TrialVerdict, OfTheMailThatLeaves) {
  struct Row {
    std::string_view name;
    OutSeen seen;
    TrialState want;
    std::string_view want_means;
  };
  const TrialSeen taken{.sent = kTaken, .has_history = true};
  const auto sums = [](std::uint64_t left, std::uint64_t watermark, std::uint64_t tag) {
    return store::DayCounts{.left = left, .watermark = watermark, .tag = tag};
  };
  auto out = taken;
  out.event = ordinary(store::Direction::Outbound);
  auto held = out;
  held.event->done = Done::Quarantined;
  auto in = taken;
  in.event = ordinary(store::Direction::Inbound);
  const Row rows[] = {
      {"one with a watermark",
       {.mail = taken, .sums = sums(1, 1, 0), .is_in_ledger = true, .has_watermark = true},
       Good,
       "One mail of the domain left, with a watermark. The ledger has recorded it."},
      {"for somebody elsewhere",
       {.mail = taken, .sums = sums(1, 1, 0), .has_watermark = true, .addressee = "bob@example.net"},
       Good,
       "At bob@example.net you can see"},
      {"several with tags",
       {.mail = taken, .sums = sums(3, 0, 3), .has_tags = true},
       Good,
       "3 mails of the domain left meanwhile, with a tag."},
      {"without one",
       {.mail = taken, .sums = sums(2, 0, 0), .has_watermark = true},
       Wrong,
       "without a watermark"},
      {"some of them",
       {.mail = out, .sums = sums(3, 2, 0), .has_watermark = true},
       Good,
       "3 mails of the domain left meanwhile, 2 of them with a watermark."},
      {"nothing left",
       {.mail = taken, .sums = sums(0, 0, 0), .has_watermark = true},
       Wrong,
       "Backstop has not seen it leave"},
      {"by the ledger alone",
       {.mail = taken, .sums = {}, .is_in_ledger = true},
       Good,
       "The ledger has recorded it."},
      {"too late for the ledger",
       {.mail = out, .sums = sums(1, 0, 0), .is_lost_to_ledger = true},
       Good,
       "did not know it yet"},
      {"nobody knows", {.mail = {.sent = kTaken}, .sums = {}}, Untried, "Without the history"},
      {"it came in", {.mail = in, .sums = sums(0, 0, 0)}, Wrong, "counts as mail that comes in"},
      {"held", {.mail = held, .sums = sums(0, 0, 0)}, Wrong, "The cause is ordinary."},
      {"a login", {.mail = {.sent = {Kind::Refused, "530 5.7.0 log in"}}, .sums = {}}, Wrong, "a login"},
      {"nobody listens",
       {.mail = {.sent = {Kind::NoAnswer, "nobody"}}, .sums = {}},
       Wrong,
       "does not get out"},
      {"not sent", {.mail = {.sent = {Kind::NotSent, "no way"}}, .sums = {}}, Untried, ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto step = judge_out(row.seen);
    EXPECT_EQ(name(step.state), name(row.want));
    EXPECT_THAT(step.means, HasSubstr(row.want_means));
  }
}

}  // namespace
}  // namespace backstop::service
