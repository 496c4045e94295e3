// `backstop scan`: a mailbox as a whole.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/examiner.h"

namespace backstop::app {

void add_scan_command(CLI::App& root, CommandContext& context);

/// Reads all paths and prints the report.
void scan(const std::vector<std::string>& paths, ExaminerSettings settings, bool json,
          CommandContext& context);

}  // namespace backstop::app
