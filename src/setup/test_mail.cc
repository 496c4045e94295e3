#include "setup/test_mail.h"

#include <fmt/format.h>

#include "base/text.h"

namespace backstop::setup {

namespace {

bool is_good(std::string_view reply, char first) {
  return !reply.empty() && reply.front() == first;
}

std::unexpected<base::Error> refused(std::string_view what, std::string_view reply) {
  return std::unexpected(base::Error{fmt::format("{}: {}", what, base::printable(reply))});
}

}  // namespace

std::string TestMail::text() const {
  return fmt::format(
      "From: Mail Delivery System <MAILER-DAEMON@{0}>\n"
      "To: {1}\n"
      "Subject: Undelivered Mail Returned to Sender (a test of backstop setup)\n"
      "Date: {3}\n"
      "Message-ID: <{2}@{0}>\n"
      "Auto-Submitted: auto-replied\n"
      "MIME-Version: 1.0\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=\"{2}\"\n\n"
      "--{2}\n"
      "Content-Type: text/plain\n\n"
      "This is a test mail of `backstop setup`, which has put Backstop before this mail server.\n"
      "It has the form of a bounce, so that Backstop looks at it. You can delete it.\n\n"
      "--{2}\n"
      "Content-Type: message/delivery-status\n\n"
      "Reporting-MTA: dns; {0}\n\n"
      "Final-Recipient: rfc822; nobody@backstop-test.invalid\n"
      "Action: failed\n"
      "Status: 5.1.2\n\n"
      "--{2}\n"
      "Content-Type: text/rfc822-headers\n\n"
      "From: {1}\n"
      "To: nobody@backstop-test.invalid\n"
      "Subject: a mail that was never written\n"
      "Message-ID: <original-{2}@{0}>\n\n"
      "--{2}--\n",
      hostname, recipient, id, date);
}

base::Result<std::string> bring_mail(SmtpTalk& talk, TestMail mail,
                                     const std::vector<std::string>& recipients, std::string& taken) {
  auto reply = talk.say("");
  if (!reply) return reply;
  if (!is_good(*reply, '2')) return refused("its greeting", *reply);
  for (const auto& line : {"EHLO " + mail.hostname, std::string("MAIL FROM:<>")}) {
    reply = talk.say(line);
    if (!reply) return reply;
    if (!is_good(*reply, '2')) return refused(line, *reply);
  }
  taken.clear();
  for (const auto& recipient : recipients) {
    reply = talk.say(fmt::format("RCPT TO:<{}>", recipient));
    if (!reply) return reply;
    if (!is_good(*reply, '2')) continue;
    taken = recipient;
    break;
  }
  if (taken.empty()) return refused(fmt::format("RCPT TO:<{}>", recipients.back()), *reply);
  reply = talk.say("DATA");
  if (!reply) return reply;
  if (!is_good(*reply, '3')) return refused("DATA", *reply);
  mail.recipient = taken;
  reply = talk.send(mail.text());
  if (reply && !is_good(*reply, '2')) return refused("the end of DATA", *reply);
  return reply;
}

std::string queue_id_of(std::string_view reply) {
  constexpr std::string_view kQueuedAs = "queued as ";
  const std::size_t at = reply.find(kQueuedAs);
  if (at == std::string_view::npos) return "";
  std::string id;
  for (const char c : reply.substr(at + kQueuedAs.size())) {
    if (!base::is_alpha(c) && !base::is_digit(c)) break;
    id += c;
  }
  return id;
}

}  // namespace backstop::setup
