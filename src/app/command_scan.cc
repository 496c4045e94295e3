#include "app/command_scan.h"

#include <unistd.h>

#include <chrono>
#include <memory>
#include <ostream>

#include "app/mail_options.h"
#include "app/mail_source.h"
#include "app/progress_bar.h"
#include "app/scan_report.h"

namespace backstop::app {

namespace {

constexpr std::string_view kFooter =
    "A surge is a day with at least 20 responses and more than three scaled median\n"
    "deviations above the median of the days on which any mail came. Days are those\n"
    "of the topmost Received field, in UTC. An address looks forged when responses\n"
    "came to it that nothing proves genuine.\n"
    "\n"
    "Examples:\n"
    "  backstop scan ~/Maildir\n"
    "  backstop scan --json --keys keys /var/mail/ann\n"
    "\n"
    "Exit status: as of classify.\n";

class Counter : public MailVisitor {
 public:
  Counter(Examiner& examiner, ProgressBar& progress, CommandContext& context)
      : examiner_(examiner), progress_(progress), context_(context) {}

  void mail(const SourceMail& mail) override {
    const Examined examined = examiner_.examine(mail);
    report_.add(examined.findings, examined.day, examined.recipient);
    progress_.count_mail(ProgressBar::Clock::now());
  }
  void problem(const SourceProblem& problem) override {
    progress_.clear();
    // Mails that are cut short are a number of the report here: in a large mailbox they'd be a long list.
    if (problem.status == kExitPartly) {
      context_.exit_status = std::max(context_.exit_status, kExitPartly);
      return;
    }
    report_.add_problem();
    report_error(context_, problem.status, problem.message);
  }
  void advanced(std::uint64_t bytes) override { progress_.advance(bytes, ProgressBar::Clock::now()); }

  const ScanReport& report() const { return report_; }

 private:
  Examiner& examiner_;
  ProgressBar& progress_;
  CommandContext& context_;
  ScanReport report_;
};

std::uint64_t total_bytes(const std::vector<std::string>& paths) {
  std::uint64_t total = 0;
  for (const std::string& path : paths) {
    const std::uint64_t size = count_bytes(path);
    if (size == 0) return 0;
    total += size;
  }
  return total;
}

}  // namespace

void scan(const std::vector<std::string>& paths, ExaminerSettings settings, bool json,
          CommandContext& context) {
  const bool is_terminal = ::isatty(STDERR_FILENO) != 0;
  const bool has_keys = settings.keys.has_value();
  Examiner examiner(std::move(settings));
  ProgressBar progress(context.err, is_terminal, is_terminal ? total_bytes(paths) : 0);
  Counter counter(examiner, progress, context);
  for (const std::string& path : paths) read_mails(path, counter);
  progress.clear();
  if (json) {
    context.out << to_json_line(counter.report());
    return;
  }
  context.out << to_page(counter.report());
  if (!has_keys && counter.report().responses() > 0) {
    context.out << "\nWithout a key file (--keys FILE) nothing can be proven.\n";
  }
}

void add_scan_command(CLI::App& root, CommandContext& context) {
  CLI::App* command = root.add_subcommand("scan", "Count the responses in whole mailboxes");
  const auto options = std::make_shared<MailOptions>();
  add_mail_options(*command, *options);
  command->footer(std::string(kFooter));
  command->callback([options, &context] {
    auto settings = examiner_settings(*options, context);
    if (settings) scan(options->paths, std::move(*settings), options->json, context);
  });
}

}  // namespace backstop::app
