// Checks of [history], [ledger], [quarantine] and the store of [way_out], and of what a domain needs them
// for.
#pragma once

#include "config/draft.h"

namespace backstop::config {

void check_stores(Draft& draft);

}  // namespace backstop::config
