#include <memory>
#include <ostream>
#include <string>

#include "app/commands.h"
#include "app/mail_options.h"
#include "mailbox/mail_source.h"
#include "report/examiner.h"

namespace backstop::app {

namespace {

constexpr std::string_view kFooter =
    "Examples:\n"
    "  backstop classify bounce.eml\n"
    "  backstop classify --json ~/Maildir > found.jsonl\n"
    "  backstop classify --keys keys --rcpt prvs=0787c97471=ann@example.org - < mail\n"
    "  backstop classify --dkim-keys dkim --ledger var/ledger.db --at 2026-11-23 mbox\n"
    "  backstop classify -c /etc/backstop/backstop.toml bounce.eml\n"
    "\n"
    "With -c it also says what that configuration would do with each mail, and why. It does so for each "
    "--rcpt. Without --rcpt, it does so for each address of yours in X-Original-To, Envelope-To and "
    "Delivered-To, or in To if there is none of these.\n"
    "\n"
    "Exit status:\n"
    "  0   all mails were read\n"
    "  1   all were read, but one at least is cut short or longer than 64 MiB,\n"
    "      or an mbox may hold more mails than were found\n"
    "  64  the command line is wrong\n"
    "  65  something is not a mail, is empty, or is a broken mbox\n"
    "  66  something is not there, or may not be read: a mail, keys, a ledger\n"
    "  74  reading failed half way\n"
    "\n"
    "For each thing that can't be read there is one line on standard error, and the rest is still read. If "
    "several statuses apply, the highest is returned.\n";

class Printer : public mailbox::MailVisitor {
 public:
  Printer(report::Examiner& examiner, bool json, CommandContext& context)
      : examiner_(examiner), json_(json), context_(context) {}
  ~Printer() override { context_.out << lines_; }
  Printer(const Printer&) = delete;
  Printer& operator=(const Printer&) = delete;

  void mail(const mailbox::SourceMail& mail) override {
    const report::Findings findings = examiner_.examine(mail).findings;
    if (json_) {
      // The stream would write each long line by itself.
      lines_ += to_json_line(findings);
      if (lines_.size() < kMostLines) return;
      context_.out << lines_;
      lines_.clear();
      return;
    }
    if (!is_first_) context_.out << '\n';
    is_first_ = false;
    context_.out << to_page(findings);
  }

  void problem(const mailbox::SourceProblem& problem) override {
    report_error(context_, exit_status_of(problem), problem.message);
  }

  void waits(std::string_view name) override { tell_waiting(name, context_); }

 private:
  static constexpr std::size_t kMostLines = 32 * 1024;

  report::Examiner& examiner_;
  bool json_;
  CommandContext& context_;
  std::string lines_;  // of JSON, not written yet
  bool is_first_ = true;
};

void classify(const MailOptions& options, CommandContext& context) {
  auto settings = examiner_settings(options, context);
  if (!settings) return;
  settings->asks_policy = !options.proofs.config.empty();
  report::Examiner examiner(std::move(*settings));
  Printer printer(examiner, options.json, context);
  for (const std::string& path : options.paths) mailbox::read_mails(path, printer);
}

}  // namespace

void add_classify_command(CLI::App& root, CommandContext& context) {
  CLI::App* command = root.add_subcommand("classify", "Say of each mail what it is, who sent it and why");
  const auto options = std::make_shared<MailOptions>();
  add_mail_options(*command, *options);
  command
      ->add_option("--rcpt", options->recipients,
                   "The address that the mail was delivered to, with its tag; may be given again")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
  command
      ->add_option("--mail-from", options->reverse_path,
                   "The envelope sender; <> is the null sender. Without it, Return-Path has it")
      ->type_name("ADDRESS");
  command->footer(std::string(kFooter));
  command->callback([options, &context] { classify(*options, context); });
}

}  // namespace backstop::app
