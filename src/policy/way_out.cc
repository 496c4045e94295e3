#include "policy/way_out.h"

#include "policy/explanation.h"

namespace backstop::policy {

namespace {

/// Returns the place in a ladder whose action the stage has. No response that leaves is labelled.
Stage rung_of(WayOutStage stage) {
  switch (stage) {
    case WayOutStage::Observe:
      return Stage::Observe;
    case WayOutStage::Hold:
      return Stage::Quarantine;
    case WayOutStage::Strict:
      break;
  }
  return Stage::Reject;
}

Cause cause_of(const WayOutFacts& facts) {
  if (facts.is_still_checked) return Cause::NotCheckedYet;
  if (facts.breach == Breach::Unwanted) return Cause::VacationUnwanted;
  if (facts.owing == Owing::NotOwed) return Cause::NotOwed;
  if (facts.breach == Breach::Again) return Cause::VacationAgain;
  if (facts.owing == Owing::Owed) return Cause::Owed;
  return facts.is_past_rates ? Cause::Rated : Cause::Unclear;
}

}  // namespace

Verdict judge_way_out(const WayOutFacts& facts, WayOutStage stage) {
  Verdict verdict = verdict_at(rung_of(stage), cause_of(facts));
  // The stage label is none here, so the next one of observe is hold.
  if (stage == WayOutStage::Observe && verdict.next_stage)
    verdict.next_stage = verdict_at(rung_of(WayOutStage::Hold), verdict.cause).action;
  verdict.explanation = explain(verdict.cause, facts);
  return verdict;
}

Verdict judge_not_held(const Verdict& verdict, bool is_past_rates, WayOutStage stage) {
  if (!is_past_rates && stage != WayOutStage::Strict) {
    Verdict leaves = verdict;
    leaves.action = Action::Accept;
    return leaves;
  }
  Verdict deferred = verdict_at(rung_of(stage), Cause::NotHeld);
  deferred.explanation = explain(deferred.cause);
  return deferred;
}

}  // namespace backstop::policy
