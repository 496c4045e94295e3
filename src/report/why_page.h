// Explains one event of the history: what was found about its origin, what was looked for and not found, and
// what would have proved it. Pure; thread-safe.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/day_sums.h"
#include "store/event.h"

namespace backstop::report {

/// One piece of evidence, or a proof that is missing.
struct Point {
  std::string name;     ///< origin::kEvidenceKindNames
  std::string finding;  ///< origin::kFindingNames; empty for a proof that is missing
  std::string level;    ///< origin::kLevelNames: of the proof, or of the one that it would be
  std::string detail;   ///< one sentence

  bool operator==(const Point&) const = default;
};

/// The tree of evidence of one event.
struct Reasoning {
  std::vector<Point> found;        ///< what says something: proofs, hints, refutations
  std::vector<Point> sender;       ///< what the checks of the sender found, by names that begin with "auth-"
  std::vector<Point> not_found;    ///< what was looked for
  std::vector<Point> would_prove;  ///< unless the mail is genuine
  std::vector<Point> not_sought;   ///< proofs that this installation did not look for, and what they need
};

/// Returns what is known of the origin, nothing if the mail is no response, and of the sender. Events of an
/// older Backstop don't say what was looked for: of these `not_found` has what they name, and the last two
/// are empty.
Reasoning reasoning_of(const store::Event& event);

/// Returns what the domain of the first recipient is not ready for today, if it was observed not to be ready
/// when the event was recorded; else an empty text. `sums` as ReadyRules::kMemory keeps them.
std::string missing_today(const store::Event& event, std::span<const store::DaySums> sums,
                          std::chrono::sys_days today);

/// The event in sentences, then the tree. Untrusted text is shown safely. `missing` is missing_today().
std::string why_page(const store::Event& event, std::string_view missing = {});

/// {"event":{...},"found":[{"name","finding","level","detail"}],"not_found":[...],...}
boost::json::object why_json(const store::Event& event, std::string_view missing = {});

}  // namespace backstop::report
