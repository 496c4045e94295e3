#include "report/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "store/event_fixture.h"

namespace backstop::report {
namespace {

using policy::Stage;
using store::Event;
using store::Fact;
using store::Verdict;
using testing::IsEmpty;

/// A certain bounce without a proof, which stage label labelled.
Event bounce() {
  Event event = store::refused_bounce();
  event.certainty = "structural";
  event.origin = "unproven";
  event.origin_cause = "missing";
  event.cause = "missing";
  event.stage = "label";
  event.verdict = Verdict::Label;
  event.facts = {Fact::ReadyMessages, Fact::ReadyTags};
  return event;
}

intake::DomainSettings domain(Stage stage) {
  intake::DomainSettings settings;
  settings.name = "example.org";
  settings.stage = stage;
  return settings;
}

using Domains = std::vector<intake::DomainSettings>;

Domains at(Stage stage, void (*change)(intake::DomainSettings&) = [](intake::DomainSettings&) {}) {
  auto settings = domain(stage);
  change(settings);
  return {settings};
}

void unchanged(Event& /*event*/) {}

struct Row {
  const char* name;
  Domains domains;
  void (*change)(Event&);
  std::string_view want;  ///< "label->refuse missing", "same", or why it is not replayed
};

std::string told(const Replay& replay) {
  for (std::size_t i = 0; i < kUnreplayedNames.size(); ++i) {
    if (replay.of(static_cast<Unreplayed>(i)) == 1) return std::string(kUnreplayedNames[i]);
  }
  if (replay.replayed() == 0) return "nothing";
  if (replay.same() == 1) return "same";
  const auto& change = replay.changes().begin()->first;
  return change.was + "->" + change.would + " " + change.would_cause;
}

TEST(Replay, AsksTheNewPolicy) {
  const Row rows[] = {
      {"the same stage", at(Stage::Label), unchanged, "same"},
      {"reject", at(Stage::Reject), unchanged, "label->refuse missing"},
      {"observe", at(Stage::Observe), unchanged, "label->accept missing"},
      {"quarantine, without one", at(Stage::Quarantine), unchanged, "same"},
      {"a lower ceiling",
       at(Stage::Reject,
          [](auto& d) {
            d.ceilings[static_cast<std::size_t>(response::Kind::DsnFailed)] = policy::Action::Label;
          }),
       unchanged, "same"},
      {"the mailbox becomes exempt", at(Stage::Reject, [](auto& d) { d.exempt = {"ann"}; }), unchanged,
       "same"},
      {"another mailbox is exempt", at(Stage::Reject, [](auto& d) { d.exempt = {"ben"}; }), unchanged,
       "label->refuse missing"},
      {"not ready then", at(Stage::Reject), [](Event& e) { e.facts = {}; }, "same"},
      {"ready by tags alone", at(Stage::Reject), [](Event& e) { e.facts = {Fact::ReadyTags}; },
       "label->refuse missing"},
      {"nothing came back, not ready for tags", at(Stage::Reject),
       [](Event& e) {
         e.origin_cause = "bare";
         e.facts = {Fact::ReadyMessages};
       },
       "same"},
      {"declared, but nothing here gives proofs",
       at(Stage::Reject, [](auto& d) { d.ready_since = std::chrono::sys_days(std::chrono::days(20000)); }),
       [](Event& e) { e.facts.add(Fact::ReadyDeclared); }, "same"},
      {"declared then, observed now", at(Stage::Reject), [](Event& e) { e.facts.add(Fact::ReadyDeclared); },
       "declared"},
      {"a relay brought it", at(Stage::Reject), [](Event& e) { e.facts.add(Fact::Relay); }, "same"},
      {"not certain", at(Stage::Reject), [](Event& e) { e.certainty = "guessed"; }, "same"},
      {"a proof", at(Stage::Reject),
       [](Event& e) {
         e.origin = "genuine";
         e.origin_cause = "dkim";
       },
       "same"},
      {"the cause was hidden by the policy of then", at(Stage::Reject),
       [](Event& e) { e.cause = "not-ready"; }, "label->refuse missing"},
      {"a domain that is gone", Domains{}, unchanged, "label->refuse relay-denied"},
      {"an older event", at(Stage::Reject), [](Event& e) { e.origin_cause.clear(); }, "old"},
      {"an unheard cause", at(Stage::Reject), [](Event& e) { e.origin_cause = "new"; }, "old"},
      {"no recipient", at(Stage::Reject), [](Event& e) { e.recipients.clear(); }, "recipient"},
      {"a recipient that is none", at(Stage::Reject), [](Event& e) { e.recipients = {"@"}; }, "recipient"},
      {"two recipients of one domain", at(Stage::Reject),
       [](Event& e) { e.recipients.emplace_back("ben@example.org"); }, "label->refuse missing"},
      {"two recipients, one of them no longer ours", at(Stage::Reject),
       [](Event& e) { e.recipients.emplace_back("ben@example.com"); }, "parted"},
      {"ordinary mail", at(Stage::Reject), [](Event& e) { e.kind = "none"; }, "nothing"},
      {"mail that left", at(Stage::Reject), [](Event& e) { e.direction = store::Direction::Outbound; },
       "nothing"},
      {"a recipient that was refused", at(Stage::Reject), [](Event& e) { e.kind.clear(); }, "nothing"},
  };
  for (const auto& row : rows) {
    intake::Site site;
    site.domains = intake::DomainTable(row.domains);
    Replay replay(site);
    Event event = bounce();
    row.change(event);
    replay.add(event);
    EXPECT_EQ(told(replay), row.want) << row.name;
  }
}

Replay example(const intake::Site& site) {
  Replay replay(site);
  for (int i = 0; i < 5; ++i) {
    Event event = bounce();
    event.id = "m" + std::to_string(i);
    replay.add(event);
  }
  Event hidden = bounce();
  hidden.id = "h";
  hidden.cause = "next-hop\x1b";
  replay.add(hidden);
  Event old = bounce();
  old.origin_cause.clear();
  replay.add(old);
  Event exempt = bounce();
  exempt.recipients = {"postmaster@example.org"};
  replay.add(exempt);
  return replay;
}

TEST(Replay, AsAPage) {
  intake::Site site;
  site.domains = intake::DomainTable(at(Stage::Reject));
  EXPECT_EQ(replay_page(example(site), "new.toml"),
            "Of 7 responses that were replayed, new.toml would treat 1 as before and 6\n"
            "differently.\n"
            "\n"
            "  label -> refuse: 5 (missing)\n"
            "    such as m0, m1, m2\n"
            "\n"
            "  label -> refuse: 1 (missing, was other)\n"
            "    such as h\n"
            "\n"
            "Not replayed: 1, since an older Backstop recorded them, without the facts that\n"
            "policy needs.\n");
}

TEST(Replay, AsJson) {
  intake::Site site;
  site.domains = intake::DomainTable(at(Stage::Reject));
  EXPECT_EQ(
      boost::json::serialize(replay_json(example(site))),
      R"({"replayed":7,"same":1,"changes":[)"
      R"({"was":"label","was_cause":"missing","would":"refuse","would_cause":"missing","count":5,)"
      R"("ids":["m0","m1","m2"]},)"
      R"({"was":"label","was_cause":"other","would":"refuse","would_cause":"missing","count":1,"ids":["h"]}],)"
      R"("not_replayed":{"old":1,"declared":0,"recipient":0,"parted":0}})");
}

TEST(Replay, OfNothing) {
  const intake::Site site;
  const Replay replay(site);
  EXPECT_EQ(replay_page(replay, "new.toml"),
            "Of 0 responses that were replayed, new.toml would treat 0 as before and 0\ndifferently.\n");
  EXPECT_THAT(replay.changes(), IsEmpty());
}

}  // namespace
}  // namespace backstop::report
