#include "policy/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::policy {
namespace {

using origin::Finding;
using origin::Result;
using response::Certainty;
using response::Kind;

template <typename Enum>
std::vector<Enum> all_of(std::size_t count) {
  std::vector<Enum> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(static_cast<Enum>(i));
  return all;
}

const auto kStages = all_of<Stage>(kStageNames.size());
const auto kCauses = all_of<Cause>(kCauseCount);
constexpr bool kBoth[] = {false, true};

// The actions at each stage, and what the next stage would do.
struct LadderRow {
  Cause cause;
  std::string_view want;
  std::string_view want_next;
};

constexpr std::string_view kLabelled = "accept label label label";
constexpr std::string_view kNextLabelled = "label label label -";
constexpr std::string_view kRefused = "accept label quarantine refuse";
constexpr std::string_view kNextRefused = "label quarantine refuse -";
constexpr std::string_view kKept = "accept label label quarantine";
constexpr std::string_view kNextKept = "label label quarantine -";

constexpr std::string_view kHeld = "accept accept quarantine quarantine";
constexpr std::string_view kNextHeld = "accept quarantine quarantine -";

constexpr LadderRow kLadders[] = {
    {Cause::Ordinary, "accept accept accept accept", "- - - -"},
    {Cause::Local, kLabelled, kNextLabelled},
    {Cause::Watermark, kLabelled, kNextLabelled},
    {Cause::Dkim, kLabelled, kNextLabelled},
    {Cause::Ledger, kLabelled, kNextLabelled},
    {Cause::Tag, kLabelled, kNextLabelled},
    {Cause::Pair, kLabelled, kNextLabelled},
    {Cause::NeverSends, kRefused, kNextRefused},
    {Cause::BadTag, kRefused, kNextRefused},
    {Cause::Padded, kRefused, kNextRefused},
    {Cause::Missing, kRefused, kNextRefused},
    {Cause::Bare, kRefused, kNextRefused},
    {Cause::TagOnly, kKept, kNextKept},
    {Cause::Worn, kKept, kNextKept},
    {Cause::Stale, kKept, kNextKept},
    {Cause::Hinted, kKept, kNextKept},
    {Cause::Untaggable, kKept, kNextKept},
    {Cause::Incomplete, kLabelled, kNextLabelled},
    {Cause::Exempt, kLabelled, kNextLabelled},
    {Cause::Relay, "accept label quarantine quarantine", "label quarantine quarantine -"},
    {Cause::NotReady, kLabelled, kNextLabelled},
    {Cause::NoTags, kLabelled, kNextLabelled},
    {Cause::Uncertain, kLabelled, kNextLabelled},
    {Cause::Ceiling, kKept, kNextKept},
    {Cause::UnknownRecipient, "refuse refuse refuse refuse", "- - - -"},
    {Cause::DirectoryFailed, "defer defer defer defer", "- - - -"},
    {Cause::Guessing, "accept accept accept defer", "accept accept defer -"},
    {Cause::SpfFail, "refuse refuse refuse refuse", "- - - -"},
    {Cause::NullMx, "refuse refuse refuse refuse", "- - - -"},
    {Cause::NoDomain, "refuse refuse refuse refuse", "- - - -"},
    {Cause::NoDomainYet, "defer defer defer defer", "- - - -"},
    {Cause::Listed, "refuse refuse refuse refuse", "- - - -"},
    {Cause::SenderUnanswered, "defer defer defer defer", "- - - -"},
    {Cause::DmarcFail, "refuse refuse refuse refuse", "- - - -"},
    {Cause::DmarcUnanswered, "defer defer defer defer", "- - - -"},
    {Cause::RelayDenied, "refuse refuse refuse refuse", "- - - -"},
    {Cause::NotAuthorized, "refuse refuse refuse refuse", "- - - -"},
    {Cause::DifferentPolicy, "defer defer defer defer", "- - - -"},
    {Cause::Owed, "accept accept accept accept", "- - - -"},
    {Cause::NotOwed, kHeld, kNextHeld},
    {Cause::Unclear, "accept accept accept quarantine", "accept accept quarantine -"},
    {Cause::Rated, kHeld, kNextHeld},
    {Cause::VacationUnwanted, kHeld, kNextHeld},
    {Cause::VacationAgain, kHeld, kNextHeld},
    {Cause::NotCheckedYet, "accept accept defer defer", "accept defer defer -"},
    {Cause::NotHeld, "defer defer defer defer", "- - - -"},
};

std::string ladder_of(Cause cause, Most most = {}) {
  std::string out;
  for (const Stage stage : kStages) {
    if (!out.empty()) out += ' ';
    out += name(verdict_at(stage, cause, most).action);
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
    if (cause >= Cause::UnknownRecipient && cause != Cause::Guessing) continue;
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

TEST(VerdictAt, NoStageDoesMoreThanItMay) {
  const struct {
    Cause cause;
    Most most;
    std::string_view want;
  } rows[] = {
      {Cause::Bare, {.ceiling = Action::Accept}, "accept accept accept accept"},
      {Cause::Bare, {.ceiling = Action::Label}, "accept label label label"},
      {Cause::Bare, {.ceiling = Action::Quarantine}, "accept label quarantine quarantine"},
      {Cause::Bare, {.ceiling = Action::Refuse}, "accept label quarantine refuse"},
      {Cause::Bare, {.ceiling = Action::Refuse, .has_quarantine = false}, "accept label label refuse"},
      {Cause::Hinted, {.has_quarantine = false}, "accept label label label"},
      {Cause::Relay, {.ceiling = Action::Quarantine, .has_quarantine = false}, "accept label label label"},
      {Cause::Guessing, {.has_quarantine = false}, "accept accept accept defer"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(ladder_of(row.cause, row.most), row.want) << name(row.cause) << " " << name(row.most.ceiling);
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
            const RecipientFacts facts{.is_ours = is_ours,
                                       .is_routed = is_routed,
                                       .is_guessed = is_guessed,
                                       .differs_from_first = differs};
            Cause want = Cause::Ordinary;
            if (differs) want = Cause::DifferentPolicy;
            if (is_guessed && (!differs || stage == Stage::Reject)) want = Cause::Guessing;
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

constexpr Ready kReady{.messages = true, .tags = true};

DomainPolicy domain_at(Stage stage, Ready ready = kReady) {
  return {.stage = stage, .ready = ready, .has_quarantine = true};
}

Result result_of(origin::Cause cause) {
  if (origin::is_proof(cause)) return Result::Genuine;
  return cause == origin::Cause::NeverSends || cause == origin::Cause::BadTag ? Result::Forged
                                                                              : Result::Unproven;
}

MessageFacts response_of(Kind kind, Certainty certainty, origin::Cause cause) {
  return {.kind = kind, .certainty = certainty, .origin = {.result = result_of(cause), .cause = cause}};
}

// Every row of the table of docs/policy.md, for a domain that is ready: what is done at reject, and why.
struct PolicyRow {
  const char* name;
  Kind kind;
  Certainty certainty;
  origin::Cause found;
  std::string_view want;
};

constexpr auto kSure = Certainty::Structural;
constexpr PolicyRow kPolicy[] = {
    {"brought by a host of ours", Kind::DsnFailed, kSure, origin::Cause::Local, "local: label"},
    {"a bounce with a watermark", Kind::DsnFailed, kSure, origin::Cause::Watermark, "watermark: label"},
    {"a bounce with a signature", Kind::DsnFailed, kSure, origin::Cause::Dkim, "dkim: label"},
    {"a bounce of a recorded mail", Kind::DsnFailed, kSure, origin::Cause::Ledger, "ledger: label"},
    {"a bounce to a tag", Kind::DsnFailed, kSure, origin::Cause::Tag, "tag: label"},
    {"a reply of somebody whom we wrote to", Kind::AutoReply, Certainty::Guessed, origin::Cause::Pair,
     "pair: label"},
    {"what looks like a bounce, with a proof", Kind::DsnFailed, Certainty::Guessed, origin::Cause::Tag,
     "tag: label"},
    {"an automatic reply with a proof", Kind::AutoReply, Certainty::Guessed, origin::Cause::Tag,
     "tag: label"},
    {"a bounce that returns nothing", Kind::DsnFailed, kSure, origin::Cause::Bare, "bare: refuse"},
    {"a known product's", Kind::DsnFailed, Certainty::Marked, origin::Cause::Bare, "bare: refuse"},
    {"a delay notice without", Kind::DsnDelayed, kSure, origin::Cause::Bare, "bare: refuse"},
    {"a notice of delivery without", Kind::DsnDelivered, Certainty::Marked, origin::Cause::Bare,
     "bare: refuse"},
    {"a bounce that returns another's mail", Kind::DsnFailed, kSure, origin::Cause::Missing,
     "missing: refuse"},
    {"a bounce that hides its report", Kind::DsnFailed, kSure, origin::Cause::Padded, "padded: refuse"},
    {"a bounce to a mailbox that never sends", Kind::DsnFailed, kSure, origin::Cause::NeverSends,
     "never-sends: refuse"},
    {"a bounce to a tag that is not ours", Kind::DsnFailed, kSure, origin::Cause::BadTag, "bad-tag: refuse"},
    {"what only looks like a bounce", Kind::DsnFailed, Certainty::Guessed, origin::Cause::Bare,
     "uncertain: label"},
    {"the same to a mailbox that never sends", Kind::DsnFailed, Certainty::Guessed, origin::Cause::NeverSends,
     "uncertain: label"},
    {"what only looks like a delay notice", Kind::DsnDelayed, Certainty::Guessed, origin::Cause::Hinted,
     "uncertain: label"},
    {"a bounce that was not read whole", Kind::DsnFailed, kSure, origin::Cause::Incomplete,
     "incomplete: label"},
    {"a challenge that was not read whole", Kind::Challenge, kSure, origin::Cause::Incomplete,
     "incomplete: label"},
    {"a bounce with a tag alone", Kind::DsnFailed, kSure, origin::Cause::TagOnly, "tag-only: quarantine"},
    {"a bounce with a proof that is worn", Kind::DsnFailed, kSure, origin::Cause::Worn, "worn: quarantine"},
    {"a bounce to an old tag", Kind::DsnFailed, kSure, origin::Cause::Stale, "stale: quarantine"},
    {"a bounce with a hint", Kind::DsnFailed, kSure, origin::Cause::Hinted, "hinted: quarantine"},
    {"a bounce to what can't be tagged", Kind::DsnFailed, kSure, origin::Cause::Untaggable,
     "untaggable: quarantine"},
    {"a challenge", Kind::Challenge, Certainty::Guessed, origin::Cause::Bare, "ceiling: quarantine"},
    {"a challenge with a hint", Kind::Challenge, Certainty::Guessed, origin::Cause::Hinted,
     "hinted: quarantine"},
    {"a filter's notice", Kind::FilterNotice, kSure, origin::Cause::Missing, "ceiling: quarantine"},
    {"an automatic reply", Kind::AutoReply, Certainty::Guessed, origin::Cause::Bare, "ceiling: label"},
    {"an automatic reply with a worn proof", Kind::AutoReply, Certainty::Guessed, origin::Cause::Worn,
     "ceiling: label"},
    {"a list's notice", Kind::ListNotice, Certainty::Guessed, origin::Cause::Bare, "ceiling: label"},
    {"a read receipt", Kind::Mdn, Certainty::Guessed, origin::Cause::Bare, "ceiling: label"},
    {"a feedback report", Kind::FeedbackReport, Certainty::Guessed, origin::Cause::Bare, "ceiling: accept"},
    {"a feedback report with a proof", Kind::FeedbackReport, Certainty::Guessed, origin::Cause::Dkim,
     "dkim: accept"},
    {"ordinary mail", Kind::None, Certainty::Guessed, origin::Cause::Bare, "ordinary: accept"},
};

std::string shortly(const Verdict& verdict) {
  return std::string(name(verdict.cause)) + ": " + std::string(name(verdict.action));
}

TEST(JudgeMessage, EachRowOfThePolicy) {
  for (const auto& row : kPolicy) {
    const auto facts = response_of(row.kind, row.certainty, row.found);
    const Verdict verdict = judge_message(facts, domain_at(Stage::Reject));
    EXPECT_EQ(shortly(verdict), row.want) << row.name;
    EXPECT_FALSE(verdict.explanation.empty()) << row.name;
    // No earlier stage is stricter, and observing changes nothing.
    EXPECT_LE(judge_message(facts, domain_at(Stage::Quarantine)).action,
              std::min(verdict.action, Action::Quarantine))
        << row.name;
    EXPECT_LE(judge_message(facts, domain_at(Stage::Label)).action, Action::Label) << row.name;
    EXPECT_EQ(judge_message(facts, domain_at(Stage::Observe)).action, Action::Accept) << row.name;
  }
}

TEST(JudgeMessage, EveryProofIsLabelledWhateverElseHolds) {
  for (const auto& row : kPolicy) {
    if (!origin::is_proof(row.found)) continue;
    auto facts = response_of(row.kind, row.certainty, row.found);
    facts.is_exempt = facts.is_from_relay = facts.is_tightened = true;
    EXPECT_EQ(shortly(judge_message(facts, domain_at(Stage::Reject, {}))), row.want) << row.name;
  }
}

// A response and what keeps it from being refused or kept back.
struct KeepingRow {
  const char* name;
  Kind kind;
  origin::Cause found;
  Ready ready;
  std::string_view want;
  bool is_exempt = false;
  bool is_from_relay = false;
};

TEST(JudgeMessage, WhatKeepsAResponseFromBeingRefused) {
  constexpr Ready kNone{};
  constexpr Ready kMessages{.messages = true};
  constexpr Ready kTags{.tags = true};
  constexpr auto kDsn = Kind::DsnFailed;
  using origin::Cause;
  const KeepingRow rows[] = {
      {"not ready", kDsn, Cause::Missing, kNone, "not-ready: label"},
      {"not ready, and nothing came back", kDsn, Cause::Bare, kNone, "not-ready: label"},
      {"not ready, forged", kDsn, Cause::NeverSends, kNone, "not-ready: label"},
      {"not ready, padded", kDsn, Cause::Padded, kNone, "not-ready: label"},
      {"not ready, with a hint", kDsn, Cause::Hinted, kNone, "not-ready: label"},
      {"not ready, a challenge", Kind::Challenge, Cause::Bare, kNone, "not-ready: label"},
      {"messages ready", kDsn, Cause::Missing, kMessages, "missing: refuse"},
      {"messages ready, padded", kDsn, Cause::Padded, kMessages, "padded: refuse"},
      {"messages ready, forged", kDsn, Cause::BadTag, kMessages, "bad-tag: refuse"},
      {"messages ready, and nothing came back", kDsn, Cause::Bare, kMessages, "no-tags: label"},
      {"the same of a challenge", Kind::Challenge, Cause::Bare, kMessages, "ceiling: quarantine"},
      {"tags ready", kDsn, Cause::Bare, kTags, "bare: refuse"},
      {"tags ready, untaggable", kDsn, Cause::Untaggable, kTags, "untaggable: quarantine"},
      {"exempt", kDsn, Cause::Missing, kReady, "exempt: label", true},
      {"exempt, with a worn proof", kDsn, Cause::Worn, kReady, "exempt: label", true},
      {"exempt, and forged", kDsn, Cause::NeverSends, kReady, "never-sends: refuse", true},
      {"exempt, with a bad tag", kDsn, Cause::BadTag, kReady, "bad-tag: refuse", true},
      {"relay", kDsn, Cause::Missing, kReady, "relay: quarantine", false, true},
      {"relay, forged", kDsn, Cause::NeverSends, kReady, "relay: quarantine", false, true},
      {"relay, with a hint", kDsn, Cause::Hinted, kReady, "hinted: quarantine", false, true},
      {"relay, not ready", kDsn, Cause::Missing, kNone, "not-ready: label", false, true},
      {"exempt and relay", kDsn, Cause::Bare, kReady, "exempt: label", true, true},
  };
  for (const auto& row : rows) {
    auto facts = response_of(row.kind, kSure, row.found);
    facts.is_exempt = row.is_exempt;
    facts.is_from_relay = row.is_from_relay;
    EXPECT_EQ(shortly(judge_message(facts, domain_at(Stage::Reject, row.ready))), row.want) << row.name;
  }
}

struct CeilingRow {
  const char* name;
  Kind kind;
  Action ceiling;
  origin::Cause found;
  std::string_view want;
  std::string_view want_at_quarantine;
};

TEST(JudgeMessage, CeilingsAreRaisedAndLoweredForEachKind) {
  using origin::Cause;
  const CeilingRow rows[] = {
      {"raised", Kind::AutoReply, Action::Refuse, Cause::Bare, "bare: refuse", "bare: quarantine"},
      {"raised, with a proof", Kind::AutoReply, Action::Refuse, Cause::Tag, "tag: label", "tag: label"},
      {"raised, not looked at whole", Kind::AutoReply, Action::Refuse, Cause::Incomplete, "incomplete: label",
       "incomplete: label"},
      {"raised, with a hint", Kind::Challenge, Action::Refuse, Cause::Stale, "stale: quarantine",
       "stale: label"},
      {"raised to quarantine", Kind::AutoReply, Action::Quarantine, Cause::Bare, "ceiling: quarantine",
       "ceiling: label"},
      {"raised from accept to label", Kind::FeedbackReport, Action::Label, Cause::Bare, "ceiling: label",
       "ceiling: label"},
      {"lowered to quarantine", Kind::DsnFailed, Action::Quarantine, Cause::Missing, "missing: quarantine",
       "missing: quarantine"},
      {"lowered to label", Kind::DsnDelivered, Action::Label, Cause::Bare, "ceiling: label",
       "ceiling: label"},
      {"lowered to accept", Kind::DsnFailed, Action::Accept, Cause::Bare, "ceiling: accept",
       "ceiling: accept"},
      {"a proof is not labelled either then", Kind::DsnFailed, Action::Accept, Cause::Tag, "tag: accept",
       "tag: accept"},
      {"a refutation stays below it", Kind::DsnFailed, Action::Label, Cause::NeverSends, "ceiling: label",
       "ceiling: label"},
  };
  for (const auto& row : rows) {
    const auto verdict = [&](Stage stage, Ready ready) {
      DomainPolicy domain = domain_at(stage, ready);
      domain.ceilings[static_cast<std::size_t>(row.kind)] = row.ceiling;
      return shortly(judge_message(response_of(row.kind, kSure, row.found), domain));
    };
    EXPECT_EQ(verdict(Stage::Reject, kReady), row.want) << row.name;
    EXPECT_EQ(verdict(Stage::Quarantine, kReady), row.want_at_quarantine) << row.name;
    // A raised kind needs a ready domain, too.
    const auto not_ready = verdict(Stage::Reject, {});
    EXPECT_TRUE(not_ready.ends_with(": label") || not_ready.ends_with(": accept")) << row.name << not_ready;
  }
}

// To raise a kind must not make its verdict milder.
TEST(JudgeMessage, ARaisedKindThatReturnsNothingIsKeptBackWithoutTags) {
  DomainPolicy domain = domain_at(Stage::Reject, {.messages = true});
  for (const Kind kind : {Kind::Challenge, Kind::FilterNotice, Kind::AutoReply}) {
    domain.ceilings[static_cast<std::size_t>(kind)] = Action::Refuse;
    EXPECT_EQ(shortly(judge_message(response_of(kind, kSure, origin::Cause::Bare), domain)),
              "ceiling: quarantine")
        << name(kind);
  }
}

TEST(JudgeMessage, AFloodOfAutomaticRepliesIsKeptBackIfThatIsWanted) {
  const struct {
    const char* name;
    Kind kind;
    Action ceiling;
    Ready ready;
    std::string_view want;
  } rows[] = {
      {"automatic replies", Kind::AutoReply, Action::Label, kReady, "ceiling: quarantine"},
      {"of a domain that is not ready", Kind::AutoReply, Action::Label, {}, "not-ready: label"},
      {"of which none may be labelled", Kind::AutoReply, Action::Accept, kReady, "ceiling: accept"},
      {"that are refused anyway", Kind::AutoReply, Action::Refuse, kReady, "bare: refuse"},
      {"notices of lists", Kind::ListNotice, Action::Label, kReady, "ceiling: label"},
  };
  for (const auto& row : rows) {
    auto facts = response_of(row.kind, Certainty::Guessed, origin::Cause::Bare);
    facts.is_tightened = true;
    DomainPolicy domain = domain_at(Stage::Reject, row.ready);
    domain.ceilings[static_cast<std::size_t>(row.kind)] = row.ceiling;
    EXPECT_EQ(shortly(judge_message(facts, domain)), row.want) << row.name;
  }
}

TEST(JudgeMessage, WithoutAQuarantineItIsLabelled) {
  DomainPolicy domain = domain_at(Stage::Reject);
  domain.has_quarantine = false;
  EXPECT_EQ(shortly(judge_message(response_of(Kind::Challenge, kSure, origin::Cause::Bare), domain)),
            "ceiling: label");
  EXPECT_EQ(shortly(judge_message(response_of(Kind::DsnFailed, kSure, origin::Cause::Worn), domain)),
            "worn: label");
  domain.stage = Stage::Quarantine;
  EXPECT_EQ(show(judge_message(response_of(Kind::DsnFailed, kSure, origin::Cause::Missing), domain)),
            "missing: label, next refuse");
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
       Cause::NotReady,
       "unproven; kind=auto-reply; certainty=guessed; cause=not-ready"},
      {"unproven",
       {.kind = Kind::DsnFailed,
        .certainty = Certainty::Structural,
        .origin = {.evidence = {{.kind = origin::EvidenceKind::Tag, .finding = Finding::Silent}}}},
       Cause::Bare,
       "unproven; kind=dsn-failed; certainty=structural; cause=bare; tag=silent"},
      {"forged",
       {.kind = Kind::DsnFailed,
        .certainty = Certainty::Marked,
        .origin = {.result = Result::Forged,
                   .evidence = {{.kind = origin::EvidenceKind::Tag, .finding = Finding::Silent},
                                {.kind = origin::EvidenceKind::NeverSends, .finding = Finding::Refutes}}}},
       Cause::NeverSends,
       "forged; kind=dsn-failed; certainty=marked; cause=never-sends; tag=silent; never-sends=refutes"},
      {"genuine",
       {.kind = Kind::Mdn,
        .origin = {.result = Result::Genuine,
                   .evidence = {{.kind = origin::EvidenceKind::Tag, .finding = Finding::Proves}}}},
       Cause::Tag,
       "genuine; kind=mdn; certainty=guessed; cause=tag; tag=proves"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(verdict_field({.cause = row.cause}, row.facts), row.want) << row.name;
  }
}

TEST(JudgeRecipient, ADirectoryDecidesAtEveryStage) {
  const struct {
    const char* name;
    RecipientFacts facts;
    Cause want;
  } rows[] = {
      {"unknown", {.is_ours = true, .is_unknown = true}, Cause::UnknownRecipient},
      {"no answer", {.is_ours = true, .is_unanswered = true}, Cause::DirectoryFailed},
      {"not ours", {.is_unknown = true}, Cause::RelayDenied},
      {"routed", {.is_ours = true, .is_routed = true, .is_unknown = true}, Cause::RelayDenied},
      {"guessed, too", {.is_ours = true, .is_unknown = true, .is_guessed = true}, Cause::UnknownRecipient},
      {"guessed, and no answer",
       {.is_ours = true, .is_unanswered = true, .is_guessed = true},
       Cause::DirectoryFailed},
      {"SPF", {.is_ours = true, .sender = SenderTrouble::SpfFail}, Cause::SpfFail},
      {"null MX", {.is_ours = true, .sender = SenderTrouble::NullMx}, Cause::NullMx},
      {"no domain", {.is_ours = true, .sender = SenderTrouble::NoDomain}, Cause::NoDomain},
      {"no domain yet", {.is_ours = true, .sender = SenderTrouble::NoDomainYet}, Cause::NoDomainYet},
      {"listed", {.is_ours = true, .sender = SenderTrouble::Listed}, Cause::Listed},
      {"no DNS", {.is_ours = true, .sender = SenderTrouble::Unanswered}, Cause::SenderUnanswered},
      {"listed, for nobody of ours", {.sender = SenderTrouble::Listed}, Cause::RelayDenied},
      {"listed, for an unknown one",
       {.is_ours = true, .sender = SenderTrouble::Listed, .is_unknown = true},
       Cause::Listed},
      {"listed, for the postmaster",
       {.is_ours = true, .sender = SenderTrouble::Listed, .is_exempt = true},
       Cause::Ordinary},
      {"another route",
       {.is_ours = true, .is_unknown = true, .differs_from_first = true},
       Cause::UnknownRecipient},
  };
  for (const auto& row : rows) {
    for (const Stage stage : kStages) {
      EXPECT_EQ(show(judge_recipient(row.facts, {.stage = stage})), wanted(stage, row.want)) << row.name;
    }
  }
}

TEST(JudgeAuthor, RefusesWhatDmarcWantsRefused) {
  const struct {
    const char* name;
    AuthorFacts facts;
    Cause want;
  } rows[] = {
      {"nothing", {}, Cause::Ordinary},
      {"rejected", {.is_rejected = true}, Cause::DmarcFail},
      {"no DNS", {.is_unanswered = true}, Cause::DmarcUnanswered},
      {"to the postmaster", {.is_rejected = true, .is_exempt = true}, Cause::Ordinary},
      {"a genuine bounce", {.is_rejected = true, .is_genuine = true}, Cause::Ordinary},
      {"a genuine bounce, no DNS", {.is_unanswered = true, .is_genuine = true}, Cause::Ordinary},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(show(judge_author(row.facts)), wanted(Stage::Reject, row.want)) << row.name;
  }
}

}  // namespace
}  // namespace backstop::policy
