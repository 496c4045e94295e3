#include "mailbox/postfix_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "mailbox/log_fixture.h"

namespace backstop::mailbox {
namespace {

using testing::ElementsAre;
using Told = std::vector<std::string>;

// Each line of `text` is "SERVICE MESSAGE"; here it gets what stands before it in a log.
std::string log_of(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::string out;
  std::string service;
  std::string message;
  while (in >> service && std::getline(in >> std::ws, message)) {
    out += "Nov 29 10:00:00 mx " + service + "[123]: " + message + "\n";
  }
  return out;
}

// The lines of one mail that was sent, with a Message-ID field as Postfix writes it.
std::string mail_with(std::string_view id_line) {
  return "postfix/smtpd 4ABCDE123: client=unknown[192.0.2.1]\npostfix/cleanup 4ABCDE123: " +
         std::string(id_line) +
         "\npostfix/qmgr 4ABCDE123: from=<ann@example.org>, size=312, nrcpt=1 (queue active)\n"
         "postfix/smtp 4ABCDE123: to=<bob@example.com>, relay=mx.example.com[192.0.2.2]:25, delay=0.05, "
         "delays=0.01/0.03/0/0, dsn=2.0.0, status=sent (250 2.0.0 Ok)\npostfix/qmgr 4ABCDE123: removed\n";
}

// The lines of one mail, with lines about its recipients.
std::string mail_to(std::string_view lines) {
  return "postfix/cleanup 4ABCDE123: message-id=<1@example.org>\n"
         "postfix/qmgr 4ABCDE123: from=<ann@example.org>, size=312, nrcpt=1 (queue active)\n" +
         std::string(lines) + "\npostfix/qmgr 4ABCDE123: removed\n";
}

struct LogRow {
  const char* name;
  std::string text;
  Told want;
};

std::vector<LogRow> rows() {
  const std::string whole = "ann@example.org > bob@example.com ";
  const std::string to_bob =
      "postfix/smtp 4ABCDE123: to=<bob@example.com>, relay=none, delay=1, status=sent (Ok)\n";
  return {
      {"one mail", mail_with("message-id=<1@example.org>"), {whole + "<1@example.org>"}},
      {"an empty Message-ID", mail_with("message-id=<>"), {whole + "<>"}},
      {"no line for it", mail_with("info: header Subject: message-id=<x@y>"), {whole + "<>"}},
      {"without brackets", mail_with("message-id=1@example.org"), {whole + "<1@example.org>"}},
      {"folded within", mail_with("message-id=<1? .2@example.org>"), {whole + "<1.2@example.org>"}},
      {"folded, with a tab", mail_with("message-id=<1?\t.2@example.org>"), {whole + "<1.2@example.org>"}},
      {"folded before", mail_with("message-id=? <1@example.org>"), {whole + "<1@example.org>"}},
      {"a question mark of its own",
       mail_with("message-id=<1?2@example.org>"),
       {whole + "<1?2@example.org>"}},
      {"without an end", mail_with("message-id=<1@example.org"), {whole + "<>"}},
      {"with control characters", mail_with("message-id=<1\x01@example.org>"), {whole + "<>"}},
      {"with a comment", mail_with("message-id=(a) <1@example.org> (b)"), {whole + "<1@example.org>"}},
      {"Resent-Message-ID before it",
       mail_with("resent-message-id=<r@example.org>\npostfix/cleanup 4ABCDE123: "
                 "message-id=<1@example.org>"),
       {whole + "<1@example.org>"}},
      {"Resent-Message-ID after it",
       mail_with("message-id=<1@example.org>\npostfix/cleanup 4ABCDE123: "
                 "resent-message-id=<r@example.org>"),
       {whole + "<1@example.org>"}},
      {"Resent-Message-ID alone",
       mail_with("resent-message-id=<r@example.org>\npostfix/cleanup 4ABCDE123: "
                 "message-id=<>"),
       {whole + "<r@example.org>"}},
      {"two fields: the first",
       mail_with("message-id=<1@example.org>\npostfix/cleanup 4ABCDE123: "
                 "message-id=<2@example.org>"),
       {whole + "<1@example.org>"}},
      {"two recipients and an alias",
       mail_to("postfix/local 4ABCDE123: to=<ben@example.org>, orig_to=<info@example.org>, relay=local, "
               "status=sent "
               "(delivered to mailbox)\npostfix/lmtp 4ABCDE123: to=<bob@example.com>, relay=none, "
               "status=sent (Ok)"),
       {"ann@example.org > ben@example.org bob@example.com info@example.org <1@example.org>"}},
      {"an alias without a domain",
       mail_to(
           "postfix/local 4ABCDE123: to=<bob@example.com>, orig_to=<root>, relay=local, status=sent (Ok)"),
       {whole + "<1@example.org>"}},
      {"bounced",
       mail_to("postfix/error 4ABCDE123: to=<bob@example.com>, relay=none, dsn=5.1.1, status=bounced (no)"),
       {whole + "<1@example.org>"}},
      {"deferred, then sent",
       mail_to(
           "postfix/smtp 4ABCDE123: to=<bob@example.com>, relay=none, dsn=4.4.1, status=deferred (later)\n"
           "postfix/qmgr 4ABCDE123: from=<ann@example.org>, size=312, nrcpt=1 (queue active)\n" +
           to_bob),
       {whole + "<1@example.org>"}},
      {"expired",
       mail_to("postfix/qmgr 4ABCDE123: from=<ann@example.org>, status=expired, returned to sender\n" +
               to_bob),
       {whole + "<1@example.org>"}},
      {"discarded",
       mail_to("postfix/discard 4ABCDE123: to=<bob@example.com>, relay=none, status=sent (spam)"),
       {}},
      {"a probe",
       mail_to(
           "postfix/smtp 4ABCDE123: to=<bob@example.com>, relay=none, dsn=2.1.5, status=deliverable (Ok)\n"
           "postfix/smtp 4ABCDE123: to=<bob@example.com>, relay=none, status=undeliverable (No)"),
       {}},
      {"a status in the other side's words",
       mail_to("postfix/smtp 4ABCDE123: to=<bob@example.com>, relay=none, status=undeliverable (, "
               "status=sent (Ok)"),
       {}},
      {"a status in an address",
       mail_to(
           R"(postfix/smtp 4ABCDE123: to=<"a>, status=sent (b"@example.com>, relay=none, status=filtered (Ok))"),
       {}},
      {"a quoted address",
       mail_to(R"(postfix/smtp 4ABCDE123: to=<"a>, b"@example.com>, relay=none, status=sent (Ok))"),
       {R"(ann@example.org > "a>, b"@example.com <1@example.org>)"}},
      {"an address in UTF-8",
       mail_to("postfix/smtp 4ABCDE123: to=<j\xC3\xBCrg@example.com>, status=sent (Ok)"),
       {"ann@example.org > j\xC3\xBCrg@example.com <1@example.org>"}},
      {"an address that is none",
       mail_to("postfix/smtp 4ABCDE123: to=<a b@example.com>, status=sent (Ok)"),
       {}},
      {"services with names of their own",
       "postfix/submission/smtpd 4ABCDE123: client=unknown[192.0.2.1]\n"
       "postfix-out/cleanup 4ABCDE123: message-id=<1@example.org>\n"
       "postfix-out/qmgr 4ABCDE123: from=<ann@example.org>, size=1, nrcpt=1 (queue active)\n"
       "slow/smtp 4ABCDE123: to=<bob@example.com>, relay=none, status=sent (Ok)\n"
       "postfix-out/qmgr 4ABCDE123: removed\n",
       {whole + "<1@example.org>"}},
      {"a long queue id",
       "postfix/cleanup 4jd2VX3Zy7z1bgGc: message-id=<1@example.org>\n"
       "postfix/qmgr 4jd2VX3Zy7z1bgGc: from=<ann@example.org>, size=1, nrcpt=1 (queue active)\n"
       "postfix/smtp 4jd2VX3Zy7z1bgGc: to=<bob@example.com>, relay=none, status=sent (Ok)\n",
       {whole + "<1@example.org>"}},
      {"two mails at once",
       "postfix/cleanup 4ABCDE123: message-id=<1@example.org>\npostfix/cleanup 4ABCDE124: "
       "message-id=<2@example.org>\n"
       "postfix/qmgr 4ABCDE124: from=<ben@example.org>, size=1, nrcpt=1 (queue active)\n"
       "postfix/qmgr 4ABCDE123: from=<ann@example.org>, size=1, nrcpt=1 (queue active)\n"
       "postfix/smtp 4ABCDE124: to=<bob@example.com>, relay=none, status=sent (Ok)\n"
       "postfix/smtp 4ABCDE123: to=<bob@example.com>, relay=none, status=sent (Ok)\n"
       "postfix/qmgr 4ABCDE124: removed\npostfix/qmgr 4ABCDE123: removed\n",
       {"ben@example.org > bob@example.com <2@example.org>", whole + "<1@example.org>"}},
      {"an id used twice",
       mail_with("message-id=<1@example.org>") + mail_with("message-id=<2@example.org>"),
       {whole + "<1@example.org>", whole + "<2@example.org>"}},
      {"an id used twice, its end is missing",
       "postfix/cleanup 4ABCDE123: message-id=<1@example.org>\n"
       "postfix/qmgr 4ABCDE123: from=<ann@example.org>, size=1, nrcpt=1 (queue active)\n" +
           to_bob +
           "postfix/cleanup 4ABCDE123: message-id=<2@example.org>\n"
           "postfix/qmgr 4ABCDE123: from=<ben@example.org>, size=1, nrcpt=1 (queue active)\n" +
           to_bob,
       {whole + "<1@example.org>", "ben@example.org > bob@example.com <2@example.org>"}},
      {"an id used twice, begun by a client",
       "postfix/qmgr 4ABCDE123: from=<ann@example.org>, size=1, nrcpt=1 (queue active)\n" + to_bob +
           "postfix/pickup 4ABCDE123: uid=0 from=<root>\n"
           "postfix/smtp 4ABCDE123: to=<carl@example.com>, relay=none, delay=1, status=sent (Ok)\n",
       {whole + "<>"}},
      {"its beginning is in a file that is not there", to_bob + "postfix/qmgr 4ABCDE123: removed\n", {}},
      {"it is tried again, its beginning is not there",
       "postfix/qmgr 4ABCDE123: from=<ann@example.org>, size=1, nrcpt=1 (queue active)\n" + to_bob,
       {whole + "<>"}},
      {"the null sender",
       "postfix/cleanup 4ABCDE123: message-id=<1@example.org>\npostfix/qmgr 4ABCDE123: from=<>, size=1, "
       "nrcpt=1 "
       "(queue active)\n" +
           to_bob,
       {}},
      {"refused by a milter",
       "postfix/smtpd 4ABCDE123: client=unknown[192.0.2.1]\n"
       "postfix/cleanup 4ABCDE123: message-id=<1@example.org>\n"
       "postfix/cleanup 4ABCDE123: milter-reject: END-OF-MESSAGE from unknown[192.0.2.1]: 5.7.1 no; "
       "from=<ann@example.org> to=<bob@example.com> proto=ESMTP helo=<a>\n",
       {}},
      {"a milter refused one recipient",
       "postfix/smtpd 4ABCDE123: client=unknown[192.0.2.1]\npostfix/smtpd 4ABCDE123: milter-reject: RCPT "
       "from "
       "unknown[192.0.2.1]: 550 5.7.1 no; from=<ann@example.org> to=<no@example.com> proto=ESMTP helo=<a>\n" +
           mail_to(to_bob),
       {whole + "<1@example.org>"}},
      {"NOQUEUE",
       "postfix/smtpd NOQUEUE: client=unknown[192.0.2.1]\npostfix/qmgr NOQUEUE: from=<ann@example.org>, "
       "x\npostfix/smtpd NOQUEUE: to=<bob@example.com>, "
       "status=sent (Ok)\n",
       {}},
      {"too short for a queue id",
       "postfix/qmgr 4ABCD: from=<ann@example.org>, x\n"
       "postfix/smtp 4ABCD: to=<bob@example.com>, status=sent (Ok)\n",
       {}},
      {"a program that is not Postfix",
       "dovecot 4ABCDE123: from=<ann@example.org>, x\n"
       "dovecot 4ABCDE123: to=<bob@example.com>, status=sent (Ok)\n",
       {}},
  };
}

TEST(PostfixLog, ReadsEveryRowInPiecesOfEverySize) {
  for (const auto& row : rows()) {
    const std::string text = log_of(row.text);
    const Gathered once = read_log(options_for(LogForm::Postfix), text);
    EXPECT_EQ(once.told, row.want) << row.name;
    EXPECT_EQ(once.counts.mails, row.want.size()) << row.name;
    EXPECT_EQ(once.counts.foreign_lines, 0) << row.name;
    for (const std::size_t piece : {1UZ, 7UZ, 100'000UZ}) {
      const Gathered again = read_log(options_for(LogForm::Postfix), text, piece);
      EXPECT_EQ(again.told, row.want) << row.name << " in pieces of " << piece;
      EXPECT_EQ(again.counts, once.counts) << row.name << " in pieces of " << piece;
    }
  }
}

TEST(PostfixLog, CutAtEveryPositionItGivesNoMoreMails) {
  for (const auto& row : rows()) {
    const std::string text = log_of(row.text);
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
      const Gathered got = read_log(options_for(LogForm::Postfix), text.substr(0, cut));
      EXPECT_LE(got.counts.mails, row.want.size()) << row.name << " cut at " << cut;
    }
  }
}

TEST(PostfixLog, TellsTimeHostAndQueueId) {
  const TimeZone utc("UTC");
  const Gathered got =
      read_log(options_for(LogForm::Postfix),
               "2026-11-29T09:59:58Z mx1 postfix/qmgr[1]: 4ABCDE123: from=<ann@example.org>, x\n"
               "2026-11-29T10:00:00Z mx1 postfix/smtp[1]: 4ABCDE123: to=<b@example.com>, status=sent (\n"
               "2026-11-29T11:00:00Z mx1 postfix/smtp[1]: 4ABCDE123: to=<c@example.com>, status=sent (\n");
  EXPECT_EQ(shown(got.last.time), "2026-11-29T10:00:00");
  EXPECT_EQ(got.last.host, "mx1");
  EXPECT_EQ(got.last.queue_id, "4ABCDE123");
}

TEST(PostfixLog, TheSameIdOfTwoHostsIsTwoMails) {
  const Gathered got =
      read_log(options_for(LogForm::Postfix),
               "Nov 29 10:00:00 mx1 postfix/qmgr[1]: 4ABCDE123: from=<ann@example.org>, x\n"
               "Nov 29 10:00:00 mx2 postfix/qmgr[1]: 4ABCDE123: from=<ben@example.org>, x\n"
               "Nov 29 10:00:00 mx1 postfix/smtp[1]: 4ABCDE123: to=<b@example.com>, status=sent (\n"
               "Nov 29 10:00:00 mx2 postfix/smtp[1]: 4ABCDE123: to=<c@example.com>, status=sent (\n");
  EXPECT_THAT(got.told,
              ElementsAre("ann@example.org > b@example.com <>", "ben@example.org > c@example.com <>"));
}

TEST(PostfixLog, CountsWhatItPassesOver) {
  const std::string to = "postfix/smtp 4ABCDE123: to=<bob@example.com>, status=sent (Ok)\n";
  const std::string text = log_of(mail_with("message-id=<>") + to + "postfix/qmgr 4ABCDE123: removed\n" +
                                  "postfix/qmgr 4ABCDE124: from=<>, x\npostfix/qmgr 4ABCDE124: removed\n" +
                                  "postfix/qmgr 4ABCDE125: from=<ann@example.org>, x\n" +
                                  "postfix/qmgr 4ABCDE126: from=<ann>, x\n" + "dovecot hello\n") +
                           "nonsense\n";
  EXPECT_EQ(read_log(options_for(LogForm::Postfix), text).counts, (LogCounts{.lines = 13,
                                                                             .foreign_lines = 1,
                                                                             .mails = 1,
                                                                             .recipients = 1,
                                                                             .without_id = 1,
                                                                             .null_senders = 1,
                                                                             .without_sender = 1,
                                                                             .never_tried = 2,
                                                                             .bad_addresses = 1}));
}

}  // namespace
}  // namespace backstop::mailbox
