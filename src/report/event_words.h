// The words for people of what was done with a mail. JSON has others: what is quarantined on its way out is
// held.
#pragma once

#include <optional>
#include <string_view>

#include "store/event.h"

namespace backstop::report {

inline std::string_view words(const store::Event& event, std::optional<store::Done> done) {
  const bool is_held = done == store::Done::Quarantined && event.direction == store::Direction::Outbound;
  return is_held ? "held" : name(done);
}

inline std::string_view words(const store::Event& event, std::optional<store::Verdict> verdict) {
  const bool is_held = verdict == store::Verdict::Quarantine && event.direction == store::Direction::Outbound;
  return is_held ? "hold" : name(verdict);
}

}  // namespace backstop::report
