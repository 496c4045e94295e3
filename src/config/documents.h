// The texts that are written from the table of settings.
#pragma once

#include <string>

namespace backstop::config {

/// A configuration with every setting, commented, which passes its own check.
std::string example_config();

/// docs/configuration.md.
std::string configuration_page();

}  // namespace backstop::config
