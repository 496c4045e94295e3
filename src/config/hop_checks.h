// What is wrong about next hops although each setting is right by itself.
#pragma once

#include "config/draft.h"

namespace backstop::config {

void check_hops(Draft& draft);

}  // namespace backstop::config
