// `backstop tag sign|verify|lint ADDRESS`: one address and its tag.
#pragma once

#include <CLI/App.hpp>

#include "app/command.h"

namespace backstop::app {

void add_tag_command(CLI::App& root, CommandContext& context);

}  // namespace backstop::app
