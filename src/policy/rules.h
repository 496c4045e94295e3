// What each cause leads to at each stage: one row a cause.
#pragma once

#include <array>
#include <span>

#include "policy/verdict.h"

namespace backstop::policy {

/// What is done at each stage; index by Stage.
using Ladder = std::array<Action, kStageNames.size()>;

struct Rule {
  Cause cause;
  Ladder ladder;
};

/// Index by Cause.
std::span<const Rule> rules();

/// The verdict on a cause, still without its explanation. No stage does more than `ceiling`.
Verdict verdict_at(Stage stage, Cause cause, Action ceiling = Action::Defer);

}  // namespace backstop::policy
