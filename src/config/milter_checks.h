// What must be right of [milter] as a whole.
#pragma once

#include "config/draft.h"

namespace backstop::config {

void check_milter(Draft& draft);

}  // namespace backstop::config
