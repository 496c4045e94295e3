#include "demo/each_mail.h"

namespace backstop::demo {

namespace {

class Reading : public mailbox::MailVisitor {
 public:
  explicit Reading(const std::function<void(const mailbox::SourceMail&)>& take) : take_(take) {}

  void mail(const mailbox::SourceMail& mail) override { take_(mail); }
  void problem(const mailbox::SourceProblem& problem) override {
    if (result) result = std::unexpected(base::Error{problem.message});
  }

  base::Result<void> result;

 private:
  const std::function<void(const mailbox::SourceMail&)>& take_;
};

}  // namespace

base::Result<void> for_each_mail(const std::string& path,
                                 const std::function<void(const mailbox::SourceMail& mail)>& take) {
  Reading reading(take);
  mailbox::read_mails(path, reading);
  return reading.result;
}

}  // namespace backstop::demo
