// What is done with a response that leaves: it must be owed, which means that its addressee wrote the mail
// that it answers. Pure; thread-safe. docs/policy.md ("The way out") has the rules.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/verdict.h"

namespace backstop::policy {

enum class WayOutStage : std::uint8_t {
  Observe,  ///< judge and record; everything leaves
  Hold,     ///< hold what is not owed, and of what is unclear that which is past the rates
  Strict,   ///< hold what is unclear, too
};
inline constexpr std::array<std::string_view, 3> kWayOutStageNames = {"observe", "hold", "strict"};
constexpr std::string_view name(WayOutStage value) {
  return kWayOutStageNames[static_cast<std::size_t>(value)];
}

/// Whether the addressee wrote the mail that is answered. Each is less favourable than the one before.
enum class Owing : std::uint8_t { Owed, Unclear, NotOwed };

/// Which rule an automatic reply breaks (RFC 3834).
enum class Breach : std::uint8_t {
  None,
  Again,     ///< the addressee got one of this sender within 7 days
  Unwanted,  ///< its addressee, or the mail that it answers, must not be answered
};

/// What is known of a response that leaves, for one of its addressees.
struct WayOutFacts {
  response::Kind kind = response::Kind::None;
  Owing owing = Owing::Unclear;
  std::string why = {};  ///< what was found: one plain clause, or empty
  /// The mail that is answered is still being checked, and the response can't wait for that.
  bool is_still_checked = false;
  bool is_past_rates = false;  ///< asked only if it is unclear
  Breach breach = Breach::None;
};

/// Decides: Accept, it leaves; Quarantine, it is held; or Defer, its server must try again later.
Verdict judge_way_out(const WayOutFacts& facts, WayOutStage stage);

/// Decides on a response that can't be held although it should be: Accept if it may leave within the rates,
/// else Defer. At the stage strict nothing leaves so.
Verdict judge_not_held(const Verdict& verdict, bool is_past_rates, WayOutStage stage);

}  // namespace backstop::policy
