// The plan as a person reads it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "setup/plan.h"

namespace backstop::setup {

/// Says what was found, what is to be known, and what will be changed, with the differences.
std::string plan_page(const Plan& plan, const SetupSettings& settings);

/// Says what to do after it was done. `program` is how Backstop was called.
std::string next_steps(const Plan& plan, const SetupSettings& settings, std::string_view program);

}  // namespace backstop::setup
