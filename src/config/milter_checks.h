// What must be right of [milter] and of [socketmap], each as a whole.
#pragma once

#include "config/draft.h"

namespace backstop::config {

void check_milter(Draft& draft);
void check_socketmap(Draft& draft);

}  // namespace backstop::config
