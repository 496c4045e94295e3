// `backstop man` and `backstop completion`: texts written from the same source as the help.
#pragma once

#include <CLI/App.hpp>

#include "app/command.h"

namespace backstop::app {

void add_documents_commands(CLI::App& root, CommandContext& context);

}  // namespace backstop::app
