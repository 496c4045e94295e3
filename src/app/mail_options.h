// What `classify` and `scan` have in common: PATH..., --keys, and how unreadable input is told.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/examiner.h"
#include "app/mail_source.h"

namespace backstop::app {

struct MailOptions {
  std::vector<std::string> paths;
  std::string keys;       ///< the key file, or empty
  std::string recipient;  ///< as given, or empty
  std::optional<std::string> reverse_path;
  bool json = false;
};

/// PATH..., --json and --keys.
void add_mail_options(CLI::App& command, MailOptions& options);

/// Reads the key file and the addresses. A fault is told, and nullopt returned.
std::optional<ExaminerSettings> examiner_settings(const MailOptions& options, CommandContext& context);

}  // namespace backstop::app
