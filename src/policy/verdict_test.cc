#include "policy/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "policy/rules.h"

namespace backstop::policy {
namespace {

using origin::Finding;
using origin::Result;
using origin::TagOutcome;
using response::Kind;

constexpr std::chrono::sys_days kFirstKey{std::chrono::days(20780)};

template <typename Enum>
std::vector<Enum> all_of(std::size_t count) {
  std::vector<Enum> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(static_cast<Enum>(i));
  return all;
}

const auto kStages = all_of<Stage>(kStageNames.size());
const auto kCauses = all_of<Cause>(kCauseNames.size());
const auto kKinds = all_of<Kind>(response::kKindNames.size());
constexpr bool kBoth[] = {false, true};

// "bad-tag: accept, accept, refuse": the actions at observe, label and reject.
struct LadderRow {
  Cause cause;
  std::string_view want;
};

constexpr LadderRow kLadders[] = {
    {Cause::Ordinary, "accept accept accept"},       {Cause::Genuine, "accept label label"},
    {Cause::Unproven, "accept label refuse"},        {Cause::UnprovenInGrace, "accept label label"},
    {Cause::NoKeys, "accept label label"},           {Cause::Exempt, "accept label label"},
    {Cause::Forged, "accept label refuse"},          {Cause::BadTag, "accept accept refuse"},
    {Cause::ExpiredTag, "accept accept refuse"},     {Cause::NeverSends, "accept accept refuse"},
    {Cause::ManyRecipients, "accept accept refuse"}, {Cause::RelayDenied, "refuse refuse refuse"},
    {Cause::NotAuthorized, "refuse refuse refuse"},  {Cause::DifferentPolicy, "defer defer defer"},
};

std::string ladder_of(Cause cause) {
  std::string out;
  for (const Stage stage : kStages) {
    if (!out.empty()) out += ' ';
    out += name(verdict_at(stage, cause).action);
  }
  return out;
}

TEST(Rules, EachCauseLeadsToOneActionAStage) {
  ASSERT_EQ(std::size(kLadders), kCauses.size());
  for (std::size_t i = 0; i < kCauses.size(); ++i) {
    EXPECT_EQ(kLadders[i].cause, kCauses[i]) << i;
    EXPECT_EQ(ladder_of(kLadders[i].cause), kLadders[i].want) << name(kLadders[i].cause);
    EXPECT_EQ(rules()[i].cause, kCauses[i]) << i;
  }
}

TEST(Rules, ObservingNeverRefusesWhatAStageDecides) {
  for (const Cause cause : kCauses) {
    if (cause == Cause::RelayDenied || cause == Cause::NotAuthorized || cause == Cause::DifferentPolicy)
      continue;
    EXPECT_EQ(name(verdict_at(Stage::Observe, cause).action), "accept") << name(cause);
  }
}

std::string next_of(const Verdict& verdict) {
  return verdict.next_stage ? std::string(name(*verdict.next_stage)) : "-";
}

TEST(Rules, TheNextStageIsWhatItWouldDo) {
  const struct {
    Cause cause;
    std::string_view want;  // at observe, label, reject
  } rows[] = {
      {Cause::Ordinary, "- - -"},
      {Cause::Genuine, "label label -"},
      {Cause::Unproven, "label refuse -"},
      {Cause::UnprovenInGrace, "label label -"},
      {Cause::NoKeys, "label label -"},
      {Cause::Exempt, "label label -"},
      {Cause::Forged, "label refuse -"},
      {Cause::BadTag, "accept refuse -"},
      {Cause::ExpiredTag, "accept refuse -"},
      {Cause::NeverSends, "accept refuse -"},
      {Cause::ManyRecipients, "accept refuse -"},
      {Cause::RelayDenied, "- - -"},
      {Cause::NotAuthorized, "- - -"},
      {Cause::DifferentPolicy, "- - -"},
  };
  ASSERT_EQ(std::size(rows), kCauses.size());
  for (const auto& row : rows) {
    std::string found;
    for (const Stage stage : kStages) {
      if (!found.empty()) found += ' ';
      found += next_of(verdict_at(stage, row.cause));
    }
    EXPECT_EQ(found, row.want) << name(row.cause);
  }
}

std::string show(const Verdict& verdict) {
  return std::string(name(verdict.cause)) + ": " + std::string(name(verdict.action)) + ", next " +
         next_of(verdict);
}

// What the table wants of a cause at a stage, in the form of show().
std::string wanted(Stage stage, Cause cause) {
  return show(verdict_at(stage, cause));
}

// The cause of a recipient of ours: it alone, a mailbox that never sends, one after another recipient, and
// both.
struct RecipientRow {
  bool is_null_sender;
  TagOutcome tag;
  Cause want_plain;
  Cause want_never_sends;
  Cause want_later;
  Cause want_both;
};

constexpr RecipientRow kRecipients[] = {
    {true, TagOutcome::NoTag, Cause::Ordinary, Cause::NeverSends, Cause::ManyRecipients, Cause::NeverSends},
    {true, TagOutcome::Good, Cause::Ordinary, Cause::NeverSends, Cause::ManyRecipients, Cause::NeverSends},
    {true, TagOutcome::Expired, Cause::ExpiredTag, Cause::ExpiredTag, Cause::ExpiredTag, Cause::ExpiredTag},
    {true, TagOutcome::BadMac, Cause::BadTag, Cause::BadTag, Cause::BadTag, Cause::BadTag},
    {true, TagOutcome::UnknownKey, Cause::Ordinary, Cause::NeverSends, Cause::ManyRecipients,
     Cause::NeverSends},
    {true, TagOutcome::Foreign, Cause::Ordinary, Cause::NeverSends, Cause::ManyRecipients, Cause::NeverSends},
    {false, TagOutcome::NoTag, Cause::Ordinary, Cause::Ordinary, Cause::Ordinary, Cause::Ordinary},
    {false, TagOutcome::Good, Cause::Ordinary, Cause::Ordinary, Cause::Ordinary, Cause::Ordinary},
    {false, TagOutcome::Expired, Cause::Ordinary, Cause::Ordinary, Cause::Ordinary, Cause::Ordinary},
    {false, TagOutcome::BadMac, Cause::BadTag, Cause::BadTag, Cause::BadTag, Cause::BadTag},
    {false, TagOutcome::UnknownKey, Cause::Ordinary, Cause::Ordinary, Cause::Ordinary, Cause::Ordinary},
    {false, TagOutcome::Foreign, Cause::Ordinary, Cause::Ordinary, Cause::Ordinary, Cause::Ordinary},
};

RecipientFacts facts_of(const RecipientRow& row, bool never_sends, bool is_later, bool is_exempt) {
  return {.is_ours = true,
          .is_null_sender = row.is_null_sender,
          .never_sends = never_sends,
          .is_exempt = is_exempt,
          .tag = row.tag,
          .earlier_recipients = is_later ? 1UZ : 0UZ};
}

Cause want_of(const RecipientRow& row, bool never_sends, bool is_later) {
  if (never_sends) return is_later ? row.want_both : row.want_never_sends;
  return is_later ? row.want_later : row.want_plain;
}

std::string label_of(const RecipientRow& row, bool never_sends, bool is_later, Stage stage) {
  return std::string(row.is_null_sender ? "null sender, " : "other sender, ") +
         std::string(origin::name(row.tag)) + (never_sends ? ", never sends" : "") +
         (is_later ? ", later" : "") + ", " + std::string(name(stage));
}

TEST(JudgeRecipient, EveryRecipientOfOurs) {
  ASSERT_EQ(std::size(kRecipients), 2 * origin::kTagOutcomeNames.size());
  for (const auto& row : kRecipients) {
    for (const bool never_sends : kBoth) {
      for (const bool is_later : kBoth) {
        for (const Stage stage : kStages) {
          for (const bool is_exempt : kBoth) {
            const Verdict verdict =
                judge_recipient(facts_of(row, never_sends, is_later, is_exempt), {.stage = stage});
            EXPECT_EQ(show(verdict), wanted(stage, want_of(row, never_sends, is_later)))
                << label_of(row, never_sends, is_later, stage);
            EXPECT_FALSE(verdict.explanation.empty());
          }
        }
      }
    }
  }
}

TEST(JudgeRecipient, AForeignDomainIsRefusedWhateverElseIsKnown) {
  for (const auto& row : kRecipients) {
    for (const Stage stage : kStages) {
      for (const bool is_any : kBoth) {
        RecipientFacts facts = facts_of(row, is_any, is_any, is_any);
        facts.is_ours = false;
        facts.differs_from_first = is_any;
        EXPECT_EQ(show(judge_recipient(facts, {.stage = stage})), "relay-denied: refuse, next -");
      }
    }
  }
}

TEST(JudgeRecipient, AWayToAnotherServerIsRefusedWhateverElseIsKnown) {
  for (const auto& row : kRecipients) {
    for (const Stage stage : kStages) {
      for (const bool is_any : kBoth) {
        RecipientFacts facts = facts_of(row, is_any, is_any, is_any);
        facts.is_routed = true;
        facts.differs_from_first = is_any;
        EXPECT_EQ(show(judge_recipient(facts, {.stage = stage})), "relay-denied: refuse, next -");
      }
    }
  }
}

TEST(JudgeRecipient, WhatIsAcceptedAndDiffersFromTheFirstIsDeferred) {
  for (const auto& row : kRecipients) {
    for (const Stage stage : kStages) {
      RecipientFacts facts = facts_of(row, false, false, false);
      const Verdict alone = judge_recipient(facts, {.stage = stage});
      facts.differs_from_first = true;
      const Verdict beside = judge_recipient(facts, {.stage = stage});
      const std::string want =
          alone.action == Action::Refuse ? show(alone) : "different-policy: defer, next -";
      EXPECT_EQ(show(beside), want) << label_of(row, false, false, stage);
    }
  }
}

TEST(JudgeRecipient, TheNullSenderHasAsManyRecipientsAsItMay) {
  const struct {
    const char* name;
    std::size_t most;
    std::size_t earlier;
    Cause want;
  } rows[] = {
      {"the only one", 1, 0, Cause::Ordinary},
      {"one past it", 1, 1, Cause::ManyRecipients},
      {"the third of three", 3, 2, Cause::Ordinary},
      {"the fourth of three", 3, 3, Cause::ManyRecipients},
      {"long past it", 3, 999, Cause::ManyRecipients},
      {"none is not taken at its word", 0, 0, Cause::Ordinary},
      {"none, a second", 0, 1, Cause::ManyRecipients},
  };
  for (const auto& row : rows) {
    RecipientFacts facts{.is_ours = true, .is_null_sender = true, .earlier_recipients = row.earlier};
    facts.most_null_recipients = row.most;
    EXPECT_EQ(name(judge_recipient(facts, {.stage = Stage::Reject}).cause), name(row.want)) << row.name;
    facts.is_null_sender = false;
    EXPECT_EQ(name(judge_recipient(facts, {.stage = Stage::Reject}).cause), "ordinary") << row.name;
  }
}

// Where the day stands in the domain's grace of 7 days.
enum class Day { NoKeys, Before, First, LastOfGrace, FirstAfter };
constexpr Day kDays[] = {Day::NoKeys, Day::Before, Day::First, Day::LastOfGrace, Day::FirstAfter};
constexpr std::string_view kDayNames[] = {"no keys", "before", "first", "last of grace", "first after"};

DomainPolicy domain_on(Day day, Stage stage) {
  DomainPolicy domain{.stage = stage};
  if (day != Day::NoKeys) domain.first_key = kFirstKey;
  return domain;
}

std::chrono::sys_days today_on(Day day) {
  switch (day) {
    case Day::Before:
      return kFirstKey - std::chrono::days(1);
    case Day::First:
      return kFirstKey;
    case Day::NoKeys:
    case Day::LastOfGrace:
      return kFirstKey + std::chrono::days(6);
    case Day::FirstAfter:
      return kFirstKey + std::chrono::days(7);
  }
  return {};
}

// The cause of a response, by day in the order of kDays.
struct ResponseRow {
  Result result;
  bool is_exempt;
  Cause want[std::size(kDays)];
};

constexpr ResponseRow kResponses[] = {
    {Result::Genuine,
     false,
     {Cause::Genuine, Cause::Genuine, Cause::Genuine, Cause::Genuine, Cause::Genuine}},
    {Result::Genuine, true, {Cause::Genuine, Cause::Genuine, Cause::Genuine, Cause::Genuine, Cause::Genuine}},
    {Result::Forged, false, {Cause::Forged, Cause::Forged, Cause::Forged, Cause::Forged, Cause::Forged}},
    {Result::Forged, true, {Cause::Forged, Cause::Forged, Cause::Forged, Cause::Forged, Cause::Forged}},
    {Result::Unproven,
     false,
     {Cause::NoKeys, Cause::UnprovenInGrace, Cause::UnprovenInGrace, Cause::UnprovenInGrace,
      Cause::Unproven}},
    {Result::Unproven, true, {Cause::Exempt, Cause::Exempt, Cause::Exempt, Cause::Exempt, Cause::Exempt}},
};

MessageFacts message_of(Kind kind, const ResponseRow& row, Day day) {
  return {.kind = kind,
          .origin = {.result = row.result, .evidence = {}},
          .is_exempt = row.is_exempt,
          .today = today_on(day)};
}

TEST(JudgeMessage, EveryResponse) {
  ASSERT_EQ(std::size(kResponses), 2 * origin::kResultNames.size());
  for (const auto& row : kResponses) {
    for (std::size_t i = 0; i < std::size(kDays); ++i) {
      for (const Stage stage : kStages) {
        for (const Kind kind : kKinds) {
          const Cause want = kind == Kind::None ? Cause::Ordinary : row.want[i];
          const Verdict verdict = judge_message(message_of(kind, row, kDays[i]), domain_on(kDays[i], stage));
          EXPECT_EQ(show(verdict), wanted(stage, want))
              << response::name(kind) << ", " << origin::name(row.result) << (row.is_exempt ? ", exempt" : "")
              << ", " << kDayNames[i] << ", " << name(stage);
          EXPECT_FALSE(verdict.explanation.empty());
        }
      }
    }
  }
}

TEST(JudgeMessage, ADomainWithoutGraceRefusesFromItsFirstKeyOn) {
  const DomainPolicy domain{.stage = Stage::Reject, .grace = std::chrono::days(0), .first_key = kFirstKey};
  MessageFacts facts{.kind = Kind::DsnFailed, .today = kFirstKey};
  EXPECT_EQ(show(judge_message(facts, domain)), "unproven: refuse, next -");
  facts.today -= std::chrono::days(1);
  EXPECT_EQ(show(judge_message(facts, domain)), "unproven-in-grace: label, next -");
}

TEST(JudgeSender, NetworkOrLogin) {
  const struct {
    bool is_trusted_network;
    bool is_authenticated;
    std::string_view want;
  } rows[] = {
      {false, false, "not-authorized: refuse, next -"},
      {false, true, "ordinary: accept, next -"},
      {true, false, "ordinary: accept, next -"},
      {true, true, "ordinary: accept, next -"},
  };
  for (const auto& row : rows) {
    const SenderFacts facts{.is_trusted_network = row.is_trusted_network,
                            .is_authenticated = row.is_authenticated};
    EXPECT_EQ(show(judge_sender(facts)), row.want);
    EXPECT_FALSE(judge_sender(facts).explanation.empty());
  }
}

TEST(VerdictField, NamesResultKindCauseAndEachEvidence) {
  const struct {
    const char* name;
    MessageFacts facts;
    Cause cause;
    std::string_view want;
  } rows[] = {
      {"ordinary", {}, Cause::Ordinary, "ordinary; kind=none; cause=ordinary"},
      {"no evidence was looked for",
       {.kind = Kind::AutoReply, .origin = {}},
       Cause::NoKeys,
       "unproven; kind=auto-reply; cause=no-keys"},
      {"unproven",
       {.kind = Kind::DsnFailed, .origin = {Result::Unproven, {{"tag", Finding::Silent, "not shown"}}}},
       Cause::Unproven,
       "unproven; kind=dsn-failed; cause=unproven; tag=silent"},
      {"forged",
       {.kind = Kind::Challenge,
        .origin = {Result::Forged, {{"tag", Finding::Silent, ""}, {"never-sends", Finding::Refutes, ""}}}},
       Cause::Forged,
       "forged; kind=challenge; cause=forged; tag=silent; never-sends=refutes"},
      {"genuine",
       {.kind = Kind::Mdn, .origin = {Result::Genuine, {{"tag", Finding::Proves, ""}}}},
       Cause::Genuine,
       "genuine; kind=mdn; cause=genuine; tag=proves"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(verdict_field({.cause = row.cause}, row.facts), row.want) << row.name;
  }
}

}  // namespace
}  // namespace backstop::policy
