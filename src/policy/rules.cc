#include "policy/rules.h"

#include <algorithm>

namespace backstop::policy {
namespace {

constexpr Ladder kAccepted = {Action::Accept, Action::Accept, Action::Accept};
constexpr Ladder kLabelled = {Action::Accept, Action::Label, Action::Label};
constexpr Ladder kLabelledThenRefused = {Action::Accept, Action::Label, Action::Refuse};
/// Of a recipient, which can't carry a label.
constexpr Ladder kAcceptedThenDeferred = {Action::Accept, Action::Accept, Action::Defer};
/// Who may use this server at all is no question of how strict a domain is about bounces.
constexpr Ladder kRefused = {Action::Refuse, Action::Refuse, Action::Refuse};
constexpr Ladder kDeferred = {Action::Defer, Action::Defer, Action::Defer};

constexpr std::array<Rule, kCauseNames.size()> kRules = {{
    {Cause::Ordinary, kAccepted},
    {Cause::Tag, kLabelled},
    {Cause::NeverSends, kLabelledThenRefused},
    {Cause::Padded, kLabelledThenRefused},
    {Cause::Bare, kLabelledThenRefused},
    {Cause::Incomplete, kLabelled},
    {Cause::Stale, kLabelled},
    {Cause::Hinted, kLabelled},
    {Cause::Untaggable, kLabelled},
    {Cause::Exempt, kLabelled},
    {Cause::Relay, kLabelled},
    {Cause::NoKeys, kLabelled},
    {Cause::InGrace, kLabelled},
    {Cause::Uncertain, kLabelled},
    {Cause::Ceiling, kLabelled},
    {Cause::BadTag, kAcceptedThenDeferred},
    {Cause::RelayDenied, kRefused},
    {Cause::NotAuthorized, kRefused},
    {Cause::DifferentPolicy, kDeferred},
}};
static_assert([] {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (static_cast<std::size_t>(kRules[i].cause) != i) return false;
  }
  return true;
}());

bool depends_on_stage(const Ladder& ladder) {
  return std::ranges::any_of(ladder, [&](Action action) { return action != ladder.front(); });
}

}  // namespace

std::span<const Rule> rules() {
  return kRules;
}

Verdict verdict_at(Stage stage, Cause cause, Action ceiling) {
  Ladder ladder = kRules[static_cast<std::size_t>(cause)].ladder;
  for (Action& action : ladder) action = std::min(action, ceiling);
  const auto step = static_cast<std::size_t>(stage);
  Verdict verdict{.action = ladder[step], .cause = cause, .explanation = {}, .next_stage = {}};
  if (step + 1 < ladder.size() && depends_on_stage(ladder)) verdict.next_stage = ladder[step + 1];
  return verdict;
}

}  // namespace backstop::policy
