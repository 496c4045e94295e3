// Which kind a mail has that shows signs of several: one table for each step of the decision.
#include "response/kind.h"

#include <gtest/gtest.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "response/reader.h"

namespace backstop::response {
namespace {

constexpr std::optional<std::string_view> kUnknown = std::nullopt;
constexpr std::optional<std::string_view> kNull = "";
constexpr std::optional<std::string_view> kOrdinary = "jo@example.net";

struct Row {
  std::string name;
  std::string mail;
  std::optional<std::string_view> reverse_path;
  std::string_view want;
};

void check(std::span<const Row> rows) {
  Reader reader;
  for (const Row& row : rows) {
    Envelope envelope;
    if (row.reverse_path) envelope.reverse_path = *row.reverse_path;
    EXPECT_EQ(name(reader.read(row.mail, envelope).kind), row.want) << row.name;
  }
}

// Makes a person's mail. Fields of `header` come first, and the first From and the first Subject count.
std::string mail(std::string_view header, std::string_view text = "See you.\n") {
  std::string made(header);
  return made.append("From: Jo <jo@example.net>\nTo: ann@example.org\nSubject: Plans\n\n").append(text);
}

std::string multipart(std::string_view header, std::string_view parts, std::string_view subtype = "report") {
  std::string made(header);
  made.append("Content-Type: multipart/").append(subtype).append("; boundary=b\n");
  return mail(made, "--b\n\nSee below.\n" + std::string(parts) + "--b--\n");
}

std::string status_part(std::string_view fields) {
  return "--b\nContent-Type: message/delivery-status\n\n" + std::string(fields) + "\n";
}

const std::string kFailed = status_part("Final-Recipient: rfc822; carl@example.com\nAction: failed\n");
const std::string kComplaint = "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n";
const std::string kReceipt =
    "--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; carl@example.com\n\n";
constexpr std::string_view kDaemon = "From: MAILER-DAEMON@mx.example.net\n";

TEST(Kind, PartsForMachinesDecideFirst) {
  const Row rows[] = {
      {"a complaint before a receipt and a report", multipart("", kFailed + kReceipt + kComplaint), kUnknown,
       "feedback-report"},
      {"a receipt before a report", multipart("", kFailed + kReceipt), kUnknown, "mdn"},
      {"a report", multipart("", kFailed), kUnknown, "dsn-failed"},
      {"a complaint before marks", multipart("X-List-Administrivia: yes\n", kComplaint), kUnknown,
       "feedback-report"},
      {"a receipt before marks", multipart("X-List-Administrivia: yes\n", kReceipt), kUnknown, "mdn"},
      {"a report before marks", multipart("X-List-Administrivia: yes\n", kFailed), kUnknown, "dsn-failed"},
      {"a filter's own mark before a report", multipart("X-Tnz-Problem-Type: 40\n", kFailed), kUnknown,
       "filter-notice"},
      {"a filter's words in a report", multipart("Subject: Virus intercepted\n", kFailed), kNull,
       "dsn-failed"},
      {"a filter's words and then its own mark",
       multipart("Subject: Virus intercepted\nX-Tnz-Problem-Type: 40\n", kFailed), kNull, "filter-notice"},
      {"a filter's own mark and then its words",
       multipart("X-Tnz-Problem-Type: 40\nSubject: Virus intercepted\n", kFailed), kNull, "filter-notice"},
      {"a request to unsubscribe, with an auto-reply's mark",
       mail("Auto-Submitted: auto-replied\nX-Apple-Unsubscribe: 1\n"), kUnknown, "none"},
      {"the same without it", mail("Auto-Submitted: auto-replied\n"), kUnknown, "auto-reply"},
      {"a receipt and a request to unsubscribe", multipart("X-Apple-Unsubscribe: 1\n", kReceipt), kUnknown,
       "mdn"},
  };
  check(rows);
}

TEST(Kind, FollowsTheActionsOfAReport) {
  const auto report = [](std::string_view a, std::string_view b = "") {
    const auto group = [](std::string_view fields) {
      return fields.empty() ? std::string()
                            : "\nFinal-Recipient: rfc822; carl@example.com\n" + std::string(fields) + "\n";
    };
    return multipart("", status_part("Reporting-MTA: dns; mx.example.net\n" + group(a) + group(b)));
  };
  const Row rows[] = {
      {"failed", report("Action: failed"), kUnknown, "dsn-failed"},
      {"delayed", report("Action: delayed"), kUnknown, "dsn-delayed"},
      {"delivered", report("Action: delivered"), kUnknown, "dsn-delivered"},
      {"relayed", report("Action: relayed"), kUnknown, "dsn-delivered"},
      {"expanded", report("Action: expanded"), kUnknown, "dsn-delivered"},
      {"failed beside delayed", report("Action: delayed", "Action: failed"), kUnknown, "dsn-failed"},
      {"delayed beside delivered", report("Action: delivered", "Action: delayed"), kUnknown, "dsn-delayed"},
      {"an action before a status", report("Action: delayed\nStatus: 5.1.1"), kUnknown, "dsn-delayed"},
      {"status 5 without an action", report("Status: 5.1.1"), kUnknown, "dsn-failed"},
      {"status 2 without an action", report("Status: 2.1.5"), kUnknown, "dsn-delivered"},
      {"status 4 without an action", report("Status: 4.4.1"), kUnknown, "dsn-failed"},
      {"status 5 beside status 2", report("Status: 2.1.5", "Status: 5.1.1"), kUnknown, "dsn-failed"},
      {"neither", report(""), kUnknown, "dsn-failed"},
  };
  check(rows);
}

TEST(Kind, FollowsTheWordsOfAReportWithoutActions) {
  const auto report = [](std::string_view header, std::string_view text) {
    std::string made(header);
    return mail(made.append("Content-Type: multipart/report; boundary=b\n"),
                "--b\n\n" + std::string(text) +
                    "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
                    "--b--\n");
  };
  constexpr std::string_view kDelivered =
      "Your message was successfully delivered to the destination listed below.\n";
  const Row rows[] = {
      {"no words", report("", "See below.\n"), kUnknown, "dsn-failed"},
      {"a delay in the subject", report("Subject: Delivery delayed\n", "See below.\n"), kUnknown,
       "dsn-delayed"},
      {"a delay in the text", report("", "Your mail has been delayed.\n"), kUnknown, "dsn-delayed"},
      {"delivered", report("", kDelivered), kUnknown, "dsn-delivered"},
      {"delivered and a delay", report("Subject: Delivery delayed\n", kDelivered), kUnknown, "dsn-delivered"},
      {"delivered and a failure", report("", std::string(kDelivered) + "It was rejected.\n"), kUnknown,
       "dsn-failed"},
      {"delivered under the general name",
       report("", "Delivery status notification\n\n" + std::string(kDelivered)), kUnknown, "dsn-delivered"},
      {"another product", report("", "This is the mail system at host mx.example.net.\n"), kUnknown,
       "dsn-failed"},
  };
  check(rows);
}

TEST(Kind, TakesNoFieldThatSaysNo) {
  const Row rows[] = {
      {"yes", mail("Subject: Re: Dinner\nX-Autoreply: yes\n", "See you.\n"), kNull, "auto-reply"},
      {"no", mail("Subject: Re: Dinner\nX-Autoreply: no\n", "See you.\n"), kNull, "none"},
      {"false, of another field", mail("Subject: Re: Dinner\nX-Vacation: false\n", "See you.\n"), kNull,
       "none"},
  };
  check(rows);
}

// Challenges in many languages, with the mark of a machine alone.
TEST(Kind, ReadsChallengesBesideAMark) {
  const std::string mark = "Subject: Re: Offer\nAuto-Submitted: auto-replied\n";
  const Row rows[] = {
      {"English", mail(mark, "Your mail is being held because your address is new to me.\n"), kNull,
       "challenge"},
      {"German", mail(mark, "Sie sind mir nicht als Absender bekannt.\n"), kNull, "challenge"},
      {"Dutch", mail(mark, "Bevestig dat u geen spammer bent: https://a.example/1\n"), kNull, "challenge"},
      {"no challenge", mail(mark, "I am away until Monday.\n"), kNull, "auto-reply"},
  };
  check(rows);
}

// Persons attach the part of a report to their mail.
TEST(Kind, IgnoresAReportThatAPersonAttached) {
  const auto attached = [](std::string_view header) { return multipart(header, kFailed, "mixed"); };
  const Row rows[] = {
      {"no mark of a machine", attached("Subject: Plans for a delivery report\n"), kUnknown, "dsn-failed"},
      {"no mark of a machine, and no subject of a report", attached("Subject: Out of office\n"), kUnknown,
       "none"},
      {"a report by its type", multipart("Subject: Out of office\n", kFailed), kUnknown, "dsn-failed"},
      {"a machine's mark", attached("X-Auto-Generated: yes\n"), kUnknown, "dsn-failed"},
      {"a postmaster", attached("From: Postmaster <postmaster@example.net>\n"), kUnknown, "dsn-failed"},
      {"a failure in the subject", attached("Subject: Undeliverable: Plans\n"), kUnknown, "dsn-failed"},
      {"a delay in the subject", attached("Subject: Delivery delayed\n"), kUnknown, "dsn-failed"},
      {"a forwarded failure", attached("Subject: Fwd: Undeliverable: Plans\n"), kUnknown, "none"},
      {"a failure in the subject, and a mail program",
       attached("Subject: Undeliverable: Plans\nX-Mailer: Thunderbird\n"), kUnknown, "none"},
      {"a delay in the subject, and a mail program",
       attached("Subject: Delivery delayed\nX-Mailer: Thunderbird\n"), kUnknown, "none"},
      {"a failure in the subject, and a greeting",
       mail("Subject: Undeliverable: Plans\nContent-Type: multipart/mixed; boundary=b\n",
            "--b\n\nHi Ann,\n\nthis is what I got.\n" + kFailed + "--b--\n"),
       kOrdinary, "none"},
      {"a postmaster with a mail program",
       attached("From: Postmaster <postmaster@example.net>\nX-Mailer: Thunderbird\n"), kUnknown, "none"},
      {"a machine's mark and a mail program", attached("X-Auto-Generated: yes\nX-Mailer: Thunderbird\n"),
       kUnknown, "dsn-failed"},
      {"a daemon's, moved with a mail program", attached(std::string(kDaemon) + "X-Mailer: Thunderbird\n"),
       kUnknown, "dsn-failed"},
      {"under a daemon's name, from an ordinary sender",
       attached(std::string(kDaemon) + "X-Mailer: Thunderbird\n"), kOrdinary, "none"},
  };
  check(rows);
}

TEST(Kind, IgnoresMailOfCalendars) {
  const auto with = [](std::string_view type) {
    std::string part = "--b\nContent-Type: ";
    part.append(type).append("\n\nBEGIN:VCALENDAR\n");
    return multipart(std::string(kDaemon) + "Subject: Undeliverable: Plans\n", part, "mixed");
  };
  const Row rows[] = {
      {"text/plain", with("text/plain"), kNull, "dsn-failed"},
      {"text/calendar", with("text/calendar"), kNull, "none"},
      {"TEXT/Calendar", with("TEXT/Calendar"), kNull, "none"},
      {"application/ics", with("application/ics"), kNull, "none"},
      {"application/calendar", with("application/calendar"), kNull, "dsn-failed"},
      {"text/ics", with("text/ics"), kNull, "dsn-failed"},
      {"inside of what came back", with("message/rfc822\n\nContent-Type: text/calendar"), kUnknown,
       "dsn-failed"},
      {"a report by its part",
       multipart("", kFailed + "--b\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n"), kUnknown,
       "dsn-failed"},
  };
  check(rows);
}

// The mails have a bounce's text and an auto-reply's mark.
TEST(Kind, FollowsABouncesHeaderBeforeMarks) {
  constexpr std::string_view kText = "Your message to carl@example.com could not be delivered.\n";
  const auto marked = [&](std::string_view header) {
    return mail(std::string(header) + "Auto-Submitted: auto-replied\n", kText);
  };
  constexpr std::string_view kName = "From: Mail Delivery System <a@example.net>\n";
  const auto with_name = [&](std::string_view more) {
    return marked(std::string(kName) + std::string(more));
  };
  constexpr std::string_view kPostmaster = "From: Postmaster <postmaster@example.net>\n";
  const std::string automated = "This is an automated response.\n" + std::string(kText);
  const std::string returned =
      automated +
      "\nFrom: Ann <ann@example.org>\nTo: carl@example.com\nSubject: Plans\nMessage-ID: <1@example.org>\n";
  const Row rows[] = {
      {"a postmaster's automated response that returns the mail", mail(kPostmaster, returned), kNull,
       "dsn-failed"},
      {"a person's automated response that returns the mail", mail("", returned), kNull, "auto-reply"},
      {"no mark", mail(std::string(kName), kText), kNull, "dsn-failed"},
      {"no bounce in the header", with_name(""), kNull, "auto-reply"},
      {"a failure begins the subject", with_name("Subject: Undeliverable: Plans\n"), kNull, "dsn-failed"},
      {"a failure in the subject, of a daemon", with_name("Subject: Plans: undeliverable\n"), kNull,
       "dsn-failed"},
      {"a failure in the subject, of a postmaster",
       marked("From: Postmaster <a@example.net>\nSubject: Plans: undeliverable\n"), kNull, "dsn-failed"},
      {"a failure in the subject, of a person", marked("Subject: Plans: undeliverable\n"), kNull,
       "auto-reply"},
      {"MAILER-DAEMON", marked(kDaemon), kNull, "dsn-failed"},
      {"X-Failed-Recipients", with_name("X-Failed-Recipients: carl@example.com\n"), kUnknown, "dsn-failed"},
      {"a filter's words", mail(std::string(kDaemon) + "Subject: Virus intercepted\n", kText), kNull,
       "filter-notice"},
  };
  check(rows);
}

// Trackers, calendars and help desks send what people write with these fields and the null sender.
TEST(Kind, AsksForAReplysWordsInAnAutomaticAnswer) {
  const std::string answer = "Auto-Submitted: auto-generated\nIn-Reply-To: <1@example.org>\n";
  const Row rows[] = {
      {"nothing", mail(answer), kNull, "none"},
      {"a comment", mail(answer + "Subject: [PLAN-3] Queue stops\n", "Jo commented:\n\nIt starts again.\n"),
       kNull, "none"},
      {"a calendar", mail(answer + "Subject: Accepted: Lunch\n"), kNull, "none"},
      {"an agent's answer", mail(answer + "Subject: Re: Printer\n", "The cable was loose.\n"), kNull, "none"},
      {"an acknowledgement", mail(answer + "Subject: Re: Printer\n", "We have received your request.\n"),
       kNull, "auto-reply"},
      {"an absence", mail(answer + "Subject: Out of the office\n"), kNull, "auto-reply"},
      {"auto-replied", mail("Auto-Submitted: auto-replied\nIn-Reply-To: <1@example.org>\n"), kNull,
       "auto-reply"},
  };
  check(rows);
}

TEST(Kind, KnowsAProgramsPrefixOfTheOldSubject) {
  const std::string forty(40, 'x');
  // Exchange writes this field, and leaves it empty.
  const std::string exchange = "X-MS-Has-Attach:\n";
  const Row rows[] = {
      {"a conversation", mail(exchange + "Subject: Automatic reply: Plans\nIn-Reply-To: <1@example.org>\n"),
       kOrdinary, "auto-reply"},
      {"a conversation in Korean",
       mail(exchange + "Subject: 자동 회신: Plans\nIn-Reply-To: <1@example.org>\n"), kOrdinary, "auto-reply"},
      {"in Arabic", mail(exchange + "Subject: رد تلقائي: Plans\nReferences: <1@example.org>\n"), kOrdinary,
       "auto-reply"},
      {"in Hebrew", mail(exchange + "Subject: תשובה אוטומטית: Plans\nReferences: <1@example.org>\n"),
       kOrdinary, "auto-reply"},
      {"in Russian", mail(exchange + "Subject: Автоматический ответ: Plans\nReferences: <1@example.org>\n"),
       kOrdinary, "auto-reply"},
      {"in Greek", mail(exchange + "Subject: Αυτόματη απάντηση: Plans\nReferences: <1@example.org>\n"),
       kOrdinary, "auto-reply"},
      {"in Thai", mail(exchange + "Subject: ตอบกลับอัตโนมัติ: Plans\nReferences: <1@example.org>\n"), kOrdinary,
       "auto-reply"},
      {"in Macedonian", mail(exchange + "Subject: Автоматски одговор: Plans\nReferences: <1@example.org>\n"),
       kOrdinary, "auto-reply"},
      {"a no-break space before the colon",
       mail(exchange + "Subject: Réponse automatique\u00A0: Plans\nReferences: <1@example.org>\n"), kOrdinary,
       "auto-reply"},
      {"a narrow one",
       mail(exchange + "Subject: Réponse automatique \u202F: Plans\nReferences: <1@example.org>\n"),
       kOrdinary, "auto-reply"},
      {"a person's question in a thread",
       mail("Subject: Automatic reply: Plans\nIn-Reply-To: <1@example.org>\n", "Where do I set this up?\n"),
       kOrdinary, "none"},
      {"an absence in a thread",
       mail("Subject: Automatic reply: Plans\nIn-Reply-To: <1@example.org>\n", "I am out of the office.\n"),
       kOrdinary, "auto-reply"},
      {"a field of Exchange that has a value",
       mail("Subject: Automatic reply: Plans\nIn-Reply-To: <1@example.org>\nX-MS-Has-Attach: yes\n"),
       kOrdinary, "none"},
      {"no conversation", mail("Subject: Automatic reply: Plans\n"), kOrdinary, "none"},
      {"no conversation, and no answer is asked for",
       mail("Subject: Automatic reply: Plans\nX-Auto-Response-Suppress: All\n"), kOrdinary, "auto-reply"},
      {"no answer is asked for, by a person",
       mail("Subject: Out of office: Plans\nX-Auto-Response-Suppress: All\n"), kOrdinary, "none"},
      {"no colon", mail(exchange + "Subject: Automatic reply\nIn-Reply-To: <1@example.org>\n"), kOrdinary,
       "none"},
      {"nothing after the colon",
       mail(exchange + "Subject: Automatic reply:\nIn-Reply-To: <1@example.org>\n"), kOrdinary, "none"},
      {"words before the colon",
       mail(exchange + "Subject: Automatic reply of Jo: Plans\nIn-Reply-To: <1@example.org>\n"), kOrdinary,
       "none"},
      {"a wide colon", mail("Subject: 自动答复：Plans\nThread-Topic: Plans\n"), kOrdinary, "auto-reply"},
      {"a prefix that people write",
       mail(exchange + "Subject: Out of office: Plans\nIn-Reply-To: <1@example.org>\n"), kOrdinary, "none"},
      {"the same with the old subject", mail("Subject: Out of office: Plans\nThread-Topic: Plans\n"),
       kOrdinary, "auto-reply"},
      {"the old subject in another case", mail("Subject: Out of office: Plans\nthread-topic: PLANS\n"),
       kOrdinary, "auto-reply"},
      {"the old subject encoded", mail("Subject: Out of office: Plans\nThread-Topic: =?utf-8?Q?Plans?=\n"),
       kOrdinary, "auto-reply"},
      {"another subject",
       mail(exchange + "Subject: Automatic reply: Plans\nThread-Topic: Automatic reply: Plans\n"
                       "In-Reply-To: <1@example.org>\n"),
       kOrdinary, "none"},
      {"40 bytes before the colon", mail("Subject: Out of office" + forty + ": Plans\nThread-Topic: Plans\n"),
       kOrdinary, "auto-reply"},
      {"41 bytes before the colon",
       mail("Subject: Out of office" + forty + "x: Plans\nThread-Topic: Plans\n"), kOrdinary, "none"},
      {"on a list", mail("Subject: Out of office: Plans\nThread-Topic: Plans\nList-Id: <l.example.org>\n"),
       kOrdinary, "none"},
      {"with a mail program", mail("Subject: Out of office: Plans\nThread-Topic: Plans\nX-Mailer: Mutt\n"),
       kOrdinary, "none"},
      {"a receipt's prefix", mail("Subject: Read: Plans\nThread-Topic: Plans\n"), kOrdinary, "none"},
      {"a prefix that stands elsewhere", mail("Subject: Plans (out of office): Plans\nThread-Topic: Plans\n"),
       kOrdinary, "none"},
  };
  check(rows);
}

TEST(Kind, KnowsAReplyWithoutAMarkByItsSubjectAndItsText) {
  const std::string chinese = "Subject: 自动回复:报价单\n";
  const std::string english = "Subject: Automatic reply: Plans\n";
  const Row rows[] = {
      {"in Chinese", mail(chinese, "这是一封自动回复邮件。\n"), kOrdinary, "auto-reply"},
      {"in traditional Chinese", mail("Subject: 自動回覆：報價\n", "這是一封自動回覆郵件。\n"), kOrdinary,
       "auto-reply"},
      {"in Russian", mail("Subject: Автоответ: Offer\n", "Здравствуйте! Это автоматический ответ.\n"),
       kOrdinary, "auto-reply"},
      {"in Ukrainian", mail("Subject: Автовідповідь: Offer\n", "Це автоматична відповідь.\n"), kOrdinary,
       "auto-reply"},
      {"in Polish, away", mail("Subject: Odpowiedź automatyczna: Oferta\n", "Jestem na urlopie.\n"),
       kOrdinary, "auto-reply"},
      {"in German, away", mail("Subject: Automatische Antwort: Angebot\n", "Ich bin im Urlaub.\n"), kOrdinary,
       "auto-reply"},
      {"in Korean", mail("Subject: 자동응답: 견적\n", "이 메일은 자동으로 발송된 메일입니다.\n"), kOrdinary,
       "auto-reply"},
      {"in Czech", mail("Subject: Automatická odpověď: Nabídka\n", "Jsem na dovolené.\n"), kOrdinary,
       "auto-reply"},
      {"in English, with an unknown sender", mail(english, "This is an automatic reply.\n"), kUnknown,
       "auto-reply"},
      {"a service's own mailer", mail(chinese + "X-Mailer: Coremail Webmail Server\n", "这是自动回复。\n"),
       kOrdinary, "auto-reply"},
      {"the subject alone", mail(chinese, "请看报价单。\n"), kOrdinary, "none"},
      {"the text alone", mail("Subject: 报价单\n", "这是一封自动回复邮件。\n"), kOrdinary, "none"},
      {"nothing is answered", mail("Subject: 自动回复:\n", "这是一封自动回复邮件。\n"), kOrdinary, "none"},
      {"words before the colon",
       mail("Subject: Automatic reply of Jo: Plans\n", "This is an automatic reply.\n"), kOrdinary, "none"},
      {"an answer to one", mail("Subject: Re: Automatic reply: Plans\n", "This is an automatic reply.\n"),
       kOrdinary, "none"},
      {"forwarded", mail("Subject: Fwd: Automatic reply: Plans\n", "This is an automatic reply.\n"),
       kOrdinary, "none"},
      {"on a list", mail(english + "List-Id: <l.example.org>\n", "This is an automatic reply.\n"), kOrdinary,
       "none"},
      {"by a mail program", mail(english + "User-Agent: Mutt\n", "This is an automatic reply.\n"), kOrdinary,
       "none"},
      {"its sentence is quoted", mail(english, "Shall it say \"This is an automatic reply\"?\n"), kOrdinary,
       "none"},
      {"its sentence is announced", mail(english, "Hi Ann, the text: this is an automatic reply.\n"),
       kOrdinary, "none"},
      {"with a question", mail(english, "This is an automatic reply for May, is it good?\n"), kOrdinary,
       "none"},
      {"to a reader by name", mail(english, "Ann,\nthis is an automatic reply that I found.\n"), kOrdinary,
       "none"},
      {"it is spoken of", mail(english, "Hi Ann,\nthe automatic reply of our shop is wrong.\n"), kOrdinary,
       "none"},
      {"further down", mail(english, std::string(200, 'x') + " This is an automatic reply.\n"), kOrdinary,
       "none"},
  };
  check(rows);
}

TEST(Kind, KnowsMailScannersFieldOfAnySite) {
  const auto notice = [](std::string_view field) {
    return mail("Subject: Warning\nAuto-Submitted: auto-generated\n" + std::string(field) + "\n");
  };
  const Row rows[] = {
      {"generated", notice("X-Example-Org-MailScanner: generated"), kOrdinary, "filter-notice"},
      {"in another case", notice("x-example-org-mailscanner: Generated"), kOrdinary, "filter-notice"},
      {"8 spaces behind it", notice("X-Example-Org-MailScanner: generated        "), kOrdinary,
       "filter-notice"},
      {"9 spaces behind it", notice("X-Example-Org-MailScanner: generated         "), kOrdinary, "none"},
      {"scanned", notice("X-Example-Org-MailScanner: Found to be clean"), kOrdinary, "none"},
      {"not at the end", notice("X-Example-Org-MailScanner-From: generated"), kOrdinary, "none"},
      {"in Czech", notice("X-Example-Org-MailScanner: vytvoren"), kOrdinary, "filter-notice"},
      {"in French", notice("X-Example-Org-MailScanner: généré"), kOrdinary, "filter-notice"},
      {"with no other mark", mail("Subject: Warning\nX-Example-Org-MailScanner: generated\n"), kOrdinary,
       "filter-notice"},
      {"scanned, in Dutch", notice("X-Example-Org-MailScanner: Gescand"), kOrdinary, "none"},
      {"no site", notice("-MailScanner: generated"), kOrdinary, "none"},
      {"a site of one letter", notice("X-MailScanner: generated"), kOrdinary, "filter-notice"},
      {"in a report", multipart("X-Example-Org-MailScanner: generated\n", kFailed), kUnknown,
       "filter-notice"},
  };
  check(rows);
}

// Exchange repeats the subject that it answers, and names the thread without its prefixes.
TEST(Kind, KnowsAnAutomaticReplyByTheTopicOfItsThread) {
  const auto reply = [](std::string_view subject, std::string_view topic) {
    std::string header("Subject: ");
    header.append(subject).append("\nThread-Topic: ").append(topic).append("\n");
    return mail(header, "I return on Monday.\n");
  };
  const Row rows[] = {
      {"the same words", reply("Automatic reply: offer", "offer"), kUnknown, "auto-reply"},
      {"RE:", reply("Out of Office AutoReply: RE: offer", "offer"), kUnknown, "auto-reply"},
      {"two prefixes", reply("Abwesenheitsnotiz: AW: WG: Angebot", "Angebot"), kUnknown, "auto-reply"},
      {"a list's name", reply("Automatic reply: [External] SV: tilbud", "tilbud"), kUnknown, "auto-reply"},
      {"a prefix in Korean", reply("Automatic reply: 회신: offer", "offer"), kUnknown, "auto-reply"},
      {"another prefix of the topic", reply("Automatic reply: RE: offer", "RE: offer"), kUnknown,
       "auto-reply"},
      {"another thread", reply("Automatic reply: RE: offer", "lunch"), kUnknown, "none"},
      {"a person's thread", reply("Out of office: RE: lunch", "Out of office: lunch"), kUnknown, "none"},
      {"an answer to one", reply("RE: Automatic reply: offer", "offer"), kUnknown, "none"},
  };
  check(rows);
}

TEST(Kind, TakesAPostmastersAutomatedResponseForItsBounce) {
  const std::string text =
      "This is an automated response from the mail server.\n\nThe following message could not be "
      "delivered.\n\n** joe@example.com\n   User is not known.\n\nFrom: ann@example.org\nTo: "
      "joe@example.com\nSubject: Visit\nMessage-ID: <1@example.org>\n";
  const Row rows[] = {
      {"a postmaster", mail("From: postmaster@example.net\nSubject: Notify\n", text), kNull, "dsn-failed"},
      {"somebody else", mail("From: joe@example.com\nSubject: Notify\n", text), kNull, "auto-reply"},
  };
  check(rows);
}

// Returns a TNEF stream with this message class, behind an attribute of `before` bytes.
std::string tnef(std::string_view message_class, std::size_t before = 4) {
  const auto attribute = [](std::string_view id, const std::string& value) {
    std::string bytes("\1");
    bytes.append(id);
    for (int shift = 0; shift < 32; shift += 8)
      bytes.push_back(static_cast<char>(value.size() >> shift & 0xFF));
    return bytes + value + "cs";
  };
  using namespace std::string_view_literals;
  std::string stream("\x78\x9F\x3E\x22\x01\x00"sv);
  stream += attribute("\x06\x90\x08\x00"sv, std::string(before, '\0'));
  return stream + attribute("\x08\x80\x07\x00"sv, std::string(message_class) + '\0');
}

TEST(Kind, FollowsTheClassInExchangesWrapper) {
  const auto wrapped = [](std::string_view content, std::string_view type = "application/ms-tnef") {
    std::string part = "--b\nContent-Type: ";
    part.append(type).append("\n\n").append(content).append("\n");
    return multipart("Auto-Submitted: auto-generated\n", part, "mixed");
  };
  const std::string report = tnef("REPORT.IPM.Note.IPNRN");
  const auto attached = [&](std::string_view header) {
    return multipart(
        header, "--b\n\nSee the file.\n--b\nContent-Type: application/ms-tnef\n\n" + report + "\n", "mixed");
  };
  const Row rows[] = {
      {"a receipt", wrapped(report), kNull, "mdn"},
      {"under the registered type", wrapped(report, "application/vnd.ms-tnef"), kNull, "mdn"},
      {"not read", wrapped(tnef("REPORT.IPM.Note.IPNNRN")), kNull, "mdn"},
      {"a report about another form", wrapped(tnef("Report.IPM.Contact.IPNRN")), kNull, "mdn"},
      {"an old receipt", wrapped(tnef("IPM.Microsoft Mail.Read Receipt")), kNull, "mdn"},
      {"a bounce", wrapped(tnef("REPORT.IPM.Note.NDR")), kNull, "dsn-failed"},
      {"an old bounce", wrapped(tnef("IPM.Microsoft Mail.Non-Delivery")), kNull, "dsn-failed"},
      {"a delivery", wrapped(tnef("REPORT.IPM.Note.DR")), kNull, "dsn-delivered"},
      {"a vacation", wrapped(tnef("IPM.Note.Rules.OofTemplate.Microsoft")), kNull, "auto-reply"},
      {"a rule's answer", wrapped(tnef("IPM.Note.Rules.ReplyTemplate.Microsoft")), kNull, "auto-reply"},
      {"a mail", wrapped(tnef("IPM.Microsoft Mail.Note")), kNull, "none"},
      {"a report of something else", wrapped(tnef("REPORT.IPM.Note.XNDR.x")), kNull, "none"},
      {"words that look like a class", wrapped("..REPORT.IPM.Note.IPNRN.."), kNull, "none"},
      {"another application", wrapped(report, "application/pdf"), kNull, "none"},
      {"another type", wrapped(report, "audio/ms-tnef"), kNull, "none"},
      {"inside of a mail that came along",
       wrapped("Content-Type: application/ms-tnef\n\n" + report, "message/rfc822"), kNull, "none"},
      {"far behind", wrapped(tnef("REPORT.IPM.Note.IPNRN", 8000)), kNull, "mdn"},
      {"too far behind", wrapped(tnef("REPORT.IPM.Note.IPNRN", 8192)), kNull, "none"},
      {"attached by a person", attached("Subject: Automatic reply\n"), kOrdinary, "none"},
      {"beside a text, from nobody", attached(""), kNull, "mdn"},
      {"beside a text, with Exchange's mark",
       attached("Subject: Read: Plans\nX-MS-TNEF-Correlator: <a@example.net>\n"), kOrdinary, "mdn"},
      {"a mail program",
       attached("Subject: Read: Plans\nX-MS-TNEF-Correlator: <a@example.net>\nUser-Agent: Mutt\n"), kOrdinary,
       "none"},
      {"a mark before it",
       multipart("X-Autorespond: x\n",
                 "--b\nContent-Type: application/ms-tnef\n\n" + tnef("REPORT.IPM.Note.NDR") + "\n", "mixed"),
       kNull, "auto-reply"},
  };
  check(rows);
}

// Whoever wrote a mail must not decide what the report about it is.
TEST(Kind, IgnoresTheSubjectOfTheReturnedMail) {
  const auto bounce = [](std::string_view subject, std::string_view text) {
    return mail(
        "From: MAILER-DAEMON@mx.example.net\nSubject: " + std::string(subject) + "\n",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could "
        "not be delivered to one or more of its\nrecipients. The following address(es) failed:\n\n"
        "  bob@example.com\n    user unknown\n\n" +
            std::string(text));
  };
  const Row rows[] = {
      {"a delay after the colon", bounce("Undeliverable: delivery delayed", ""), kNull, "dsn-failed"},
      {"a delay after a wide colon", bounce("配信不能：遅延", ""), kNull, "dsn-failed"},
      {"a delay in German", bounce("Unzustellbar: Zustellung verzögert", ""), kNull, "dsn-failed"},
      {"a filter's words after the colon", bounce("Undeliverable: Virus detected in your message", ""), kNull,
       "dsn-failed"},
      {"a delay of the report itself", bounce("Delivery Notification: Delivery has been delayed", ""), kNull,
       "dsn-delayed"},
      {"a quoted subject", bounce("Failure notice", "Subject: It will be retried; delivery is delayed\n"),
       kNull, "dsn-failed"},
      {"a quoted subject in German", bounce("Failure notice", "Betreff: will be retried\n"), kNull,
       "dsn-failed"},
      {"a folded subject", bounce("Failure notice", "Subject: a\n  delivery is delayed\n"), kNull,
       "dsn-failed"},
      {"a quoted line", bounce("Failure notice", "> delivery is delayed\n"), kNull, "dsn-failed"},
      {"the report's own words", bounce("Failure notice", "Delivery is delayed.\n"), kNull, "dsn-delayed"},
      {"a digest that is refused",
       mail("From: talk-owner@example.net\nSubject: Rejected: talk Digest, Vol 3, Issue 4\n",
            "Your message to the list was rejected.\n"),
       kNull, "list-notice"},
      {"a digest",
       mail("From: talk-owner@example.net\nSubject: talk Digest, Vol 3, Issue 4\n",
            "Your message to the list was rejected.\n"),
       kNull, "none"},
  };
  check(rows);
}

}  // namespace
}  // namespace backstop::response
