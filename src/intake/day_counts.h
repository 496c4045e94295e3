// What one mail adds to the daily sums of a domain of ours, from which readiness is computed. Pure;
// thread-safe.
#pragma once

#include <optional>

#include "intake/transaction.h"
#include "store/day_sums.h"
#include "store/event.h"

namespace backstop::intake {

/// Returns what a message adds, or nullopt if nothing. `event` is that of the message (event_of()). Mail that
/// leaves counts for the domain of its envelope sender once the next hop has it; a response that comes in
/// counts for the domain of its first recipient.
std::optional<store::DaySums> day_sums_of(const Transaction& transaction, const store::Event& event);

}  // namespace backstop::intake
