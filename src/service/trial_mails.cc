#include "service/trial_mails.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "mail/date.h"
#include "origin/added_fields.h"

namespace backstop::service {

namespace {

constexpr std::string_view kStrangers = "backstop-test.invalid";

std::string with_crlf(std::string_view text) {
  std::string out;
  std::string_view line;
  while (base::next_line(text, line)) out.append(line).append("\r\n");
  return out;
}

std::string date_of(const TrialNames& names) {
  return mail::date_text(names.now);
}

/// Returns the fields that every mail of a test begins with.
std::string header_of(const TrialNames& names, TrialKind kind, std::string_view from, std::string_view to,
                      std::string_view subject) {
  return fmt::format(
      "From: {}\n"
      "To: <{}>\n"
      "Subject: Backstop test, can be deleted: {}\n"
      "Date: {}\n"
      "Message-ID: <{}>\n"
      "MIME-Version: 1.0\n",
      from, to, subject, date_of(names), names.message_id(kind));
}

/// Auto-Submitted keeps vacation programs silent (RFC 3834 5).
std::string header_of_out(const TrialNames& names) {
  return header_of(names, TrialKind::Out, fmt::format("<{}>", names.owner.text()), names.addressee.text(),
                   "a mail that leaves") +
         "Auto-Submitted: auto-generated\n"
         "Content-Type: text/plain; charset=us-ascii\n";
}

struct Report {
  TrialKind kind;
  std::string_view subject;
  std::string_view note;
  std::string failed;    ///< the recipient
  std::string returned;  ///< the header that comes back
};

std::string report_text(const TrialNames& names, const Report& report) {
  return fmt::format(
      "{header}"
      "Auto-Submitted: auto-replied\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=\"{run}\"\n\n"
      "--{run}\n"
      "Content-Type: text/plain; charset=us-ascii\n\n"
      "This is a test mail of `backstop test`. It can be deleted.\n"
      "{note}\n\n"
      "--{run}\n"
      "Content-Type: message/delivery-status\n\n"
      "Reporting-MTA: dns; mx.{strangers}\n\n"
      "Final-Recipient: rfc822; {failed}\n"
      "Action: failed\n"
      "Status: 5.1.1\n"
      "Diagnostic-Code: smtp; 550 5.1.1 this is a test, nobody was asked\n\n"
      "--{run}\n"
      "Content-Type: text/rfc822-headers\n\n"
      "{returned}\n"
      "--{run}--\n",
      fmt::arg("header", header_of(names, report.kind,
                                   fmt::format("Mail Delivery System <MAILER-DAEMON@{}>", kStrangers),
                                   names.owner.text(), report.subject)),
      fmt::arg("run", names.run), fmt::arg("note", report.note), fmt::arg("strangers", kStrangers),
      fmt::arg("failed", report.failed), fmt::arg("returned", report.returned));
}

TrialMail incoming(const TrialNames& names, TrialKind kind, std::string_view text) {
  return {.reverse_path = {},
          .recipient = names.owner,
          .message_id = names.message_id(kind),
          .text = with_crlf(text)};
}

}  // namespace

std::string TrialNames::message_id(TrialKind kind) const {
  return fmt::format("backstop-test-{}-{}@{}", run, name(kind), hostname);
}

TrialMail mail_out(const TrialNames& names) {
  TrialMail mail = incoming(names, TrialKind::Out,
                            header_of_out(names) +
                                "\n"
                                "This is a test mail of `backstop test`. It can be deleted.\n"
                                "It was sent to see whether Backstop is on the way out of its server.\n");
  mail.reverse_path.address = names.owner;
  mail.recipient = names.addressee;
  return mail;
}

TrialMail ordinary_mail(const TrialNames& names) {
  return incoming(names, TrialKind::Ordinary,
                  header_of(names, TrialKind::Ordinary, fmt::format("Backstop test <test@{}>", kStrangers),
                            names.owner.text(), "an ordinary mail without a sender") +
                      "Content-Type: text/plain; charset=us-ascii\n\n"
                      "This is a test mail of `backstop test`. It can be deleted.\n"
                      "Its envelope has no sender, as that of forms and of monitoring often has none, but\n"
                      "it answers nothing. So it must come in as it is.\n");
}

TrialMail forged_bounce(const TrialNames& names) {
  const std::string failed = fmt::format("nobody@{}", kStrangers);
  const std::string returned = fmt::format(
      "Received: from sender.{strangers}\n\tby mx.{strangers}; {date}\n"
      "From: <{owner}>\n"
      "To: <{failed}>\n"
      "Subject: a mail that was never written\n"
      "Date: {date}\n"
      "Message-ID: <backstop-test-{run}@sender.{strangers}>\n",
      fmt::arg("strangers", kStrangers), fmt::arg("date", date_of(names)),
      fmt::arg("owner", names.owner.text()), fmt::arg("failed", failed), fmt::arg("run", names.run));
  return incoming(
      names, TrialKind::Forged,
      report_text(names, {TrialKind::Forged, "a forged bounce",
                          "It has the form of a bounce, but the mail that it answers was never sent.", failed,
                          returned}));
}

TrialMail bounce_back(const TrialNames& names, const BackProof& proof) {
  std::string returned;
  if (!proof.watermark.empty()) returned = origin::watermark_line(proof.watermark);
  returned += header_of_out(names);
  auto mail =
      incoming(names, TrialKind::Back,
               report_text(names, {TrialKind::Back, "a genuine bounce",
                                   "It has the form of a bounce of the test mail that left a moment before.",
                                   names.addressee.text(), returned}));
  if (proof.tagged) mail.recipient = *proof.tagged;
  return mail;
}

}  // namespace backstop::service
