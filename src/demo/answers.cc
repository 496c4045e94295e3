#include "demo/answers.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "mail/address_list.h"
#include "mail/message.h"

namespace backstop::demo {

namespace {

std::string domain_of(const Arrived& mail) {
  return mail.to.substr(mail.to.rfind('@') + 1);
}

std::string local_of(const Arrived& mail) {
  return mail.to.substr(0, mail.to.rfind('@'));
}

/// The header fields that all answers have, and then those of its form, each with its line end.
std::string header_of(const Arrived& mail, std::string_view date, std::string_view from,
                      std::string_view subject, std::string_view more) {
  return fmt::format("Message-ID: <answer.{}@{}>\nDate: {}\nFrom: {}\nTo: {}\nSubject: {}\n{}",
                     local_of(mail), answering_host(mail), date, from, kAnn, subject, more);
}

std::string daemon_of(const Arrived& mail, std::string_view name) {
  return fmt::format("{} <MAILER-DAEMON@{}>", name, answering_host(mail));
}

std::string plain_text(std::string_view header, std::string_view body) {
  return fmt::format(
      "{}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{}\n",
      header, body);
}

/// multipart/report (RFC 6522): words for people, fields for programs, and what came back.
struct Report {
  std::string_view report_type = "delivery-status";
  std::string words;
  std::string fields;
  std::string_view returned_type = "message/rfc822";
};

std::string multipart(const Arrived& mail, std::string_view header, const Report& report) {
  const std::string boundary = fmt::format("answer/{}", answering_host(mail));
  const bool is_whole = report.returned_type == "message/rfc822";
  return fmt::format(
      "{}MIME-Version: 1.0\nContent-Type: multipart/report; report-type={};\n\tboundary=\"{}\"\n\n"
      "--{}\nContent-Type: text/plain; charset=us-ascii\n\n{}\n"
      "--{}\nContent-Type: message/{}\n\n{}\n"
      "--{}\nContent-Type: {}\n\n{}{}\n--{}--\n",
      header, report.report_type, boundary, boundary, report.words, boundary, report.report_type,
      report.fields, boundary, report.returned_type, mail.header, is_whole ? "\n" + mail.body : "", boundary);
}

/// The fields of RFC 3464 about the one recipient.
std::string delivery_status(const Arrived& mail, std::string_view action, std::string_view status,
                            std::string_view diagnostic) {
  return fmt::format(
      "Reporting-MTA: dns; {}\n\nFinal-Recipient: rfc822; {}\nAction: {}\nStatus: {}\n"
      "Diagnostic-Code: smtp; {}\n",
      answering_host(mail), mail.to, action, status, diagnostic);
}

constexpr std::string_view kAutomatic = "Auto-Submitted: auto-replied\n";

std::string user_unknown(const Arrived& mail, std::string_view date) {
  const std::string diagnostic =
      fmt::format("550 5.1.1 <{}>: Recipient address rejected: User unknown", mail.to);
  const Report report{
      .words = fmt::format("This is the mail system at host {}.\n\nI'm sorry to have to inform you that your "
                           "message could not\nbe delivered to one or more recipients. It's attached "
                           "below.\n\n<{}>: {}\n",
                           answering_host(mail), mail.to, diagnostic),
      .fields = delivery_status(mail, "failed", "5.1.1", diagnostic)};
  return multipart(mail,
                   header_of(mail, date, daemon_of(mail, "Mail Delivery System"),
                             "Undelivered Mail Returned to Sender", kAutomatic),
                   report);
}

std::string looks_like_spam(const Arrived& mail, std::string_view date) {
  const std::string_view diagnostic = "554 5.7.1 Message rejected: it looks like spam";
  const Report report{
      .words = fmt::format("   ----- The following addresses had permanent fatal errors -----\n<{}>\n"
                           "    (reason: {})\n\n   ----- Transcript of session follows -----\n>>> DATA\n"
                           "<<< {}\n554 5.0.0 Service unavailable\n",
                           mail.to, diagnostic, diagnostic),
      .fields = delivery_status(mail, "failed", "5.7.1", diagnostic),
      .returned_type = "text/rfc822-headers"};
  return multipart(mail,
                   header_of(mail, date, daemon_of(mail, "Mail Delivery Subsystem"),
                             "Returned mail: see transcript for details", kAutomatic),
                   report);
}

std::string not_found(const Arrived& mail, std::string_view date) {
  const std::string diagnostic = fmt::format(
      "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {} not found by SMTP address lookup", mail.to);
  const Report report{.words = fmt::format("Your message to {} couldn't be delivered.\n\n{} wasn't found at "
                                           "{}.\n",
                                           mail.to, local_of(mail), domain_of(mail)),
                      .fields = delivery_status(mail, "failed", "5.1.10", diagnostic)};
  return multipart(mail,
                   header_of(mail, date, fmt::format("Microsoft Outlook <postmaster@{}>", domain_of(mail)),
                             "Undeliverable: " + mail.subject,
                             fmt::format("{}X-MS-Exchange-Message-Is-Ndr:\nIn-Reply-To: {}\n", kAutomatic,
                                         mail.message_id)),
                   report);
}

std::string delayed(const Arrived& mail, std::string_view date) {
  const std::string diagnostic =
      fmt::format("connect to mx.{}[192.0.2.9]:25: Connection timed out", domain_of(mail));
  const Report report{
      .words = fmt::format("This is the mail system at host {}.\n\nTHIS IS A WARNING ONLY. YOU DO NOT NEED "
                           "TO RESEND YOUR MESSAGE.\n\nYour message could not be delivered for more than 4 "
                           "hour(s).\nIt will be retried until it is 5 day(s) old.\n\n<{}>: {}\n",
                           answering_host(mail), mail.to, diagnostic),
      .fields = delivery_status(mail, "delayed", "4.4.1", diagnostic),
      .returned_type = "text/rfc822-headers"};
  return multipart(mail,
                   header_of(mail, date, daemon_of(mail, "Mail Delivery System"),
                             "Delayed Mail (still being retried)", kAutomatic),
                   report);
}

std::string mailbox_full(const Arrived& mail, std::string_view date) {
  const std::string header = header_of(mail, date, daemon_of(mail, "Mail Delivery System"),
                                       "Mail delivery failed: returning message to sender",
                                       fmt::format("X-Failed-Recipients: {}\n{}", mail.to, kAutomatic));
  const std::string body = fmt::format(
      "This message was created automatically by mail delivery software.\n\n"
      "A message that you sent could not be delivered to one or more of its\n"
      "recipients. This is a permanent error. The following address(es) failed:\n\n"
      "  {}\n    552 5.2.2 mailbox full, quota exceeded\n\n"
      "------ This is a copy of the message, including all the headers. ------\n\n{}\n{}",
      mail.to, mail.header, mail.body);
  return plain_text(header, body);
}

std::string no_such_host(const Arrived& mail, std::string_view date) {
  const std::string header =
      header_of(mail, date, "MAILER-DAEMON@" + answering_host(mail), "failure notice", "");
  const std::string body = fmt::format(
      "Hi. This is the qmail-send program at {}.\n"
      "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
      "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
      "<{}>:\nSorry, I couldn't find any host named {}. (#5.1.2)\n\n"
      "--- Below this line is a copy of the message.\n\nReturn-Path: <{}>\n{}\n{}",
      answering_host(mail), mail.to, domain_of(mail), mail.return_path, mail.header, mail.body);
  return plain_text(header, body);
}

/// `subject` is encoded if it is not ASCII (RFC 2047), and the subject that is answered follows it.
std::string vacation(const Arrived& mail, std::string_view date, std::string_view subject,
                     std::string_view words) {
  const std::string more =
      fmt::format("Auto-Submitted: auto-replied (vacation)\nX-Auto-Response-Suppress: All\nIn-Reply-To: {}\n",
                  mail.message_id);
  return plain_text(header_of(mail, date, mail.to, fmt::format("{} {}", subject, mail.subject), more), words);
}

std::string receipt(const Arrived& mail, std::string_view date) {
  const Report report{.report_type = "disposition-notification",
                      .words = fmt::format("This is a receipt for the mail that you sent to {}.\n", mail.to),
                      .fields = fmt::format("Final-Recipient: rfc822;{}\nOriginal-Message-ID: {}\n"
                                            "Disposition: manual-action/MDN-sent-manually; displayed\n",
                                            mail.to, mail.message_id),
                      .returned_type = "text/rfc822-headers"};
  return multipart(mail, header_of(mail, date, mail.to, "Read: " + mail.subject, ""), report);
}

std::string text_of(const Arrived& mail, AnswerForm form, std::string_view date) {
  switch (form) {
    case AnswerForm::None:
      break;
    case AnswerForm::UserUnknown:
      return user_unknown(mail, date);
    case AnswerForm::LooksLikeSpam:
      return looks_like_spam(mail, date);
    case AnswerForm::MailboxFull:
      return mailbox_full(mail, date);
    case AnswerForm::NotFound:
      return not_found(mail, date);
    case AnswerForm::NoSuchHost:
      return no_such_host(mail, date);
    case AnswerForm::Delayed:
      return delayed(mail, date);
    case AnswerForm::Vacation:
      return vacation(mail, date, "Automatic reply:",
                      "I am out of the office until Monday and will read your mail then.");
    case AnswerForm::VacationGerman:
      return vacation(mail, date, "Automatische Antwort:",
                      "Ich bin bis Montag nicht im Büro und lese Ihre Nachricht danach.");
    case AnswerForm::VacationFrench:
      return vacation(mail, date, "=?utf-8?Q?R=C3=A9ponse?= automatique :",
                      "Je suis absent du bureau jusqu'à lundi et lirai votre message à mon retour.");
    case AnswerForm::Receipt:
      return receipt(mail, date);
  }
  return {};
}

}  // namespace

std::optional<Arrived> read_arrived(std::string_view mail) {
  mail::Message message;
  mail::walk_header(mail, message);
  const mail::Part& part = message.parts.front();
  const auto path = mail::parse_path(base::trim(message.value(part, mail::FieldName::ReturnPath)));
  const auto to = mail::parse_address_list(message.value(part, mail::FieldName::To), 1);
  if (!path || path->is_null() || to.empty()) return std::nullopt;
  std::string_view rest = message.header_of(part);
  std::string_view line;
  // Return-Path is the first line: the delivery put it on top.
  base::next_line(rest, line);
  if (rest.ends_with("\n\n")) rest.remove_suffix(1);
  return Arrived{.return_path = path->address->text(),
                 .to = to.front().text(),
                 .subject = std::string(base::trim(message.value(part, mail::FieldName::Subject))),
                 .message_id = std::string(base::trim(message.value(part, mail::FieldName::MessageId))),
                 .header = std::string(rest),
                 .body = std::string(message.body_of(part))};
}

std::string answering_host(const Arrived& mail) {
  return "mail." + domain_of(mail);
}

DemoMail answer_to(const Arrived& mail, AnswerForm form, std::string_view date) {
  return {Lot::Genuine, "", mail.return_path, text_of(mail, form, date)};
}

}  // namespace backstop::demo
