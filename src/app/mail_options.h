// What `classify` and `scan` have in common: PATH..., the proofs, and how unreadable input is reported.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/proof_options.h"
#include "mailbox/mail_source.h"
#include "report/examiner.h"

namespace backstop::app {

struct MailOptions {
  std::vector<std::string> paths;
  std::vector<std::string> recipients;  ///< as given
  std::optional<std::string> reverse_path;
  ProofOptions proofs;
  bool json = false;
};

/// Adds PATH..., --json, and what proofs are looked for with.
void add_mail_options(CLI::App& command, MailOptions& options);

/// Reads what the options name, and the addresses. Reports a mistake and returns nullopt.
std::optional<report::ExaminerSettings> examiner_settings(const MailOptions& options,
                                                          CommandContext& context);

/// The exit status that a problem of the input comes to.
int exit_status_of(const mailbox::SourceProblem& problem);

}  // namespace backstop::app
