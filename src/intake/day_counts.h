// What one mail adds to the daily sums of a domain of ours, from which readiness is computed. Pure;
// thread-safe.
#pragma once

#include <vector>

#include "intake/transaction.h"
#include "store/day_sums.h"
#include "store/event.h"

namespace backstop::intake {

/// Returns what a message adds, each domain once. `event` is that of the message (event_of()). Mail that
/// leaves counts once the next hop has it: for the domain of its envelope sender, and for that of From if it
/// is another of ours. Mail with a null path doesn't count, since no bounce answers it. A response that comes
/// in counts for the domain of its first recipient.
std::vector<store::DaySums> day_sums_of(const Transaction& transaction, const store::Event& event);

}  // namespace backstop::intake
