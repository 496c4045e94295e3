// What `backstop test` prints. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string>

#include "service/trial_verdict.h"

namespace backstop::service {

/// True if nothing is wrong, and all was tried that this installation has.
bool is_all_good(std::span<const TrialStep> steps);

/// Returns the rows as text: of each its state and title, then what happened and what that means.
std::string trial_rows(std::span<const TrialStep> steps);
/// Returns the sentences below the table. `owner` is the mailbox that may have test mails now.
std::string trial_ending(std::span<const TrialStep> steps, std::string_view owner);

boost::json::object trial_json(std::span<const TrialStep> steps, std::string_view owner,
                               std::string_view addressee);

}  // namespace backstop::service
