// `backstop keys new|rotate|list FILE`: the key file of the address tags.
#pragma once

#include <CLI/App.hpp>

#include "app/command.h"

namespace backstop::app {

void add_keys_command(CLI::App& root, CommandContext& context);

}  // namespace backstop::app
