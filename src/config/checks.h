// What is wrong although each setting is right by itself.
#pragma once

#include "config/draft.h"

namespace backstop::config {

/// Adds to the findings what can only be told from several settings together.
void check_settings(Draft& draft);

}  // namespace backstop::config
