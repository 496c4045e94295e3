#include "policy/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace backstop::policy {
namespace {

using origin::Finding;
using origin::Result;
using response::Certainty;
using response::Kind;

constexpr std::chrono::sys_days kFirstKey{std::chrono::days(20780)};

template <typename Enum>
std::vector<Enum> all_of(std::size_t count) {
  std::vector<Enum> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(static_cast<Enum>(i));
  return all;
}

const auto kStages = all_of<Stage>(kStageNames.size());
const auto kCauses = all_of<Cause>(kCauseCount);
constexpr bool kBoth[] = {false, true};

// The actions at observe, label and reject, and what the next stage would do.
struct LadderRow {
  Cause cause;
  std::string_view want;
  std::string_view want_next;
};

constexpr LadderRow kLadders[] = {
    {Cause::Ordinary, "accept accept accept", "- - -"},
    {Cause::Tag, "accept label label", "label label -"},
    {Cause::NeverSends, "accept label refuse", "label refuse -"},
    {Cause::Padded, "accept label refuse", "label refuse -"},
    {Cause::Bare, "accept label refuse", "label refuse -"},
    {Cause::Incomplete, "accept label label", "label label -"},
    {Cause::Stale, "accept label label", "label label -"},
    {Cause::Hinted, "accept label label", "label label -"},
    {Cause::Untaggable, "accept label label", "label label -"},
    {Cause::Exempt, "accept label label", "label label -"},
    {Cause::Relay, "accept label label", "label label -"},
    {Cause::NoKeys, "accept label label", "label label -"},
    {Cause::InGrace, "accept label label", "label label -"},
    {Cause::Uncertain, "accept label label", "label label -"},
    {Cause::Ceiling, "accept label label", "label label -"},
    {Cause::BadTag, "accept accept defer", "accept defer -"},
    {Cause::RelayDenied, "refuse refuse refuse", "- - -"},
    {Cause::NotAuthorized, "refuse refuse refuse", "- - -"},
    {Cause::DifferentPolicy, "defer defer defer", "- - -"},
};

std::string ladder_of(Cause cause) {
  std::string out;
  for (const Stage stage : kStages) {
    if (!out.empty()) out += ' ';
    out += name(verdict_at(stage, cause).action);
  }
  return out;
}

TEST(VerdictAt, EachCauseLeadsToOneActionAStage) {
  ASSERT_EQ(std::size(kLadders), kCauses.size());
  for (std::size_t i = 0; i < kCauses.size(); ++i) {
    EXPECT_EQ(kLadders[i].cause, kCauses[i]) << i;
    EXPECT_EQ(ladder_of(kLadders[i].cause), kLadders[i].want) << name(kLadders[i].cause);
    EXPECT_EQ(causes()[i].cause, kCauses[i]) << i;
  }
}

TEST(VerdictAt, ObservingNeverRefusesWhatAStageDecides) {
  for (const Cause cause : kCauses) {
    if (cause == Cause::RelayDenied || cause == Cause::NotAuthorized || cause == Cause::DifferentPolicy)
      continue;
    EXPECT_EQ(name(verdict_at(Stage::Observe, cause).action), "accept") << name(cause);
  }
}

std::string next_of(const Verdict& verdict) {
  return verdict.next_stage ? std::string(name(*verdict.next_stage)) : "-";
}

TEST(VerdictAt, TheNextStageIsWhatItWouldDo) {
  for (const auto& row : kLadders) {
    std::string found;
    for (const Stage stage : kStages) {
      if (!found.empty()) found += ' ';
      found += next_of(verdict_at(stage, row.cause));
    }
    EXPECT_EQ(found, row.want_next) << name(row.cause);
  }
}

TEST(VerdictAt, NoStageDoesMoreThanTheCeiling) {
  const struct {
    Action ceiling;
    std::string_view want;  // of Bare, at observe, label and reject
  } rows[] = {{Action::Accept, "accept accept accept"},
              {Action::Label, "accept label label"},
              {Action::Refuse, "accept label refuse"}};
  for (const auto& row : rows) {
    std::string found;
    for (const Stage stage : kStages) {
      if (!found.empty()) found += ' ';
      found += name(verdict_at(stage, Cause::Bare, row.ceiling).action);
    }
    EXPECT_EQ(found, row.want) << name(row.ceiling);
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

TEST(JudgeRecipient, WhatIsWrongWithTheAddressCountsFirst) {
  for (const bool is_ours : kBoth) {
    for (const bool is_routed : kBoth) {
      for (const bool is_guessed : kBoth) {
        for (const bool differs : kBoth) {
          for (const Stage stage : kStages) {
            const RecipientFacts facts{is_ours, is_routed, is_guessed, differs};
            Cause want = Cause::Ordinary;
            if (differs) want = Cause::DifferentPolicy;
            if (is_guessed && (!differs || stage == Stage::Reject)) want = Cause::BadTag;
            if (!is_ours || is_routed) want = Cause::RelayDenied;
            const Verdict verdict = judge_recipient(facts, {.stage = stage});
            EXPECT_EQ(show(verdict), wanted(stage, want))
                << is_ours << is_routed << is_guessed << differs << " " << name(stage);
            EXPECT_FALSE(verdict.explanation.empty());
          }
        }
      }
    }
  }
}

// The day in relation to the domain's grace of 7 days.
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

// A response to a ready domain.
MessageFacts response_of(Kind kind, Certainty certainty, origin::Cause cause) {
  const auto result = cause == origin::Cause::Tag          ? Result::Genuine
                      : cause == origin::Cause::NeverSends ? Result::Forged
                                                           : Result::Unproven;
  return {.kind = kind,
          .certainty = certainty,
          .origin = {.result = result, .cause = cause},
          .today = today_on(Day::FirstAfter)};
}

// Every row of the table of docs/policy.md: what is done at stage reject, and why.
struct PolicyRow {
  const char* name;
  Kind kind;
  Certainty certainty;
  origin::Cause found;
  std::string_view want;
};

constexpr PolicyRow kPolicy[] = {
    {"a bounce with a proof", Kind::DsnFailed, Certainty::Structural, origin::Cause::Tag, "tag: label"},
    {"what looks like a bounce, with a proof", Kind::DsnFailed, Certainty::Guessed, origin::Cause::Tag,
     "tag: label"},
    {"an automatic reply with a proof", Kind::AutoReply, Certainty::Guessed, origin::Cause::Tag,
     "tag: label"},
    {"a bounce without", Kind::DsnFailed, Certainty::Structural, origin::Cause::Bare, "bare: refuse"},
    {"a known product's bounce without", Kind::DsnFailed, Certainty::Marked, origin::Cause::Bare,
     "bare: refuse"},
    {"a delay notice without", Kind::DsnDelayed, Certainty::Structural, origin::Cause::Bare, "bare: refuse"},
    {"a notice of delivery without", Kind::DsnDelivered, Certainty::Marked, origin::Cause::Bare,
     "bare: refuse"},
    {"a bounce that hides its report", Kind::DsnFailed, Certainty::Structural, origin::Cause::Padded,
     "padded: refuse"},
    {"a bounce to a mailbox that never sends", Kind::DsnFailed, Certainty::Structural,
     origin::Cause::NeverSends, "never-sends: refuse"},
    {"what only looks like a bounce", Kind::DsnFailed, Certainty::Guessed, origin::Cause::Bare,
     "uncertain: label"},
    {"what only looks like a delay notice", Kind::DsnDelayed, Certainty::Guessed, origin::Cause::Bare,
     "uncertain: label"},
    {"a bounce that was not read whole", Kind::DsnFailed, Certainty::Structural, origin::Cause::Incomplete,
     "incomplete: label"},
    {"a bounce to an old tag", Kind::DsnFailed, Certainty::Structural, origin::Cause::Stale, "stale: label"},
    {"a bounce with a hint", Kind::DsnFailed, Certainty::Structural, origin::Cause::Hinted, "hinted: label"},
    {"a bounce to what can't be tagged", Kind::DsnFailed, Certainty::Structural, origin::Cause::Untaggable,
     "untaggable: label"},
    {"a challenge", Kind::Challenge, Certainty::Guessed, origin::Cause::Bare, "ceiling: label"},
    {"a filter's notice", Kind::FilterNotice, Certainty::Structural, origin::Cause::Bare, "ceiling: label"},
    {"an automatic reply", Kind::AutoReply, Certainty::Guessed, origin::Cause::Bare, "ceiling: label"},
    {"a list's notice", Kind::ListNotice, Certainty::Guessed, origin::Cause::Bare, "ceiling: label"},
    {"a read receipt", Kind::Mdn, Certainty::Guessed, origin::Cause::Bare, "ceiling: label"},
    {"a feedback report", Kind::FeedbackReport, Certainty::Guessed, origin::Cause::Bare, "ceiling: accept"},
    {"a feedback report with a tag", Kind::FeedbackReport, Certainty::Guessed, origin::Cause::Tag,
     "tag: accept"},
    {"ordinary mail", Kind::None, Certainty::Guessed, origin::Cause::Bare, "ordinary: accept"},
};

std::string shortly(const Verdict& verdict) {
  return std::string(name(verdict.cause)) + ": " + std::string(name(verdict.action));
}

TEST(JudgeMessage, EachRowOfThePolicy) {
  for (const auto& row : kPolicy) {
    const auto facts = response_of(row.kind, row.certainty, row.found);
    const Verdict verdict = judge_message(facts, domain_on(Day::FirstAfter, Stage::Reject));
    EXPECT_EQ(shortly(verdict), row.want) << row.name;
    EXPECT_FALSE(verdict.explanation.empty()) << row.name;
    // What a stage before reject does is never stricter, and observing changes nothing.
    EXPECT_LE(judge_message(facts, domain_on(Day::FirstAfter, Stage::Label)).action, Action::Label)
        << row.name;
    EXPECT_EQ(judge_message(facts, domain_on(Day::FirstAfter, Stage::Observe)).action, Action::Accept)
        << row.name;
  }
}

// Nothing is refused for a domain that is not ready, for an exempt mailbox, or from a relay.
TEST(JudgeMessage, WhatKeepsAResponseFromBeingRefused) {
  for (const auto& row : kPolicy) {
    for (std::size_t i = 0; i < std::size(kDays); ++i) {
      for (const bool is_exempt : kBoth) {
        for (const bool is_from_relay : kBoth) {
          auto facts = response_of(row.kind, row.certainty, row.found);
          facts.is_exempt = is_exempt;
          facts.is_from_relay = is_from_relay;
          facts.today = today_on(kDays[i]);
          const Verdict verdict = judge_message(facts, domain_on(kDays[i], Stage::Reject));
          const bool is_forged = row.found == origin::Cause::NeverSends;
          const bool may_refuse = kDays[i] == Day::FirstAfter && (!is_exempt || is_forged) && !is_from_relay;
          const std::string label = std::string(row.name) + ", " + std::string(kDayNames[i]) +
                                    (is_exempt ? ", exempt" : "") + (is_from_relay ? ", relay" : "");
          if (may_refuse) {
            EXPECT_EQ(shortly(verdict), row.want) << label;
          } else {
            EXPECT_LE(verdict.action, Action::Label) << label;
          }
        }
      }
    }
  }
}

TEST(JudgeMessage, TheCauseSaysWhatKeptItFromBeingRefused) {
  const auto facts = response_of(Kind::DsnFailed, Certainty::Structural, origin::Cause::Bare);
  const struct {
    const char* name;
    Day day;
    bool is_exempt;
    bool is_from_relay;
    std::string_view want;
  } rows[] = {
      {"nothing", Day::FirstAfter, false, false, "bare: refuse"},
      {"no keys", Day::NoKeys, false, false, "no-keys: label"},
      {"before the first key", Day::Before, false, false, "in-grace: label"},
      {"first day", Day::First, false, false, "in-grace: label"},
      {"last day of the grace", Day::LastOfGrace, false, false, "in-grace: label"},
      {"exempt", Day::FirstAfter, true, false, "exempt: label"},
      {"relay", Day::FirstAfter, false, true, "relay: label"},
  };
  for (const auto& row : rows) {
    auto found = facts;
    found.is_exempt = row.is_exempt;
    found.is_from_relay = row.is_from_relay;
    found.today = today_on(row.day);
    EXPECT_EQ(shortly(judge_message(found, domain_on(row.day, Stage::Reject))), row.want) << row.name;
  }
}

TEST(JudgeMessage, CeilingsAreRaisedAndLoweredForEachKind) {
  const struct {
    const char* name;
    Kind kind;
    Action ceiling;
    origin::Cause found;
    std::string_view want;
  } rows[] = {
      {"raised", Kind::AutoReply, Action::Refuse, origin::Cause::Bare, "bare: refuse"},
      {"raised, with a proof", Kind::AutoReply, Action::Refuse, origin::Cause::Tag, "tag: label"},
      {"raised, not looked at whole", Kind::AutoReply, Action::Refuse, origin::Cause::Incomplete,
       "incomplete: label"},
      {"raised, with a hint", Kind::Challenge, Action::Refuse, origin::Cause::Stale, "stale: label"},
      {"raised from accept to label", Kind::FeedbackReport, Action::Label, origin::Cause::Bare,
       "ceiling: label"},
      {"lowered to label", Kind::DsnDelivered, Action::Label, origin::Cause::Bare, "ceiling: label"},
      {"lowered to accept", Kind::DsnFailed, Action::Accept, origin::Cause::Bare, "ceiling: accept"},
      {"a proof is not labelled either then", Kind::DsnFailed, Action::Accept, origin::Cause::Tag,
       "tag: accept"},
      {"a refutation stays below it", Kind::DsnFailed, Action::Label, origin::Cause::NeverSends,
       "ceiling: label"},
  };
  for (const auto& row : rows) {
    DomainPolicy domain = domain_on(Day::FirstAfter, Stage::Reject);
    domain.ceilings[static_cast<std::size_t>(row.kind)] = row.ceiling;
    const auto facts = response_of(row.kind, Certainty::Structural, row.found);
    EXPECT_EQ(shortly(judge_message(facts, domain)), row.want) << row.name;
  }
  DomainPolicy domain = domain_on(Day::LastOfGrace, Stage::Reject);
  domain.ceilings[static_cast<std::size_t>(Kind::AutoReply)] = Action::Refuse;
  auto facts = response_of(Kind::AutoReply, Certainty::Guessed, origin::Cause::Bare);
  facts.today = today_on(Day::LastOfGrace);
  EXPECT_EQ(shortly(judge_message(facts, domain)), "in-grace: label")
      << "a raised one needs a ready domain, too";
}

TEST(JudgeMessage, ADomainWithoutGraceRefusesFromItsFirstKeyOn) {
  const DomainPolicy domain{.stage = Stage::Reject, .grace = std::chrono::days(0), .first_key = kFirstKey};
  auto facts = response_of(Kind::DsnFailed, Certainty::Structural, origin::Cause::Bare);
  facts.today = kFirstKey;
  EXPECT_EQ(show(judge_message(facts, domain)), "bare: refuse, next -");
  facts.today -= std::chrono::days(1);
  EXPECT_EQ(show(judge_message(facts, domain)), "in-grace: label, next -");
}

TEST(LeastFavourable, TheStrictestCountsForAll) {
  using Verdicts = std::vector<Verdict>;
  const Verdict ordinary{Action::Accept, Cause::Ordinary};
  const Verdict tag{Action::Label, Cause::Tag};
  const Verdict stale{Action::Label, Cause::Stale};
  const Verdict bare{Action::Refuse, Cause::Bare};
  // At stage label both are labelled, and only one would be refused at the next.
  const Verdict tag_at_label{Action::Label, Cause::Tag, {}, Action::Label};
  const Verdict bare_at_label{Action::Label, Cause::Bare, {}, Action::Refuse};
  const struct {
    const char* name;
    Verdicts verdicts;
    std::size_t want;
  } rows[] = {
      {"one", Verdicts{tag}, 0},
      {"the first of equals", Verdicts{stale, stale}, 0},
      {"a refusal, first", Verdicts{bare, tag}, 0},
      {"a refusal, last", Verdicts{tag, stale, bare}, 2},
      {"a proof covers nobody else", Verdicts{tag, stale}, 1},
      {"in either order", Verdicts{stale, tag}, 0},
      {"what the next stage would do", Verdicts{tag_at_label, bare_at_label}, 1},
      {"nothing against any", Verdicts{ordinary, ordinary}, 0},
  };
  for (const auto& row : rows) EXPECT_EQ(least_favourable(row.verdicts), row.want) << row.name;
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
       "unproven; kind=auto-reply; certainty=guessed; cause=no-keys"},
      {"unproven",
       {.kind = Kind::DsnFailed,
        .certainty = Certainty::Structural,
        .origin = {.evidence = {{origin::EvidenceKind::Tag, Finding::Silent, "not shown"}}}},
       Cause::Bare,
       "unproven; kind=dsn-failed; certainty=structural; cause=bare; tag=silent"},
      {"forged",
       {.kind = Kind::DsnFailed,
        .certainty = Certainty::Marked,
        .origin = {.result = Result::Forged,
                   .evidence = {{origin::EvidenceKind::Tag, Finding::Silent, ""},
                                {origin::EvidenceKind::NeverSends, Finding::Refutes, ""}}}},
       Cause::NeverSends,
       "forged; kind=dsn-failed; certainty=marked; cause=never-sends; tag=silent; never-sends=refutes"},
      {"genuine",
       {.kind = Kind::Mdn,
        .origin = {.result = Result::Genuine,
                   .evidence = {{origin::EvidenceKind::Tag, Finding::Proves, ""}}}},
       Cause::Tag,
       "genuine; kind=mdn; certainty=guessed; cause=tag; tag=proves"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(verdict_field({.cause = row.cause}, row.facts), row.want) << row.name;
  }
}

}  // namespace
}  // namespace backstop::policy
