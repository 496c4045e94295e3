// Which step of the SMTP session failed, in the words of each product; and for whom, if a report names
// several recipients.
#include "response/dialogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/growth_fixture.h"
#include "base/text.h"
#include "response/reader.h"

namespace backstop::response {
namespace {

struct CommandRow {
  const char* name;
  std::string words;
  Command want = Command::None;
};

const CommandRow kTold[] = {
    {"Postfix, RCPT", "said: 550 5.1.1 no such user (in reply to RCPT TO command)", Command::Rcpt},
    {"Postfix, MAIL", "said: 451 4.7.1 greylisted (in reply to MAIL FROM command)", Command::Mail},
    {"Postfix, end of data", "said: 554 5.7.1 spam (in reply to end of DATA command)", Command::Data},
    {"Postfix, DATA", "said: 451 4.3.0 later (in reply to DATA command)", Command::Data},
    {"Postfix, BDAT", "said: 451 4.3.0 later (in reply to BDAT command)", Command::Bdat},
    {"Postfix, EHLO", "said: 550 bad name (in reply to EHLO command)", Command::Ehlo},
    {"Postfix, HELO", "said: 550 bad name (in reply to HELO command)", Command::Helo},
    {"Postfix, LHLO", "said: 550 bad name (in reply to LHLO command)", Command::Lhlo},
    {"Postfix, QUIT", "said: 421 bye (in reply to QUIT command)", Command::Quit},
    {"Postfix, RSET", "said: 421 bye (in reply to final RSET command)", Command::Rset},
    {"Postfix, greeting", "host mx.example.net[192.0.2.1] refused to talk to me: 554 5.7.1 no",
     Command::Connect},
    {"Postfix, connect", "connect to mx.example.net[192.0.2.1]:25: Connection timed out", Command::Connect},
    {"Postfix, lost", "lost connection with mx.example.net[192.0.2.1] while sending RCPT TO", Command::Rcpt},
    {"Postfix, lost in the body", "lost connection with mx.example.net[192.0.2.1] while sending message body",
     Command::Data},
    {"Postfix, timeout",
     "conversation with mx.example.net[192.0.2.1] timed out while receiving the initial server greeting",
     Command::Connect},
    {"Postfix, handshake",
     "lost connection with mx.example.net[192.0.2.1] while performing the EHLO handshake", Command::Ehlo},
    {"Postfix, the end",
     "conversation with mx timed out while sending end of data -- message may be sent "
     "more than once",
     Command::Data},
    {"Postfix, login", "SASL authentication failed; server mx.example.net[192.0.2.1] said: 535 no",
     Command::Auth},
    {"Postfix, TLS", "Cannot start TLS: handshake failure", Command::StartTls},
    {"Postfix, folded and in lower case", "(in reply to rcpt to command)", Command::Rcpt},
    {"Exim, RCPT",
     "SMTP error from remote mail server after RCPT TO:<bob@example.net>: host mx.example.net [192.0.2.1]: "
     "550",
     Command::Rcpt},
    {"Exim, MAIL", "SMTP error from remote mail server after MAIL FROM:<ann@example.org> SIZE=1543: 550",
     Command::Mail},
    {"Exim, pipelined", "SMTP error from remote mail server after pipelined MAIL FROM:<a@example.org>: 550",
     Command::Mail},
    {"Exim, DATA", "SMTP error from remote mail server after pipelined DATA: 554 5.7.1 no", Command::Data},
    {"Exim, end of data", "SMTP error from remote mailer after end of data: 554 spam", Command::Data},
    {"Exim, connection", "SMTP error from remote mail server after initial connection: 554 no",
     Command::Connect},
    {"Exim, EHLO", "SMTP error from remote mail server after EHLO mail.example.org: 550", Command::Ehlo},
    {"Exim, STARTTLS", "SMTP error from remote mail server after STARTTLS: 454 not now", Command::StartTls},
    {"Exim, LMTP", "LMTP error from remote mail server after RCPT TO:<bob@example.net>: 550", Command::Rcpt},
    {"Exim, timeout", "SMTP timeout after sending data block (8192 bytes written)", Command::Data},
    {"Exim, closed",
     "Remote host mx.example.net [192.0.2.1] closed connection in response to initial connection",
     Command::Connect},
    {"Exim, refused", "host mx.example.net [192.0.2.1]: Connection refused", Command::Connect},
    {"Sendmail, RCPT", ">>> RCPT To:<bob@example.net> <<< 550 5.1.1 <bob@example.net>... User unknown",
     Command::Rcpt},
    {"Sendmail, MAIL", ">>> MAIL From:<ann@example.org> SIZE=1 <<< 501 5.1.8 no", Command::Mail},
    {"Sendmail, DATA", ">>> DATA <<< 354 go <<< 554 5.7.1 spam", Command::Data},
    {"Sendmail, earlier commands went well",
     ">>> MAIL From:<a@example.org> <<< 250 ok >>> RCPT To:<bob@example.net> <<< 250 ok >>> DATA <<< 554 no",
     Command::Data},
    {"Sendmail, pipelined: what was refused are the recipients",
     ">>> DATA <<< 550 5.1.1 <bob@example.net>... User unknown 550 5.1.1 <bob@example.net>... User unknown "
     "<<< 503 5.0.0 Need RCPT (recipient)",
     Command::Rcpt},
    {"Sendmail, pipelined, before a Postfix",
     ">>> DATA <<< 550 5.1.1 <bob@example.net>: User unknown <<< 554 5.5.1 Error: no valid recipients",
     Command::Rcpt},
    {"Sendmail, out of sequence alone", ">>> DATA <<< 503 5.5.1 Need RCPT", Command::Data},
    {"Sendmail, no reply", ">>> EHLO mail.example.org 451 4.4.1 reply: read error from mx.example.net.",
     Command::Ehlo},
    {"Sendmail, no connection", "Deferred: Connection refused by mx.example.net.", Command::Connect},
    {"Courier", "mx.example.net [192.0.2.1]: >>> RCPT TO:<bob@example.net> <<< 550 5.1.1 User unknown",
     Command::Rcpt},
    {"MDaemon", "<-- 250 ok --> RCPT To:<bob@example.net> <-- 550 no such user --> QUIT", Command::Rcpt},
    {"hMailServer", "Sent: RCPT TO:<bob@example.net> Received: 550 unknown", Command::Rcpt},
    {"m-FILTER", "-------smtp command RCPT TO: <bob@example.net>", Command::Rcpt},
    {"Postfix, to postmaster", "In: EHLO a Out: 250 ok In: RCPT TO:<bob@example.net> Out: 550 5.1.1 no",
     Command::Rcpt},
    {"qmail, RCPT", "192.0.2.1 does not like recipient. Remote host said: 550 no", Command::Rcpt},
    {"qmail, MAIL", "Connected to 192.0.2.1 but sender was rejected. Remote host said: 550 no",
     Command::Mail},
    {"qmail, HELO", "Connected to 192.0.2.1 but my name was rejected. Remote host said: 550", Command::Helo},
    {"qmail, greeting", "Connected to 192.0.2.1 but greeting failed. Remote host said: 554",
     Command::Connect},
    {"qmail, end of data", "192.0.2.1 failed after I sent the message. Remote host said: 554 no",
     Command::Data},
    {"qmail, DATA", "192.0.2.1 failed on DATA command. Remote host said: 451 no", Command::Data},
    {"qmail, no connection", "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)",
     Command::Connect},
    {"1&1", "SMTP error from remote server for RCPT TO command, host: mx.example.net (192.0.2.1) reason: 550",
     Command::Rcpt},
    {"1&1, message", "SMTP error from remote server for TEXT command, host: mx.example.net reason: 550",
     Command::Data},
    {"1&1, greeting", "SMTP error from remote server in greeting, host: mx.example.net reason: 554",
     Command::Connect},
    {"Gmail, RCPT", "550 550 5.1.1 no such user (state 14).", Command::Rcpt},
    {"Gmail, connect", "The recipient server did not accept our requests to connect.", Command::Connect},
    {"Exchange", "Failed to connect. Winsock error code: 10060", Command::Connect},
    {"in RCPT TO", "550 5.1.1 <DATA@mail.example.net>... User Unknown  in RCPT TO", Command::Rcpt},
    {"progress", "most progress was RCPT TO response; remote host 192.0.2.1 said: 550 MAIL unknown",
     Command::Rcpt},
    {"in parentheses", "SMTP Server <192.0.2.1> refused to accept your message (DATA), with", Command::Data},
    {"rejected", "5.1.8 (Server rejected MAIL FROM address)", Command::Mail},
    {"RCPT TO alone", "RCPT TO:<bob@example.net> 550 no", Command::Rcpt},
    {"Yahoo, RCPT", "Remote host said: 550 5.1.1 User Unknown [RCPT_TO]", Command::Rcpt},
    {"Yahoo, MAIL", "Remote host said: 501 5.1.8 Sender address rejected [MAIL_FROM]", Command::Mail},
    {"X6", "rejected recipient <bob@example.net> (Error following RCPT command). It said: [550 no]",
     Command::Rcpt},
    {"hMailServer, the message", "hMailServer sent: . Remote server replied: 550 SPF check failed",
     Command::Data},
    {"with the host", "SMTP:RCPT host 192.0.2.1: 553 5.3.0 no", Command::Rcpt},
    {"in quotes", "550 no, in reply to \"RCPT TO\"", Command::Rcpt},
    {"the product outweighs the server", "550 bad domain in HELO (in reply to RCPT TO command)",
     Command::Rcpt},
    {"even if it names a later step", "550 rejected after DATA (in reply to RCPT TO command)", Command::Rcpt},
};

TEST(FindCommand, IsToldByEachProductInItsWords) {
  for (const auto& row : kTold) EXPECT_EQ(name(find_command(row.words)), name(row.want)) << row.name;
}

// The reader asks find_steps() about a text only if it has one of the phrases.
TEST(FindCommand, NoTextPassesWithoutOneOfThePhrases) {
  for (const auto& row : kTold) {
    EXPECT_TRUE(std::ranges::any_of(dialogue_phrases(), [&](std::string_view phrase) {
      return base::icontains(row.words, phrase);
    })) << row.name;
  }
}

TEST(FindCommand, IsNotGuessedFromWhatAServerSays) {
  const CommandRow rows[] = {
      {"empty", ""},
      {"no session", "unknown user: \"bob\""},
      {"advice", "530 5.7.0 Must issue a STARTTLS command first"},
      {"an unknown command", "502 5.5.1 VRFY command is disabled"},
      {"a sentence", "550 We take no mail from your server"},
      {"data is a word", "550 after data loss this mailbox is closed"},
      {"auth is a word", "550 auth is needed"},
      {"a local program", "unable to connect to avp daemon: Connection refused"},
      {"part of a word", "in metadata command, in reply to rcpts"},
      {"in a name", "host rcpt.example.net said: 550 no"},
  };
  for (const auto& row : rows) EXPECT_EQ(name(find_command(row.words)), name(row.want)) << row.name;
}

std::string commands_of(std::string_view text, std::string_view report = "") {
  std::string mail =
      "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.org>\nTo: ann@example.org\n"
      "Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n";
  if (report.empty()) {
    mail.append("\n").append(text);
  } else {
    mail.append("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n")
        .append(text)
        .append("\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n")
        .append(report)
        .append("\n--b--\n");
  }
  std::string all;
  for (const auto& recipient : Reader().read(mail).recipients) {
    all.append(recipient.address).append("=").append(name(recipient.command)).append(" ");
  }
  return all;
}

std::string group(std::string_view address, std::string_view diagnostic) {
  std::string all = "Final-Recipient: rfc822; ";
  return all.append(address)
      .append("\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; ")
      .append(diagnostic)
      .append("\n\n");
}

constexpr std::string_view kPostfix = "This is the mail system at host mx.example.org.\n\n";
constexpr std::string_view kBob =
    "<bob@example.net>: host mx.example.net[192.0.2.1] said: 550 no (in reply to\n"
    "    RCPT TO command)\n";
constexpr std::string_view kEve =
    "<eve@example.com>: host mx.example.com[192.0.2.2] said: 554 spam (in reply\n"
    "    to end of DATA command)\n";

TEST(Commands, BelongToTheRecipientOfTheirParagraph) {
  const std::string both = std::string(kPostfix).append(kBob).append("\n").append(kEve);
  EXPECT_EQ(commands_of(both), "bob@example.net=RCPT eve@example.com=DATA ");
  EXPECT_EQ(commands_of(both, group("eve@example.com", "554 spam") + group("bob@example.net", "550 no")),
            "eve@example.com=DATA bob@example.net=RCPT ");
  // Nothing tells the step of one that has no paragraph and no reply.
  EXPECT_EQ(commands_of(both, group("bob@example.net", "550 no") + group("max@example.net", "550 no")),
            "bob@example.net=RCPT max@example.net= ");
  EXPECT_EQ(commands_of(std::string(kPostfix).append(kBob).append("\n<max@example.net>: unknown user\n")),
            "bob@example.net=RCPT max@example.net= ");
}

TEST(Commands, OfALoneRecipientNeedNotNameIt) {
  const std::string text =
      "Delivery failed.\n\n192.0.2.1 does not like recipient.\nRemote host said: 550 no\n";
  EXPECT_EQ(commands_of(text, group("bob@example.net", "550 no")), "bob@example.net=RCPT ");
}

TEST(Commands, AreReadFromTheDiagnosticIfTheTextTellsNone) {
  EXPECT_EQ(commands_of("It failed.\n", group("bob@example.net", "550 no (in reply to MAIL FROM command)")),
            "bob@example.net=MAIL ");
  EXPECT_EQ(commands_of(std::string(kPostfix).append(kBob),
                        group("bob@example.net", "550 no") +
                            group("eve@example.net", "550 no (in reply to MAIL FROM command)")),
            "bob@example.net=RCPT eve@example.net=MAIL ");
}

TEST(Commands, OfATranscriptBelongToTheRecipientOfTheirLines) {
  EXPECT_EQ(commands_of("   ----- The following addresses had permanent fatal errors -----\n"
                        "<bob@example.net>\n<eve@example.net>\n\n"
                        "   ----- Transcript of session follows -----\n"
                        "... while talking to mx.example.net.:\n"
                        ">>> RCPT To:<bob@example.net>\n<<< 550 5.1.1 <bob@example.net>... User unknown\n"
                        ">>> RCPT To:<eve@example.net>\n<<< 250 ok\n"
                        ">>> DATA\n<<< 354 go ahead\n<<< 554 5.7.1 eve@example.net takes no spam\n"),
            "bob@example.net=RCPT eve@example.net=DATA ");
}

TEST(Commands, AreNotGivenToWhoGotTheMail) {
  EXPECT_EQ(commands_of(std::string(kPostfix).append(kBob),
                        "Final-Recipient: rfc822; bob@example.net\nAction: delivered\nStatus: 2.0.0\n\n" +
                            group("eve@example.com", "554 no (in reply to RCPT TO command)")),
            "bob@example.net= eve@example.com=RCPT ");
}

TEST(FindSteps, AreCapped) {
  std::string words;
  for (std::size_t i = 0; i < kMostSteps + 1; ++i) words += "(in reply to RCPT TO command) ";
  EXPECT_EQ(find_steps(words).size(), kMostSteps);
  EXPECT_EQ(find_steps(words.substr(0, words.size() / 2)).size(), kMostSteps / 2);
}

}  // namespace
}  // namespace backstop::response
