#include "demo/maildirs.h"

#include <string>
#include <utility>

#include "mailbox/mail_source.h"

namespace backstop::demo {

namespace {

/// A folder that nobody has made holds no mail.
class Counter : public mailbox::MailVisitor {
 public:
  void mail(const mailbox::SourceMail& mail) override {
    static_cast<void>(mail);
    ++mails;
  }
  void problem(const mailbox::SourceProblem& problem) override { static_cast<void>(problem); }

  std::size_t mails = 0;
};

class Collector : public mailbox::MailVisitor {
 public:
  void mail(const mailbox::SourceMail& mail) override {
    auto one = read_arrived(mail.bytes);
    if (one) arrived.push_back(std::move(*one));
  }
  void problem(const mailbox::SourceProblem& problem) override { static_cast<void>(problem); }

  std::vector<Arrived> arrived;
};

std::size_t count_mails(const std::string& folder) {
  Counter counter;
  mailbox::read_mails(folder, counter);
  return counter.mails;
}

}  // namespace

std::vector<Arrived> read_outside(const DemoFolder& folder) {
  Collector collector;
  mailbox::read_mails(folder.outside(), collector);
  return std::move(collector.arrived);
}

Held count_held(const DemoFolder& folder) {
  return {.ann = count_mails(folder.ann()), .outside = count_mails(folder.outside())};
}

}  // namespace backstop::demo
