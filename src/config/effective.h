// What a configuration changes, as the text of a configuration.
#pragma once

#include <string>

#include "config/draft.h"

namespace backstop::config {

/// Returns each setting of the draft that is needed or has another value than by default, under its section.
/// The text is a configuration of the same meaning. The draft must not be finished.
std::string effective_text(const Draft& draft);

}  // namespace backstop::config
