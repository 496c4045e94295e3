// Nothing in a mail makes reading it quadratic: each input below is grown tenfold, with every cap lifted, and
// the work grows about tenfold too. Work is CPU time; quadratic work would grow a hundredfold.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

#include "base/growth_fixture.h"
#include "response/formats.h"
#include "response/reader.h"
#include "response/reason_phrases.h"
#include "response/report_phrases.h"

namespace backstop::response {
namespace {

constexpr std::size_t kNoCap = std::numeric_limits<std::uint32_t>::max() - 1;
constexpr Limits kNoLimits{
    .mime = {.header_bytes = kNoCap, .fields = kNoCap, .nesting = 32, .parts = kNoCap},
    .text = kNoCap,
    .recipients = kNoCap,
    .diagnostic = kNoCap,
    .header_block = kNoCap,
    .blocks = kNoCap,
    .watermarks = 8,
};

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  text.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

// Returns `line` with the number in place of "{}".
std::string numbered(std::string_view line, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += fmt::format(fmt::runtime(line), i);
  return text;
}

std::string bounce(std::string_view text, std::string_view header = "") {
  return fmt::format(
      "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail Returned to "
      "Sender\n{}\n"
      "Your message could not be delivered to one or more recipients.\n\n{}\n",
      header, text);
}

std::string html_bounce(std::string_view html) {
  return bounce(html, "Content-Type: text/html; charset=utf-8\n");
}

std::string report(std::string_view type, std::string_view fields) {
  return fmt::format(
      "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail Returned to Sender\n"
      "Content-Type: multipart/report; boundary=b\n\n--b\n\nIt was not delivered.\n\n--b\nContent-Type: "
      "{}\n\n{}\n"
      "--b--\n",
      type, fields);
}

// Every phrase of the format and reason tables, over and over.
std::string phrases(std::size_t count) {
  std::string text;
  const auto formats = bounce_formats();
  const auto reasons = reason_rows();
  for (std::size_t i = 0; i < count; ++i) {
    text.append(formats[i % formats.size()].signature).append("\n");
    text.append(reasons[i % reasons.size()].phrases).append(" ");
    text.append(reasons[i % reasons.size()].near).append("\n");
    text.append(failure_phrases()[i % failure_phrases().size()]).append("\n");
  }
  return text;
}

struct Row {
  const char* name;
  std::function<std::string(std::size_t)> mail;
  std::size_t count;  ///< of the smaller mail
};

const Row kRows[] = {
    // The lists of a report.
    {"one recipient many times", [](std::size_t n) { return bounce(repeated("<user@example.net>\n", n)); },
     2000},
    {"many recipients on lines of their own",
     [](std::size_t n) { return bounce(numbered("<user{}@example.net>\n", n)); }, 1000},
    {"many recipients with a refusal each",
     [](std::size_t n) { return bounce(numbered("<user{}@example.net>: 550 no\n", n)); }, 1000},
    {"many recipients in one line", [](std::size_t n) { return bounce(numbered("user{}@example.net, ", n)); },
     1000},
    {"many recipients and one long refusal below",
     [](std::size_t n) {
       return bounce(numbered("<user{}@example.net>\n\n", n) + "mx said 550 " + std::string(10 * n, 'x'));
     },
     300},
    {"many recipients and one long reason",
     [](std::size_t n) {
       return bounce(numbered("Recipient: [SMTP:user{}@example.net]\n", n) +
                     "\nMailEnable failed recipient: \n" + "Reason: " + std::string(10 * n, 'x'));
     },
     300},
    {"many sentences with recipients",
     [](std::size_t n) { return bounce(numbered("Your mail to user{}@example.net was lost here.\n", n)); },
     1000},
    {"many X-Failed-Recipients",
     [](std::size_t n) { return bounce("", numbered("X-Failed-Recipients: user{}@example.net\n", n)); },
     1000},
    {"many addresses in X-Failed-Recipients",
     [](std::size_t n) {
       return bounce(numbered("<user{}@example.net>\n", n),
                     "X-Failed-Recipients: " + numbered("user{}@example.net,\n ", n) + "a@example.net\n");
     },
     500},
    {"many groups of a delivery status",
     [](std::size_t n) {
       return report("message/delivery-status",
                     numbered("Final-Recipient: rfc822; user{}@example.net\nAction: failed\n\n", n));
     },
     1000},
    {"many groups that name nobody",
     [](std::size_t n) { return report("message/delivery-status", repeated("Action: failed\n\n", n)); },
     2000},
    {"a field of many lines",
     [](std::size_t n) {
       return report(
           "message/delivery-status",
           "Final-Recipient: rfc822; a@example.net\nDiagnostic-Code: smtp;\n" + repeated(" 550 x\n", n));
     },
     5000},
    {"a field of one long line",
     [](std::size_t n) {
       return report("message/delivery-status",
                     "Final-Recipient: rfc822; " + repeated("<", n) + "a@example.net");
     },
     20000},
    {"many escapes of RFC 6533",
     [](std::size_t n) {
       return report("message/global-delivery-status", "Final-Recipient: utf-8; " + repeated("\\x{442}", n));
     },
     5000},
    {"many recipients of a feedback report",
     [](std::size_t n) {
       return report("message/feedback-report", numbered("Original-Rcpt-To: user{}@example.net\n", n));
     },
     1000},
    {"many fields of a notification",
     [](std::size_t n) {
       return report("message/disposition-notification",
                     numbered("Original-Message-ID: <{}@example.net>\n", n));
     },
     2000},
    {"many supplements of a recipient",
     [](std::size_t n) {
       return report("message/delivery-status",
                     "Final-Recipient: rfc822; a@example.net\n" +
                         repeated("X-Supplementary-Info: <a #5.0.0 smtp; 550 b>\n", n));
     },
     1000},
    {"many roles", [](std::size_t n) { return bounce(numbered("<support@{}.example.net>\n", n)); }, 1000},
    {"a footer of many lines",
     [](std::size_t n) {
       return bounce("<user@example.net>\n\n____\n" + repeated("Talk mailing list unsubscribe\n", n));
     },
     2000},
    {"many footers", [](std::size_t n) { return bounce(repeated("--\nunsubscribe\n", n)); }, 2000},
    {"a footer of one long line",
     [](std::size_t n) { return bounce("<user@example.net>\n\n____\n" + repeated("unsubscrib ", n)); }, 5000},
    // The words of a server.
    {"long words",
     [](std::size_t n) {
       return bounce("<a@example.net>: 550 " + repeated("user mailbox domain sender ", n));
     },
     2000},
    {"many addresses in the words",
     [](std::size_t n) { return bounce("<a@example.net>: 550 " + repeated("b@example.net ", n)); }, 2000},
    {"one address in the words",
     [](std::size_t n) { return bounce("<a@example.net>: 550 b@" + std::string(n, 'a')); }, 20000},
    {"many remarks that never end",
     [](std::size_t n) { return bounce("<a@example.net>: 550 " + repeated("(in reply to host ", n)); }, 2000},
    {"many contractions",
     [](std::size_t n) { return bounce("<a@example.net>: 550 " + repeated("isn't ", n)); }, 5000},
    // Lines.
    {"one long word", [](std::size_t n) { return bounce(std::string(n, 'a')); }, 50000},
    {"one line of at signs", [](std::size_t n) { return bounce(std::string(n, '@')); }, 10000},
    {"one line of addresses without dots", [](std::size_t n) { return bounce(repeated("a@", n)); }, 10000},
    {"one line of quotes and at signs", [](std::size_t n) { return bounce(repeated("\"@", n)); }, 10000},
    {"one line of open literals", [](std::size_t n) { return bounce(repeated("a@[", n)); }, 10000},
    {"one line of open brackets", [](std::size_t n) { return bounce(repeated("<", n) + "a@b.example"); },
     20000},
    {"one line of dots", [](std::size_t n) { return bounce("<a@b.example>: " + std::string(n, '.')); },
     20000},
    {"one line of numbers", [](std::size_t n) { return bounce("<a@b.example>: " + repeated("5.1", n)); },
     20000},
    {"one line of names of hosts",
     [](std::size_t n) { return bounce("<a@b.example>: 550 " + repeated("host by ", n)); }, 5000},
    {"many empty lines", [](std::size_t n) { return bounce(std::string(n, '\n') + "<a@b.example>"); }, 50000},
    {"many short lines", [](std::size_t n) { return bounce(repeated("a\n", n)); }, 20000},
    {"many lines of white space", [](std::size_t n) { return bounce(repeated(" \t \n", n)); }, 20000},
    {"text quoted many times over",
     [](std::size_t n) { return bounce(repeated(std::string(50, '>') + " a b\n", n)); }, 1000},
    {"one line of quote marks", [](std::size_t n) { return bounce(std::string(n, '>') + " a b\n"); }, 50000},
    {"many lines with a field's name", [](std::size_t n) { return bounce(repeated("X-A: b\n\n", n)); }, 5000},
    {"many summaries of headers",
     [](std::size_t n) { return bounce(repeated("From: a\nTo: b\nSubject: c\n\nwords\n", n)); }, 2000},
    {"one header block of many lines",
     [](std::size_t n) { return bounce("From: a\nTo: b\nReceived: c\n" + repeated("X-A: b\n", n)); }, 5000},
    {"a header block with a prefix",
     [](std::size_t n) { return bounce("> From: a\n> To: b\n> Received: c\n" + repeated("> X-A: b\n", n)); },
     5000},
    {"a long transcript",
     [](std::size_t n) {
       return bounce(numbered(">>> RCPT To:<user{}@example.net>\n<<< 550 no\n", n) + ">>> DATA\n" +
                     repeated("<<< 550 no\n<<< 503 no\n", n));
     },
     500},
    {"many recipients and one line of commands",
     [](std::size_t n) {
       return bounce(numbered("<user{}@example.net>: 550 no\n", n) +
                     repeated("in reply to DATA command ", n));
     },
     500},
    {"one line of marks of a transcript",
     [](std::size_t n) { return bounce(">>> DATA" + repeated("<<< 550 ", n) + repeated("<<<", n)); }, 5000},
    {"one line of expansions",
     [](std::size_t n) {
       return bounce(numbered("<user{}@example.net>\n", n) + repeated("a@b.example (expanded from <", n));
     },
     500},
    {"many recipients that were expanded",
     [](std::size_t n) {
       return bounce(numbered("<user{}@example.net> (expanded from <a@example.org>): 550 no\n", n));
     },
     500},
    {"all phrases of the tables", [](std::size_t n) { return bounce(phrases(n)); }, 300},
    {"one phrase many times", [](std::size_t n) { return bounce(repeated("user unknown ", n)); }, 5000},
    {"NUL bytes", [](std::size_t n) { return bounce(std::string(n, '\0')); }, 50000},
    {"bytes that are no UTF-8", [](std::size_t n) { return bounce(std::string(n, '\xC3')); }, 20000},
    {"invisible characters", [](std::size_t n) { return bounce(repeated("\u200B", n)); }, 20000},
    {"invisible characters within an address",
     [](std::size_t n) { return bounce("<a" + repeated("\u00AD", n) + "@b.example>"); }, 20000},
    {"a subject of invisible characters",
     [](std::size_t n) { return bounce("", "Subject: " + repeated("\u2060", n) + "\n"); }, 20000},
    {"white space of other scripts", [](std::size_t n) { return bounce(repeated("\u3000a", n)); }, 20000},
    // HTML.
    {"open angle brackets", [](std::size_t n) { return html_bounce(std::string(n, '<')); }, 50000},
    {"angle brackets before digits", [](std::size_t n) { return html_bounce(repeated("<1", n)); }, 50000},
    {"tags that never end", [](std::size_t n) { return html_bounce(repeated("<a ", n)); }, 20000},
    {"comments that never end", [](std::size_t n) { return html_bounce(repeated("<!--", n)); }, 20000},
    {"styles that never end", [](std::size_t n) { return html_bounce(repeated("<style>", n)); }, 10000},
    {"ends of styles that are none",
     [](std::size_t n) { return html_bounce("<style>" + repeated("</styl", n)); }, 10000},
    {"entities that never end", [](std::size_t n) { return html_bounce(std::string(n, '&')); }, 50000},
    {"breaks", [](std::size_t n) { return html_bounce(repeated("<br>", n)); }, 20000},
    {"addresses as tags", [](std::size_t n) { return html_bounce(numbered("<user{}@example.net>", n)); },
     1000},
    // The header and the structure.
    {"a subject of encoded words",
     [](std::size_t n) { return bounce("", "Subject: " + repeated("=?utf-8?q?a?=\n ", n) + "\n"); }, 2000},
    {"a sender of encoded words",
     [](std::size_t n) {
       return "From: " + repeated("=?utf-8?b?w7w=?= ", n) + "<mailer-daemon@b.example>\n" + bounce("");
     },
     2000},
    {"one huge encoded word",
     [](std::size_t n) { return "Subject: =?utf-8?q?" + std::string(n, 'a') + "?=\n" + bounce(""); }, 50000},
    {"a subject of reply prefixes",
     [](std::size_t n) { return "Subject: " + repeated("Re: ", n) + "\n" + bounce(""); }, 10000},
    {"a subject of white space",
     [](std::size_t n) { return "Subject: a" + std::string(n, ' ') + "b\n" + bounce(""); }, 50000},
    {"many marks of responses",
     [](std::size_t n) {
       return bounce("", repeated("X-Autoreply: yes\nAuto-Submitted: auto-replied\nPrecedence: bulk\n"
                                  "X-Loop: a\nX-Mailer: b\n",
                                  n));
     },
     500},
    {"many senders",
     [](std::size_t n) { return "From: " + numbered("a{}@b.example, ", n) + "\n" + bounce(""); }, 1000},
    {"many text parts",
     [](std::size_t n) {
       return "Content-Type: multipart/mixed; boundary=b\n" + bounce(repeated("--b\n\na@b.example\n", n));
     },
     1000},
    {"many reports in a report",
     [](std::size_t n) {
       return report("text/plain",
                     repeated("--b\nContent-Type: message/delivery-status\n\nAction: failed\n", n));
     },
     1000},
    {"many mails that are returned",
     [](std::size_t n) {
       return report("text/plain", repeated("--b\nContent-Type: message/rfc822\n\nA: b\n\n", n));
     },
     1000},
    {"many empty originals",
     [](std::size_t n) {
       return report("text/plain", repeated("--b\nContent-Type: text/rfc822-headers\n\n\n", n));
     },
     1000},
    // Header blocks that come back.
    {"many header blocks in text",
     [](std::size_t n) { return bounce(repeated("From: a@b.ex\nTo: c@d.ex\nSubject: e\n\nf\n\n", n)); }, 500},
    {"a header of many fields in text",
     [](std::size_t n) { return bounce("Subject: e\nTo: c@d.ex\n" + repeated("From: a@b.ex\n", n)); }, 2000},
    {"many lines that are no fields",
     [](std::size_t n) { return bounce("From: a@b.ex\nTo: c@d.ex\n" + repeated("Date: x\ny\ny\ny\n", n)); },
     1000},
    {"many lines behind which no header goes on",
     [](std::size_t n) { return bounce(repeated("From: a@b.ex\ny\ny\ny\ny\ny\ny\ny\ny\n", n)); }, 500},
    {"a field that is joined of many lines",
     [](std::size_t n) {
       return bounce("From: a@b.ex\nTo: c@d.ex\nDate: x\nDKIM-Signature: h=" + repeated("a:\n", n) +
                     "Subject: e\n");
     },
     2000},
    {"many names of a signature",
     [](std::size_t n) {
       return bounce("From: a@b.ex\nTo: c@d.ex\nDate: x\nDKIM-Signature: h=\n" + repeated("aa:bb\n", n));
     },
     2000},
    {"many quote marks", [](std::size_t n) { return bounce(repeated("> > > > > > > > From: a@b.ex\n", n)); },
     1000},
    {"many names of a watermark", [](std::size_t n) { return bounce(repeated("Backstop-Watermark x\n", n)); },
     1000},
    {"many watermarks in a header",
     [](std::size_t n) { return report("text/rfc822-headers", repeated("Backstop-Watermark: x\n", n)); },
     1000},
    {"many folds that were damaged",
     [](std::size_t n) { return report("text/rfc822-headers", repeated("Received: from a\nby b\n", n)); },
     1000},
    {"many references",
     [](std::size_t n) { return bounce("", "References: " + repeated("<1@a.ex> ", n) + "\n"); }, 2000},
    {"many references without an end",
     [](std::size_t n) { return bounce("", "References: " + repeated("> ", n) + "\n"); }, 2000},
    {"many original Message-IDs",
     [](std::size_t n) {
       return report("message/delivery-status",
                     "Final-Recipient: rfc822; a@example.net\n" + repeated("A-Message-ID: <1@a.ex>\n", n));
     },
     1000},
};

TEST(Growth, IsLinear) {
  Reader reader(kNoLimits);
  for (const Row& row : kRows) {
    const std::string small = row.mail(row.count);
    const std::string large = row.mail(row.count * 10);
    ASSERT_GT(large.size(), small.size() * 8) << row.name;
    ASSERT_NE(reader.read(small).kind, Kind::None) << row.name;
    EXPECT_LT(base::growth([&] { reader.read(small); }, [&] { reader.read(large); }), 30) << row.name;
  }
}

}  // namespace
}  // namespace backstop::response
