// --help in the width of a terminal: CLI11 doesn't wrap.
#pragma once

#include <CLI/App.hpp>
#include <memory>

namespace backstop::app {

std::shared_ptr<CLI::FormatterBase> help_formatter();

}  // namespace backstop::app
