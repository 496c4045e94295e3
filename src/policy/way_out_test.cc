#include "policy/way_out.h"

#include <gtest/gtest.h>

#include <optional>

namespace backstop::policy {
namespace {

using enum Action;
using enum WayOutStage;

struct Row {
  const char* name;
  WayOutFacts facts;
  Cause want;
  Action want_observe;
  Action want_hold;
  Action want_strict;
};

const Row kRows[] = {
    {"owed", {.owing = Owing::Owed}, Cause::Owed, Accept, Accept, Accept},
    {"not owed", {.owing = Owing::NotOwed}, Cause::NotOwed, Accept, Quarantine, Quarantine},
    {"unclear", {.owing = Owing::Unclear}, Cause::Unclear, Accept, Accept, Quarantine},
    {"past the rates",
     {.owing = Owing::Unclear, .is_past_rates = true},
     Cause::Rated,
     Accept,
     Quarantine,
     Quarantine},
    {"owed, but again",
     {.owing = Owing::Owed, .breach = Breach::Again},
     Cause::VacationAgain,
     Accept,
     Quarantine,
     Quarantine},
    {"owed, but unwanted",
     {.owing = Owing::Owed, .breach = Breach::Unwanted},
     Cause::VacationUnwanted,
     Accept,
     Quarantine,
     Quarantine},
    {"still checked", {.is_still_checked = true}, Cause::NotCheckedYet, Accept, Defer, Defer},
    {"still checked, and not owed so far",
     {.owing = Owing::NotOwed, .is_still_checked = true},
     Cause::NotCheckedYet,
     Accept,
     Defer,
     Defer},
    {"not owed, and again",
     {.owing = Owing::NotOwed, .breach = Breach::Again},
     Cause::NotOwed,
     Accept,
     Quarantine,
     Quarantine},
};

TEST(WayOut, EachStageHasItsAction) {
  for (const auto& row : kRows) {
    const auto observe = judge_way_out(row.facts, Observe);
    EXPECT_EQ(observe.cause, row.want) << row.name;
    EXPECT_EQ(observe.action, row.want_observe) << row.name;
    EXPECT_EQ(judge_way_out(row.facts, Hold).action, row.want_hold) << row.name;
    EXPECT_EQ(judge_way_out(row.facts, Strict).action, row.want_strict) << row.name;
    const bool is_same = row.want_observe == row.want_strict;
    EXPECT_EQ(observe.next_stage, is_same ? std::nullopt : std::optional(row.want_hold)) << row.name;
    EXPECT_EQ(judge_way_out(row.facts, Hold).next_stage,
              is_same ? std::nullopt : std::optional(row.want_strict))
        << row.name;
    EXPECT_EQ(judge_way_out(row.facts, Strict).next_stage, std::nullopt) << row.name;
  }
}

TEST(WayOut, TheExplanationSaysWhatWasFound) {
  const auto verdict = judge_way_out({.kind = response::Kind::DsnFailed,
                                      .owing = Owing::NotOwed,
                                      .why = "That mail came in here from another address"},
                                     Hold);
  EXPECT_EQ(verdict.explanation,
            "Nothing shows that the addressee of this bounce wrote the mail that it answers: that mail came "
            "in here from another address");
}

TEST(WayOut, TheExplanationOfADeferralSaysWhatToDo) {
  const auto verdict = judge_way_out({.kind = response::Kind::DsnFailed,
                                      .owing = Owing::Unclear,
                                      .why = "The checks of that mail are not done",
                                      .is_still_checked = true},
                                     Hold);
  EXPECT_EQ(verdict.explanation,
            "Whether the addressee of this bounce wrote the mail that it answers is still being checked: try "
            "again later");
}

TEST(WayOut, WhatCantBeHeldLeavesWithinTheRatesAtMost) {
  const auto held = judge_way_out({.owing = Owing::NotOwed}, Hold);
  EXPECT_EQ(judge_not_held(held, false, Hold).action, Accept);
  EXPECT_EQ(judge_not_held(held, false, Hold).cause, Cause::NotOwed);
  EXPECT_EQ(judge_not_held(held, true, Hold).action, Defer);
  EXPECT_EQ(judge_not_held(held, true, Hold).cause, Cause::NotHeld);
  EXPECT_EQ(judge_not_held(held, false, Strict).action, Defer);
}

}  // namespace
}  // namespace backstop::policy
