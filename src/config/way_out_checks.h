// Checks of [way_out]: what can still be bounced to people who did not write.
#pragma once

#include "config/draft.h"

namespace backstop::config {

void check_way_out(Draft& draft);

}  // namespace backstop::config
