// What must be right of [http] as a whole.
#pragma once

#include "config/draft.h"

namespace backstop::config {

void check_http(Draft& draft);

}  // namespace backstop::config
