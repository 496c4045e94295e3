#include <unistd.h>

#include <chrono>
#include <memory>
#include <ostream>

#include "app/commands.h"
#include "app/mail_options.h"
#include "demo/samples.h"
#include "mailbox/mail_source.h"
#include "report/progress_bar.h"
#include "report/scan_page.h"

namespace backstop::app {

namespace {

constexpr std::string_view kFooter =
    "A surge is a day with at least 20 responses and far more than usual: more than\n"
    "three scaled median deviations above the median of all days with mail. Days\n"
    "are those of the topmost Received field, in UTC. An address looks forged when\n"
    "responses came to it that nothing proves genuine.\n"
    "\n"
    "Examples:\n"
    "  backstop scan ~/Maildir\n"
    "  backstop scan --json --keys keys /var/mail/ann\n"
    "  backstop scan -c /etc/backstop/backstop.toml ~/Maildir\n"
    "\n"
    "The exit statuses are those of classify.\n";

constexpr std::string_view kIntroduction =
    "Ann's address was forged: a spammer sent mail in her name, and what could not be\n"
    "delivered came back to her. Her server tags the addresses of the mail that she\n"
    "does write. This is her mailbox, as backstop scan sees it.\n"
    "\n";

constexpr std::string_view kNext =
    "\n"
    "Try it on your own: backstop scan PATH, where PATH is a Maildir, an mbox or a\n"
    "folder of mails. backstop --help lists the rest.\n";

class Counter : public mailbox::MailVisitor {
 public:
  Counter(report::Examiner& examiner, bool has_proofs, report::ProgressBar& progress, CommandContext& context)
      : examiner_(examiner), progress_(progress), context_(context), report_(has_proofs) {}

  void mail(const mailbox::SourceMail& mail) override {
    const report::Examined examined = examiner_.examine(mail);
    report_.add(examined.findings, examined.day, examined.recipient);
    progress_.count_mail(report::ProgressBar::Clock::now());
  }
  void problem(const mailbox::SourceProblem& problem) override {
    progress_.clear();
    // Mails that are cut short are only counted here: in a large mailbox they would be a long list.
    if (problem.kind == mailbox::SourceProblem::Kind::CutShort) {
      context_.exit_status = std::max(context_.exit_status, kExitPartly);
      return;
    }
    report_.add_problem();
    report_error(context_, exit_status_of(problem), problem.message);
  }
  void waits(std::string_view name) override { tell_waiting(name, context_); }
  void advanced(std::uint64_t bytes) override { progress_.advance(bytes, report::ProgressBar::Clock::now()); }

  const report::ScanReport& report() const { return report_; }

 private:
  report::Examiner& examiner_;
  report::ProgressBar& progress_;
  CommandContext& context_;
  report::ScanReport report_;
};

std::uint64_t total_bytes(const std::vector<std::string>& paths) {
  std::uint64_t total = 0;
  for (const std::string& path : paths) {
    const std::uint64_t size = mailbox::count_bytes(path);
    if (size == 0) return 0;
    total += size;
  }
  return total;
}

void scan(const std::vector<std::string>& paths, report::ExaminerSettings settings, bool json,
          CommandContext& context) {
  const bool is_terminal = ::isatty(STDERR_FILENO) != 0;
  const bool has_proofs = settings.has_proofs();
  report::Examiner examiner(std::move(settings));
  report::ProgressBar progress(context.err, is_terminal, is_terminal ? total_bytes(paths) : 0);
  Counter counter(examiner, has_proofs, progress, context);
  for (const std::string& path : paths) mailbox::read_mails(path, counter);
  progress.clear();
  if (json) {
    context.out << to_json_line(counter.report());
    return;
  }
  context.out << to_page(counter.report());
  if (!has_proofs && counter.report().responses() > 0) {
    context.out << "\nWithout --keys, --dkim-keys, --ledger or -c nothing can be proven.\n";
  }
}

}  // namespace

void scan_sample(CommandContext& context) {
  const auto sample = demo::find_sample(demo::kSampleMailbox);
  if (!sample) return report_error(context, kExitNoInput, sample.error().message);
  context.out << kIntroduction;
  scan({*sample}, demo::sample_settings(), false, context);
  context.out << kNext;
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
