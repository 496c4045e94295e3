// The Maildirs that a demo has filled.
#pragma once

#include <vector>

#include "demo/answers.h"
#include "demo/folder.h"
#include "demo/tally.h"

namespace backstop::demo {

/// What arrived in the world, by recipient.
std::vector<Arrived> read_outside(const DemoFolder& folder);

Held count_held(const DemoFolder& folder);

}  // namespace backstop::demo
