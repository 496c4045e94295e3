#include "app/mail_options.h"

#include <fmt/format.h>

#include "base/text.h"

namespace backstop::app {

void add_mail_options(CLI::App& command, MailOptions& options) {
  command.add_option("PATH", options.paths, "A mail, an mbox, a Maildir, a folder, or - (stdin)")
      ->required()
      ->type_name("");
  command.add_flag("--json", options.json, "Print JSON instead of text");
  add_proof_options(command, options.proofs);
}

std::optional<report::ExaminerSettings> examiner_settings(const MailOptions& options,
                                                          CommandContext& context) {
  auto settings = proof_settings(options.proofs, context);
  if (!settings) return std::nullopt;
  for (const std::string& recipient : options.recipients) {
    const auto path = mail::parse_path(recipient);
    if (!path || path->is_null()) {
      report_error(context, kExitUsage, fmt::format("--rcpt {}: not an address", base::printable(recipient)));
      return std::nullopt;
    }
    settings->recipients.push_back(*path->address);
  }
  if (options.reverse_path) {
    const auto path = options.reverse_path->empty() ? mail::Path{} : mail::parse_path(*options.reverse_path);
    if (!path) {
      report_error(context, kExitUsage,
                   fmt::format("--mail-from {}: not an address, nor <> for the null sender",
                               base::printable(*options.reverse_path)));
      return std::nullopt;
    }
    settings->reverse_path = path->address ? path->address->text() : std::string();
  }
  return settings;
}

int exit_status_of(const mailbox::SourceProblem& problem) {
  using enum mailbox::SourceProblem::Kind;
  switch (problem.kind) {
    case CutShort:
    case Doubtful:
      return kExitPartly;
    case NoMail:
      return kExitData;
    case NotOpened:
      return kExitNoInput;
    case ReadFailed:
      return kExitInput;
  }
  return kExitInput;
}

}  // namespace backstop::app
