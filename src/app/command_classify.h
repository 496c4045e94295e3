// `backstop classify`: what each mail is, who sent it and why, and whether we wrote what it answers.
#pragma once

#include <CLI/App.hpp>

#include "app/command.h"

namespace backstop::app {

void add_classify_command(CLI::App& root, CommandContext& context);

}  // namespace backstop::app
