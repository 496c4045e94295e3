// The Maildirs that a demo has filled.
#pragma once

#include <vector>

#include "app/demo_answers.h"
#include "app/demo_folder.h"
#include "app/demo_tally.h"

namespace backstop::app {

/// What arrived in the world, by recipient.
std::vector<Arrived> read_outside(const DemoFolder& folder);

Held count_held(const DemoFolder& folder);

}  // namespace backstop::app
