// What `classify` and `scan` have in common: PATH..., --keys, how tags are made, and how unreadable input is
// reported.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/command.h"
#include "mailbox/mail_source.h"
#include "report/examiner.h"

namespace backstop::app {

struct MailOptions {
  std::vector<std::string> paths;
  std::optional<std::string> keys;       ///< the key file
  std::optional<std::string> recipient;  ///< as given
  std::optional<std::string> reverse_path;
  int lifetime_days = static_cast<int>(origin::TagSettings{}.lifetime.count());
  std::string delimiter = "+";
  bool json = false;
};

/// PATH..., --json, --keys, and how the tags of those keys are made.
void add_mail_options(CLI::App& command, MailOptions& options);

/// Reads the key file and the addresses. Reports a mistake and returns nullopt.
std::optional<report::ExaminerSettings> examiner_settings(const MailOptions& options,
                                                          CommandContext& context);

/// The exit status that a problem of the input comes to.
int exit_status_of(const mailbox::SourceProblem& problem);

}  // namespace backstop::app
