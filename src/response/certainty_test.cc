// How surely a mail is a bounce, and whether the parts that decide were read.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "response/reader.h"

namespace backstop::response {
namespace {

constexpr std::string_view kStatus =
    "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
    "Final-Recipient: rfc822; gone@example.net\nAction: failed\nStatus: 5.1.1\n\n";
constexpr std::string_view kStatusOfNobody =
    "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\nAction: "
    "failed\nStatus: 5.0.0\n\n";
constexpr std::string_view kReturned =
    "--b\nContent-Type: message/rfc822\n\nFrom: ann@example.org\nTo: gone@example.net\nSubject: Plans\n"
    "Message-ID: <1@example.org>\n\nSee you there.\n\n";
constexpr std::string_view kReturnedHeader =
    "--b\nContent-Type: text/rfc822-headers\n\nFrom: ann@example.org\nMessage-ID: <1@example.org>\n\n";
constexpr std::string_view kQmail =
    "Hi. This is the qmail-send program at mx.example.net.\n"
    "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
    "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
    "<gone@example.net>:\nThis address no longer accepts mail.\n\n";
constexpr std::string_view kQmailCopy =
    "--- Below this line is a copy of the message.\n\nReturn-Path: <ann@example.org>\nFrom: ann@example.org\n"
    "Message-ID: <1@example.org>\nSubject: Plans\n\nSee you there.\n";

std::string report(std::string_view parts, std::string_view report_type = "delivery-status") {
  return fmt::format(
      "From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\nSubject: Undelivered Mail Returned to "
      "Sender\n"
      "MIME-Version: 1.0\nContent-Type: multipart/report; report-type={}; boundary=b\n\n"
      "--b\n\nIt could not be delivered.\n\n{}",
      report_type, parts);
}

std::string text(std::string_view body, std::string_view more_header = "") {
  return fmt::format("From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n{}\n{}", more_header,
                     body);
}

std::string_view name_of_look(Look look) {
  return look == Look::Complete ? "complete" : look == Look::Cut ? "cut" : "padded";
}

struct CertaintyRow {
  const char* name;
  std::string sender;
  std::string mail;
  std::string_view want;
};

TEST(Certainty, DependsOnSenderAndForm) {
  const std::string whole = report(std::string(kStatus) + std::string(kReturned) + "--b--\n");
  const std::string xfailed = text("It could not be delivered.\n", "X-Failed-Recipients: gone@example.net\n");
  const std::string qmail = text(std::string(kQmail) + std::string(kQmailCopy));
  const auto known = [](std::string_view from, std::string_view more_header = "Subject: failure notice\n") {
    return fmt::format("From: {}\n{}\n{}{}", from, more_header, kQmail, kQmailCopy);
  };
  const CertaintyRow rows[] = {
      {"null sender and a delivery status", "", whole, "structural"},
      {"the same without the returned mail", "", report(std::string(kStatus) + "--b--\n"), "structural"},
      {"mailer-daemon@ of any host, in any case", "Mailer-Daemon@mx.example.net", whole, "structural"},
      {"MAILER-DAEMON alone, as a delivery agent writes <>", "MAILER-DAEMON", whole, "structural"},
      {"double-bounce@", "double-bounce@mx.example.net", whole, "structural"},
      {"a user whose name begins so", "mailer-daemons@mx.example.net", whole, "guessed"},
      {"postmaster@", "postmaster@mx.example.net", whole, "guessed"},
      {"an ordinary sender", "bounces+17@mx.example.net", whole, "guessed"},
      {"a status that names nobody", "", report(std::string(kStatusOfNobody) + "--b--\n"), "guessed"},
      {"X-Failed-Recipients", "", xfailed, "structural"},
      {"X-Failed-Recipients of an ordinary sender", "bounces@mx.example.net", xfailed, "guessed"},
      {"a known product's text and the returned mail", "", qmail, "marked"},
      {"the same from mailer-daemon@", "mailer-daemon@mx.example.net", qmail, "guessed"},
      {"a known product's text that returns nothing", "", text(kQmail), "guessed"},
      {"the same to a postmaster's list, by a person", "",
       fmt::format(
           "From: Postmaster <postmaster@example.net>\nSubject: failure notice\n\nHello all,\n\nplease look "
           "at this.\n\n{}{}",
           kQmail, kQmailCopy),
       "guessed"},
      {"the same with a mail program", "",
       text(std::string(kQmail) + std::string(kQmailCopy), "X-Mailer: Mutt 2.0\n"), "guessed"},
      {"the same of a postmaster", "", known("Postmaster <postmaster@example.net>"), "marked"},
      {"the same of a postmaster in a conversation", "",
       known("postmaster@example.net", "References: <1@example.org>\n"), "guessed"},
      {"the same of a daemon that names the mail", "",
       known("MAILER-DAEMON@example.net", "References: <1@example.org>\n"), "marked"},
      {"the same of a person", "", known("jo@example.net"), "guessed"},
      {"the same as a reply", "", known("MAILER-DAEMON@example.net", "Subject: Re: failure notice\n"),
       "guessed"},
      {"a report in a wrapper of a gateway", "",
       fmt::format("From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail\nMIME-Version: 1.0\n"
                   "Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: "
                   "message/rfc822\n\n{}\n--outer--\n",
                   whole),
       "guessed"},
      {"an unknown text and the returned mail", "",
       text(fmt::format("Your mail could not be delivered to gone@example.net: no such user.\n\n{}",
                        kQmailCopy)),
       "guessed"},
  };
  Reader reader;
  for (const auto& row : rows) {
    const auto found = reader.read(row.mail, {.reverse_path = row.sender, .recipient = "ann@example.org"});
    EXPECT_TRUE(is_dsn(found.kind)) << row.name;
    EXPECT_EQ(name(certainty(found)), row.want) << row.name;
    EXPECT_EQ(name_of_look(found.look), "complete") << row.name;
  }
}

TEST(Certainty, UsesReturnPathIfTheEnvelopeIsNotKnown) {
  const std::string whole = report(std::string(kStatus) + "--b--\n");
  Reader reader;
  EXPECT_EQ(name(certainty(reader.read("Return-Path: <>\n" + whole))), "structural");
  EXPECT_EQ(name(certainty(reader.read("Return-Path: <MAILER-DAEMON>\n" + whole))), "structural");
  EXPECT_EQ(name(certainty(reader.read(whole))), "guessed");
}

struct LookRow {
  const char* name;
  std::string sender;
  std::string start;  ///< the start of a longer mail
  std::string_view want;
  std::string_view want_certainty;
};

TEST(Certainty, SaysWhatWasReadOfTheStartOfAMail) {
  const std::string status(kStatus);
  const std::string padding(40'000, 'y');
  const auto padded_to = [](std::size_t size) {
    const std::string header = report("");
    return header + std::string(size - header.size(), 'y');
  };
  const LookRow rows[] = {
      {"report and the returned mail", "", report(status + std::string(kReturned)), "complete", "structural"},
      {"report and the returned header", "", report(status + std::string(kReturnedHeader)), "complete",
       "structural"},
      {"report alone", "", report(status), "cut", "structural"},
      {"report, then padding", "", report(status + "--b\n\n" + padding), "cut", "structural"},
      {"padding in place of the report", "", report(padding), "padded", "structural"},
      {"the returned mail in place of the report", "", report(std::string(kReturned) + padding), "padded",
       "structural"},
      {"padding within the report", "",
       report("--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; " + padding), "padded",
       "structural"},
      {"padded, and X-Failed-Recipients", "", "X-Failed-Recipients: gone@example.net\n" + report(padding),
       "padded", "structural"},
      {"a short file that lacks its end", "", report(std::string(1000, 'y')), "cut", "guessed"},
      {"a little of the returned mail in place of the report", "", report(kReturned), "cut", "guessed"},
      {"what was read is 32 KiB", "", padded_to(32 * 1024), "padded", "structural"},
      {"what was read is a byte less", "", padded_to(32 * 1024 - 1), "cut", "guessed"},
      {"padded from mailer-daemon@", "mailer-daemon@mx.example.net", report(padding), "cut", "guessed"},
      {"a receipt that is padded", "", report(padding, "disposition-notification"), "cut", "guessed"},
      {"a report of nobody that was whole", "",
       report(std::string(kStatusOfNobody) + "--b\nContent-Type: message/rfc822\n\nFrom: a@example.org\n\n" +
              padding),
       "cut", "guessed"},
      {"a known product's text and the returned mail", "",
       text(std::string(kQmail) + std::string(kQmailCopy)), "complete", "marked"},
      {"a known product's text", "", text(kQmail), "cut", "guessed"},
      {"X-Failed-Recipients and the returned mail", "",
       text(std::string(kQmail) + std::string(kQmailCopy), "X-Failed-Recipients: gone@example.net\n"),
       "complete", "structural"},
  };
  Reader reader;
  for (const auto& row : rows) {
    const Envelope envelope{.reverse_path = row.sender, .recipient = "ann@example.org"};
    const auto found = reader.read(row.start, envelope, Extent::Start);
    EXPECT_EQ(name_of_look(found.look), row.want) << row.name;
    EXPECT_EQ(name(certainty(found)), row.want_certainty) << row.name;
    EXPECT_TRUE(found.truncated) << row.name;
    EXPECT_EQ(name_of_look(reader.read(row.start, envelope).look), "complete")
        << row.name << ", as a whole mail";
  }
}

// No other mail has this form, whatever else is in the mail or its header.
TEST(Certainty, FollowsTheFormBeforeTheSigns) {
  const std::string status(kStatus);
  const auto with = [](std::string_view header, std::string_view parts) {
    return fmt::format(
        "From: Jo <jo@example.net>\nSubject: Hello\n{}MIME-Version: 1.0\nContent-Type: multipart/report; "
        "report-type=delivery-status; boundary=b\n\n--b\n\nSee below.\n\n{}--b--\n",
        header, parts);
  };
  const struct {
    const char* name;
    std::string mail;
    std::string_view want;
  } rows[] = {
      {"a neutral subject", with("", status), "structural"},
      {"another sender's mark", with("X-Apple-Unsubscribe: true\n", status), "structural"},
      {"a complaint beside it",
       with("", status + "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n"),
       "structural"},
      {"a receipt beside it",
       with("", status + "--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; "
                         "x@example.net\nDisposition: manual-action/MDN-sent-manually; displayed\n\n"),
       "structural"},
      {"a calendar beside it", with("", status + "--b\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n\n"),
       "structural"},
      {"X-Failed-Recipients alone",
       "From: Jo <jo@example.net>\nSubject: Hello\nX-Failed-Recipients: gone@example.net\n\nSee below.\n",
       "structural"},
      {"what a person attached",
       fmt::format("From: Jo <jo@example.net>\nSubject: Hello\nMIME-Version: 1.0\nContent-Type: "
                   "multipart/mixed; boundary=b\n\n--b\n\nHi Ann,\n\nwhat is this?\n\n{}--b--\n",
                   status),
       "guessed"},
      {"a journal's copy",
       fmt::format("From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail\nX-MS-Journal-Report:\n"
                   "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=outer\n\n--outer\n"
                   "Content-Type: message/rfc822\n\n{}\n--outer--\n",
                   with("", status)),
       "guessed"},
  };
  Reader reader;
  for (const auto& row : rows) {
    const auto found = reader.read(row.mail, {.reverse_path = "", .recipient = "ann@example.org"});
    EXPECT_EQ(name(found.kind), "dsn-failed") << row.name;
    EXPECT_EQ(name(certainty(found)), row.want) << row.name;
  }
}

// A report that is longer than the cap of the text is like a mail that is too long.
TEST(Certainty, SeesPaddingWithinAReport) {
  const std::string padding(20'000, 'y');
  const std::string mail =
      report("--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; " + padding +
             "\n\nFinal-Recipient: rfc822; gone@example.net\nAction: failed\n\n--b--\n");
  const auto found =
      Reader({.text = 10'000}).read(mail, {.reverse_path = "", .recipient = "ann@example.org"});
  EXPECT_EQ(name(found.kind), "dsn-failed");
  EXPECT_EQ(name_of_look(found.look), "padded");
}

// It needs no other mark of a bounce.
TEST(Certainty, TakesAPaddedReportForABounce) {
  const std::string mail =
      "From: Jo <jo@example.net>\nSubject: Hello\nMIME-Version: 1.0\n"
      "Content-Type: multipart/report; boundary=b; report-type=\"Delivery-Status\"\n\n--b\n\n" +
      std::string(40'000, 'y');
  const auto found = Reader().read(mail, {.reverse_path = "", .recipient = "ann@example.org"}, Extent::Start);
  EXPECT_EQ(name(found.kind), "dsn-failed");
  EXPECT_EQ(name_of_look(found.look), "padded");
}

// The cap of parts cuts a mail as well.
TEST(Certainty, SeesThatPartsWereLeftOut) {
  std::string parts;
  for (int i = 0; i < 20; ++i) parts += "--b\n\nx\n";
  Reader reader({.mime = {.parts = 10}});
  const Envelope envelope{.reverse_path = "", .recipient = "ann@example.org"};
  EXPECT_EQ(name_of_look(reader.read(report(parts + std::string(kStatus)), envelope).look), "padded");
  EXPECT_EQ(
      name_of_look(reader.read(report(std::string(kStatus) + std::string(kReturned) + parts), envelope).look),
      "complete");
}

// A returned header with more fields than any mail has hides nothing that a forger could not leave out.
TEST(Certainty, LooksAtAReturnedHeaderAsFarAsItsFieldsAreRead) {
  std::string fields;
  for (int i = 0; i < 20; ++i) fields += "A: b\n";
  const std::string status(kStatus);
  const std::string stuffed = "--b\nContent-Type: text/rfc822-headers\n\n" + fields;
  const std::string mail = "--b\nContent-Type: message/rfc822\n\n" + fields + "From: a@example.org\n\nx\n";
  const struct {
    const char* name;
    std::string parts;
    std::string_view want;
  } rows[] = {
      {"a header", status + stuffed, "complete"},
      {"a mail", status + mail, "complete"},
      {"before the report", mail + status, "padded"},
      {"of another part", status + "--b\nContent-Type: text/plain\n" + fields + "\nx\n", "cut"},
  };
  Reader reader({.mime = {.fields = 20}});
  for (const auto& row : rows) {
    const auto found = reader.read(report(row.parts), {.reverse_path = "", .recipient = "ann@example.org"});
    EXPECT_EQ(name(found.kind), "dsn-failed") << row.name;
    EXPECT_EQ(name_of_look(found.look), row.want) << row.name;
  }
}

TEST(Certainty, IsNotThatOfAnAttachedReport) {
  const struct {
    const char* name;
    std::string_view from;
    std::string_view subject;
    std::string_view words;
    std::string_view want;
  } rows[] = {
      {"a ticket", "Help Desk <desk@example.net>", "Ticket 17 created", "We look into it.", "guessed"},
      {"words of a delivery", "Help Desk <desk@example.net>", "Ticket 17", "Carl: user unknown",
       "structural"},
      {"its subject", "Help Desk <desk@example.net>", "Delivery failed", "See below.", "structural"},
      {"a daemon", "MAILER-DAEMON@mx.example.net", "Ticket 17 created", "We look into it.", "structural"},
      {"no words", "Help Desk <desk@example.net>", "Ticket 17 created", "", "structural"},
  };
  Reader reader;
  for (const auto& row : rows) {
    const std::string mail = fmt::format(
        "From: {}\nSubject: {}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        "--b\n\n{}\n\n{}--b--\n",
        row.from, row.subject, row.words, kStatus);
    EXPECT_EQ(name(certainty(reader.read(mail, {.reverse_path = "", .recipient = ""}))), row.want)
        << row.name;
  }
}

}  // namespace
}  // namespace backstop::response
