// A log of each form: the same mails are found whatever the size of the pieces in which it comes. They keep
// to the limits, and hold what mail_log.h says.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mailbox/mail_log.h"
#include "mailbox/pieces_fixture.h"

namespace {

using namespace backstop;
using mailbox::LogForm;

void require(bool holds) {
  if (!holds) std::abort();
}

mailbox::LogOptions options_for(LogForm form) {
  return {.form = form,
          .now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 30),
          .latest = {},
          .limits = {.line = 300, .open_mails = 3, .open_bytes = 4096, .recipients = 3}};
}

bool is_clean(std::string_view id) {
  return std::ranges::none_of(id, [](char c) { return (c >= '\0' && c <= ' ') || c == '\x7F'; });
}

class Checked : public mailbox::LogVisitor {
 public:
  explicit Checked(const mailbox::LogOptions& options) : options_(options) {}

  void sent(const mailbox::SentMail& mail) override {
    const bool is_list = options_.form == LogForm::Ids;
    require(mail.recipients.empty() == is_list && mail.recipients.size() <= options_.limits.recipients);
    require(std::ranges::is_sorted(mail.recipients, std::ranges::less_equal()));
    require(is_clean(mail.message_id));
    require(is_list ? !mail.message_id.empty() : !mail.sender.empty() && !mail.queue_id.empty());
    seen += mail.sender + ">" + mail.message_id + "@" + mail.host + "/" + mail.queue_id + ":";
    seen += std::to_string(mail.time.time_since_epoch().count());
    for (const std::string& recipient : mail.recipients) seen += "," + recipient;
    recipients += mail.recipients.size();
  }
  void problem(const mailbox::SourceProblem& problem) override { seen += problem.message; }

  std::string seen;
  std::uint64_t recipients = 0;

 private:
  const mailbox::LogOptions& options_;
};

std::string read_all(const mailbox::LogOptions& options, std::string_view text, std::size_t piece) {
  mailbox::Pieces source(text, piece);
  Checked visitor(options);
  const mailbox::LogCounts counts = mailbox::read_mail_log(source, "log", options, visitor);
  require(counts.recipients == visitor.recipients);
  require(counts.foreign_lines <= counts.lines && counts.cut_lines <= counts.lines);
  return visitor.seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const LogForm form : {LogForm::Postfix, LogForm::Exim, LogForm::Ids}) {
    const auto options = options_for(form);
    require(read_all(options, text, size + 1) == read_all(options, text, 1 + size % 7));
  }
  return 0;
}
