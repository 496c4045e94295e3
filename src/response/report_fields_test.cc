#include "response/report_fields.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"

namespace backstop::response {
namespace {

// Returns a line for each recipient: "address action status remote-mta 'diagnostic' (original-address)", with
// "-" for what is empty.
std::string dump(const Response& response) {
  const auto or_dash = [](std::string_view text) { return text.empty() ? "-" : text; };
  std::string out = fmt::format("from {}\n", or_dash(response.reporting_mta));
  for (const auto& recipient : response.recipients) {
    out += fmt::format("{} {} {} {} '{}'", or_dash(recipient.address), or_dash(name(recipient.action)),
                       or_dash(recipient.status), or_dash(recipient.remote_mta), recipient.diagnostic);
    if (!recipient.original_address.empty()) out += fmt::format(" ({})", recipient.original_address);
    out += '\n';
  }
  return out;
}

struct Row {
  const char* name;
  std::string body;
  std::string want;
};

std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

// The examples of RFC 3464, appendix E, and the variations of products.
const Row kDeliveryStatus[] = {
    {"one recipient failed",
     "Reporting-MTA: dns; mail.example.org\n"
     "\n"
     "Original-Recipient: rfc822;lou@example.net\n"
     "Final-Recipient: rfc822;lou@example.net\n"
     "Action: failed\n"
     "Status: 4.0.0\n"
     "Diagnostic-Code: smtp; 426 connection timed out\n"
     "Last-Attempt-Date: Thu, 7 Jul 1994 17:15:49 -0400\n",
     "from mail.example.org\n"
     "lou@example.net failed 4.0.0 - '426 connection timed out' (lou@example.net)\n"},
    {"several recipients with several outcomes",
     "Reporting-MTA: dns; mail.example.org\n"
     "\n"
     "Original-Recipient: rfc822;ann@example.com\n"
     "Final-Recipient: rfc822;ann@example.com\n"
     "Action: failed\n"
     "Status: 5.0.0 (permanent failure)\n"
     "Diagnostic-Code: smtp;\n"
     "  550 'ann@example.com' is not a\n"
     "  registered user\n"
     "Remote-MTA: dns; mx.example.com\n"
     "\n"
     "Original-Recipient: rfc822;bob@example.com\n"
     "Final-Recipient: rfc822;bob@example.com\n"
     "Action: relayed\n"
     "Status: 2.0.0\n"
     "Remote-MTA: dns; mx.example.com\n"
     "\n"
     "Final-Recipient: rfc822;cat@example.com\n"
     "Action: delayed\n"
     "Status: 4.4.1\n",
     "from mail.example.org\n"
     "ann@example.com failed 5.0.0 mx.example.com '550 'ann@example.com' is not a registered user' "
     "(ann@example.com)\n"
     "bob@example.com relayed 2.0.0 mx.example.com '' (bob@example.com)\n"
     "cat@example.com delayed 4.4.1 - ''\n"},
    {"a gateway to another world of mail",
     "Reporting-MTA: mailbus; SYS30\n"
     "\n"
     "Final-Recipient: unknown; nair_s\n"
     "Status: 5.0.0\n"
     "Action: failed\n"
     "Diagnostic-Code: unknown; user not known\n",
     "from SYS30\n"
     "nair_s failed 5.0.0 - 'user not known'\n"},
    {"delayed, with a time until which it is tried",
     "Reporting-MTA: dns; gw.example.org\n"
     "\n"
     "Original-Recipient: rfc822;box@example.net\n"
     "Final-Recipient: rfc822;box@example.net\n"
     "Action: delayed\n"
     "Status: 4.4.1\n"
     "Remote-MTA: dns; mx.example.net (192.0.2.7)\n"
     "Last-Attempt-Date: Sat, 9 Jul 1994 00:46:08 -0700\n"
     "Will-Retry-Until: Tue, 12 Jul 1994 00:00:00 -0700\n",
     "from gw.example.org\n"
     "box@example.net delayed 4.4.1 mx.example.net '' (box@example.net)\n"},
    {"groups run together",
     "Reporting-MTA: dns; mail.example.org\n"
     "Final-Recipient: rfc822; a@example.net\n"
     "Action: failed\n"
     "Status: 5.1.1\n"
     "Final-Recipient: rfc822; b@example.net\n"
     "Action: delayed\n"
     "Status: 4.4.1\n",
     "from mail.example.org\n"
     "a@example.net failed 5.1.1 - ''\n"
     "b@example.net delayed 4.4.1 - ''\n"},
    {"an empty line between two that are named otherwise",
     "Original-Recipient: rfc822; a@example.net\nAction: failed\n\n"
     "Final-Recipient: rfc822; b@example.net\nAction: delayed\n",
     "from -\na@example.net failed - - '' (a@example.net)\nb@example.net delayed - - ''\n"},
    {"two recipients before one outcome",
     "Final-Recipient: rfc822; a@example.net\nFinal-Recipient: rfc822; b@example.net\n"
     "Action: failed\nStatus: 5.1.1\n",
     "from -\n- failed 5.1.1 - ''\n"},
    {"two recipients below one outcome",
     "Action: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; a@example.net\n"
     "Final-Recipient: rfc822; b@example.net\n",
     "from -\n- failed 5.1.1 - ''\n"},
    {"two original recipients before one outcome",
     "Original-Recipient: rfc822; a@example.net\nOriginal-Recipient: rfc822; b@example.net\n"
     "Final-Recipient: rfc822; c@example.net\nAction: failed\n",
     "from -\n- failed - - ''\n"},
    {"the same recipient twice",
     "Final-Recipient: rfc822; a@example.net\nFinal-Recipient: rfc822; A@example.net\nAction: failed\n",
     "from -\nA@example.net failed - - ''\n"},
    {"a second one that is empty",
     "Final-Recipient: rfc822; a@example.net\nFinal-Recipient:\nAction: failed\n",
     "from -\na@example.net failed - - ''\n"},
    {"a list of recipients", "Final-Recipient: rfc822; a@example.net, b@example.net\nAction: failed\n",
     "from -\n- failed - - ''\n"},
    {"a list in brackets", "Final-Recipient: rfc822; <a@example.net>; <b@example.net>\nAction: failed\n",
     "from -\n- failed - - ''\n"},
    {"an address within another",
     "Final-Recipient: rfc822; a <b@example.net>@example.org\nAction: failed\nDiagnostic-Code: smtp; 550 "
     "no\n",
     "from -\n- failed - - '550 no'\n"},
    {"a doubtful one, and the next",
     "Final-Recipient: rfc822; a@example.net, b@example.net\nAction: failed\n\n"
     "Final-Recipient: rfc822; c@example.net\nAction: failed\n",
     "from -\n- failed - - ''\nc@example.net failed - - ''\n"},
    {"many empty lines between groups",
     "\n\nReporting-MTA: dns; mail.example.org\n\n\n\n"
     "Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\n\n \t\n\n"
     "Final-Recipient: rfc822; b@example.net\nAction: failed\nStatus: 5.1.2\n\n\n",
     "from mail.example.org\n"
     "a@example.net failed 5.1.1 - ''\n"
     "b@example.net failed 5.1.2 - ''\n"},
    {"no types",
     "Reporting-MTA: mail.example.org\n\n"
     "Final-Recipient: a@example.net\n"
     "Action: failed\n"
     "Status: 5.1.1\n"
     "Remote-MTA: mx.example.net\n"
     "Diagnostic-Code: 550 5.1.1 no such user\n",
     "from mail.example.org\n"
     "a@example.net failed 5.1.1 mx.example.net '550 5.1.1 no such user'\n"},
    {"a semicolon in words without a type",
     "Final-Recipient: rfc822; a@example.net\n"
     "Diagnostic-Code: User unknown here; sorry\n",
     "from -\na@example.net - - - 'User unknown here; sorry'\n"},
    {"names in any case, with white space before the colon left out of them",
     "REPORTING-MTA:dns;mail.example.org\n\nfinal-recipient:RFC822;a@example.net\nACTION:FAILED\nstatus:5.1."
     "1\n",
     "from mail.example.org\na@example.net failed 5.1.1 - ''\n"},
    {"only the original recipient",
     "Reporting-MTA: dns; mail.example.org\n\nOriginal-Recipient: rfc822; a@example.net\nAction: failed\n",
     "from mail.example.org\na@example.net failed - - '' (a@example.net)\n"},
    {"a final recipient that is no address beside one that was written to",
     "Original-Recipient: rfc822; a@example.net\nFinal-Recipient: x400; /C=XX/S=A/\nAction: failed\n",
     "from -\na@example.net failed - - '' (a@example.net)\n"},
    {"the address after aliases where there is no other",
     "Action: failed\nStatus: 5.1.1\nX-Actual-Recipient: rfc822; a@host.example.net\n",
     "from -\na@host.example.net failed 5.1.1 - ''\n"},
    {"a group that names nobody",
     "Reporting-MTA: dns; mail.example.org\n\nAction: failed\n\nFinal-Recipient: rfc822; a@example.net\n",
     "from mail.example.org\na@example.net failed - - ''\n"},
    {"a status with three digits and no dots is none",
     "Final-Recipient: rfc822; a@example.net\nStatus: 511\n", "from -\na@example.net - - - ''\n"},
    {"an action in a product's own word",
     "Final-Recipient: rfc822; a@example.net\nAction: deferred (will retry)\n",
     "from -\na@example.net delayed - - ''\n"},
    {"words that lost their indentation",
     "Final-Recipient: rfc822; a@example.net\nDiagnostic-Code: smtp; 550 no\nsuch user here\n",
     "from -\na@example.net - - - '550 no such user here'\n"},
    {"a long address is folded",
     "Final-Recipient: rfc822;\n a@example.net\nAction:\n failed\nStatus:\n 5.1.1\n",
     "from -\na@example.net failed 5.1.1 - ''\n"},
    {"utf-8 as it is (RFC 6533)",
     "Reporting-MTA: dns; mail.example.org\n\nFinal-Recipient: utf-8; jürgen@grün.example\nAction: failed\n",
     "from mail.example.org\njürgen@grün.example failed - - ''\n"},
    {"utf-8 as xtext (RFC 6533)", "Final-Recipient: utf-8; j\\x{FC}rgen@example.net\nAction: failed\n",
     "from -\njürgen@example.net failed - - ''\n"},
    {"words in a field of the product alone",
     "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.0.0\n"
     "X-Supplementary-Info: <mx.example.org #5.0.0 smtp; 554 delivery\n error: disabled>\n",
     "from -\na@example.org failed 5.0.0 - '554 delivery error: disabled'\n"},
    {"words in the fields of two products",
     "Final-Recipient: rfc822; a@example.org\nX-SMTP-Response: 550 no\nX-Reason: gone\n",
     "from -\na@example.org - - - '550 no gone'\n"},
    {"a diagnostic before the words of another field",
     "Final-Recipient: rfc822; a@example.org\nX-PowerMTA-BounceCategory: bad-mailbox\n"
     "Diagnostic-Code: smtp; 550 no\n",
     "from -\na@example.org - - - '550 no'\n"},
    {"a field that has no words about the recipient",
     "Final-Recipient: rfc822; a@example.org\nX-Queue-ID: 550 no\nReply-To-Information: b\n",
     "from -\na@example.org - - - ''\n"},
    {"words of each recipient",
     "Final-Recipient: rfc822; a@example.org\nX-Supplementary-Info: <550 no>\n\n"
     "Final-Recipient: rfc822; b@example.org\nX-Supplementary-Info: <552 full>\n",
     "from -\na@example.org - - - '550 no'\nb@example.org - - - '552 full'\n"},
    {"words in brackets with the host's name, in capitals",
     "Final-Recipient: rfc822; a@example.org\n"
     "X-Supplementary-Info: <blocked.example.org #5.0.0 SMTP; 550 no>\n",
     "from -\na@example.org - - - '550 no'\n"},
    {"words in brackets without a type",
     "Final-Recipient: rfc822; a@example.org\nX-Supplementary-Info: <203.0.113.25 #5.1.1 no>\n",
     "from -\na@example.org - - - '5.1.1 no'\n"},
    {"another field before the recipient's name",
     "Reporting-MTA: dns; mail.example.org\n\n"
     "X-Supplementary-Info: <550 no>\nFinal-Recipient: rfc822; a@example.org\nAction: failed\n\n"
     "Remote-MTA: dns; mx.example.org\nDiagnostic-Code: smtp; 552 full\n"
     "Final-Recipient: rfc822; b@example.org\nAction: failed\n",
     "from mail.example.org\na@example.org failed - - '550 no'\n"
     "b@example.org failed - mx.example.org '552 full'\n"},
    {"another field before the action, and the recipient last",
     "Diagnostic-Code: smtp; 550 no\nAction: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; a@example.org\n",
     "from -\na@example.org failed 5.1.1 - '550 no'\n"},
    {"a field before an empty line belongs to nobody behind it",
     "X-Supplementary-Info: <550 no>\n\nFinal-Recipient: rfc822; a@example.org\n",
     "from -\na@example.org - - - ''\n"},
    {"a field of the message, with the recipient in one group",
     "Reporting-MTA: dns; mail.example.org\nX-Error-Info: 550 no\nFinal-Recipient: rfc822; a@example.org\n",
     "from mail.example.org\na@example.org - - - ''\n"},
    {"a field behind the arrival's date, with the recipient in one group",
     "Arrival-Date: Thu, 7 Jul 1994 17:15:49 -0400\nX-Error-Info: 550 no\n"
     "Final-Recipient: rfc822; a@example.org\n",
     "from -\na@example.org - - - ''\n"},
    {"diagnostic in another charset",
     "Final-Recipient: rfc822; a@example.net\nDiagnostic-Code: smtp; 550 Empf\xE4nger unbekannt\n",
     "from -\na@example.net - - - '550 Empfänger unbekannt'\n"},
    {"the first of two reporting hosts",
     "Reporting-MTA: dns; a.example.org\nReporting-MTA: dns; b.example.org\n", "from a.example.org\n"},
    {"empty", "", "from -\n"},
    {"empty lines", "\n\n\n", "from -\n"},
    {"words", "This is no report.\n", "from -\n"},
    {"a continuation first", " a@example.net\n", "from -\n"},
    {"names without values", "Reporting-MTA:\nFinal-Recipient:\nAction:\nStatus:\n", "from -\n"},
    {"colons alone", ":\n::\n: a\n", "from -\n"},
};

TEST(DeliveryStatus, IsRead) {
  for (const Row& row : kDeliveryStatus) {
    for (const std::string& body : {row.body, with_crlf(row.body)}) {
      Response response;
      const bool has_found = read_delivery_status(body, {}, response);
      EXPECT_EQ(dump(response), row.want) << row.name;
      EXPECT_EQ(has_found, !response.recipients.empty()) << row.name;
      EXPECT_FALSE(response.truncated) << row.name;
      for (const auto& recipient : response.recipients) {
        EXPECT_EQ(recipient.status_from, recipient.status.empty() ? StatusFrom::None : StatusFrom::Field)
            << row.name;
      }
    }
  }
}

TEST(DeliveryStatus, IsReadWhereverItIsCut) {
  for (const Row& row : kDeliveryStatus) {
    for (std::size_t length = 0; length <= row.body.size(); ++length) {
      Response response;
      read_delivery_status(std::string_view(row.body).substr(0, length), {}, response);
      for (const auto& recipient : response.recipients) {
        ASSERT_TRUE(base::is_utf8(recipient.address)) << row.name << " cut at " << length;
        ASSERT_TRUE(base::is_utf8(recipient.diagnostic)) << row.name << " cut at " << length;
      }
    }
  }
}

TEST(DeliveryStatus, TakesAsManyRecipientsAsItsCap) {
  for (const std::size_t count : {999, 1000, 1001, 1500}) {
    std::string body = "Reporting-MTA: dns; mail.example.org\n";
    for (std::size_t i = 0; i < count; ++i) {
      body +=
          fmt::format("\nFinal-Recipient: rfc822; user{}@example.net\nAction: failed\nStatus: 5.1.1\n", i);
    }
    Response response;
    read_delivery_status(body, {.recipients = 1000, .diagnostic = 10}, response);
    EXPECT_EQ(response.recipients.size(), std::min<std::size_t>(count, 1000)) << count;
    EXPECT_EQ(response.truncated, count > 1000) << count;
    EXPECT_EQ(response.recipients.back().address,
              fmt::format("user{}@example.net", std::min<std::size_t>(count, 1000) - 1));
    EXPECT_EQ(response.recipients.back().status, "5.1.1") << count;
  }
}

struct DiagnosticRow {
  const char* name;
  std::string words;
  std::string want_words;
  bool want_truncated;
};

TEST(DeliveryStatus, KeepsAsMuchOfADiagnosticAsItsCap) {
  const DiagnosticRow rows[] = {
      {"shorter", "123456789", "123456789", false},
      {"at the cap", "1234567890", "1234567890", false},
      {"one past the cap", "12345678901", "1234567890", true},
      {"a character across the cap", "123456789ü", "123456789", true},
      {"a character up to the cap", "12345678ü", "12345678ü", false},
  };
  for (const auto& row : rows) {
    Response response;
    read_delivery_status("Final-Recipient: rfc822; a@example.net\nDiagnostic-Code: smtp; " + row.words + "\n",
                         {.recipients = 1000, .diagnostic = 10}, response);
    ASSERT_EQ(response.recipients.size(), 1U) << row.name;
    EXPECT_EQ(response.recipients[0].diagnostic, row.want_words) << row.name;
    EXPECT_EQ(response.truncated, row.want_truncated) << row.name;
  }
}

struct TextRow {
  const char* name;
  std::string_view value;
  std::string_view want;
};

TEST(ReportAddress, IsFreeOfTheMarksAroundIt) {
  const TextRow rows[] = {
      {"typed", "rfc822; user@example.org", "user@example.org"},
      {"no type", "user@example.org", "user@example.org"},
      {"no space", "rfc822;user@example.org", "user@example.org"},
      {"in angle brackets", "rfc822; <user@example.org>", "user@example.org"},
      {"with a name", "rfc822; \"A User\" <user@example.org>", "user@example.org"},
      {"with a comment behind it", "rfc822; user@example.org (A User)", "user@example.org"},
      {"with a semicolon behind it", "user@example.org; more", "user@example.org"},
      {"mailto", "rfc822; mailto:user@example.org", "user@example.org"},
      {"smtp", "SMTP:user@example.org", "user@example.org"},
      {"quoted local part", "rfc822; \"a b\"@example.org", "\"a b\"@example.org"},
      {"quoted address", "rfc822; \"a <b@example.net>\"@example.org", "\"a <b@example.net>\"@example.org"},
      {"quoted address in brackets", "rfc822; <\"<b@example.net>\"@example.org>",
       "\"<b@example.net>\"@example.org"},
      {"quoted address with an escaped mark", "rfc822; \"a\\\"<b@example.net>\"@example.org",
       "\"a\\\"<b@example.net>\"@example.org"},
      {"quoted address without a type", "\"x;b@example.net\"@example.org", "\"x;b@example.net\"@example.org"},
      {"quoted address as a name", "rfc822; \"b@example.net\" <user@example.org>", "user@example.org"},
      {"brackets within a local part", "rfc822; a <b@example.net>@example.org", ""},
      {"source route", "rfc822; @relay.example:user@example.org", "user@example.org"},
      {"source route in brackets", "rfc822; <@a.example,@b.example:user@example.org>", "user@example.org"},
      {"half of a bracket", "rfc822; user@example.org>", "user@example.org"},
      {"the other half", "rfc822; <user@example.org", "user@example.org"},
      {"X.400", "x400; /G=A/S=B/C=XX/", "/G=A/S=B/C=XX/"},
      {"not even an address", "unknown; nair_s", "nair_s"},
      {"empty", "", ""},
      {"type alone", "rfc822;", ""},
      {"brackets alone", "rfc822; <>", ""},
      {"xtext", "utf-8; \\x{442}\\x{435}@example.org", "те@example.org"},
      {"xtext of a character past 16 bits", "utf-8; \\x{1F4E7}@example.org", "📧@example.org"},
      {"xtext of every digit", "utf-8; \\x{A9}\\x{f0}\\x{0FA}\\x{aF}@example.org", "©ðú¯@example.org"},
      {"xtext of six digits", "utf-8; \\x{0000E9}@example.org", "é@example.org"},
      {"xtext of seven digits", "utf-8; \\x{00000E9}@example.org", "\\x{00000E9}@example.org"},
      {"xtext of other letters", "utf-8; \\x{G0}@example.org", "\\x{G0}@example.org"},
      {"xtext that is no character", "utf-8; \\x{D800}\\x{110000}@example.org",
       "\xEF\xBF\xBD\xEF\xBF\xBD@example.org"},
      {"xtext of an at sign stays", "utf-8; user\\x{40}example.org@example.net",
       "user\\x{40}example.org@example.net"},
      {"xtext of the three", "utf-8; \\x{2B}\\x{3d}\\x{5C}@example.org", "+=\\@example.org"},
      {"xtext that is cut", "utf-8; \\x{44", "\\x{44"},
      {"xtext without digits", "utf-8; \\x{}a@example.org", "\\x{}a@example.org"},
      {"xtext under another type stays", "rfc822; \\x{442}@example.org", "\\x{442}@example.org"},
      {"bytes that are no utf-8", "rfc822; j\xFCrgen@example.org", "jürgen@example.org"},
  };
  for (const auto& row : rows) EXPECT_EQ(report_address(row.value), row.want) << row.name;
}

TEST(ReportHost, IsFreeOfTheMarksAroundIt) {
  const TextRow rows[] = {
      {"typed", "dns; mx.example.org", "mx.example.org"},
      {"no type", "mx.example.org", "mx.example.org"},
      {"with its address", "dns; mx.example.org (192.0.2.1)", "mx.example.org"},
      {"address alone", "dns; [192.0.2.1]", "[192.0.2.1]"},
      {"in parentheses", "dns; (mx.example.org)", "mx.example.org"},
      {"another type", "x-unix; host", "host"},
      {"with more behind it", "mx.example.org; Example Mail 1.0", "mx.example.org"},
      {"empty", "", ""},
      {"type alone", "dns;", ""},
      {"bytes that are no utf-8", "dns; m\xFCller.example", "müller.example"},
  };
  for (const auto& row : rows) EXPECT_EQ(report_host(row.value), row.want) << row.name;
}

TEST(ParseAction, TakesTheWordsOfTheRfcAndOfProducts) {
  struct ActionRow {
    std::string_view word;
    Action want_action;
  };
  const ActionRow rows[] = {
      {"failed", Action::Failed},     {"Failed", Action::Failed},
      {"failure", Action::Failed},    {"failed (no user)", Action::Failed},
      {"error", Action::Failed},      {"hard bounce", Action::Failed},
      {"delay", Action::Delayed},     {"deliverable", Action::Delivered},
      {"expired", Action::Failed},    {"delayed", Action::Delayed},
      {"deferred", Action::Delayed},  {"delivered", Action::Delivered},
      {"success", Action::Delivered}, {"relayed", Action::Relayed},
      {"expanded", Action::Expanded}, {"", Action::None},
      {"unknown", Action::None},      {" failed", Action::None},
  };
  for (const auto& row : rows) EXPECT_EQ(parse_action(row.word), row.want_action) << row.word;
}

// The example of RFC 8098, section 9, and the dispositions of section 3.2.6.
TEST(Disposition, IsRead) {
  Response response;
  read_disposition(
      "Reporting-UA: joes-pc.example.org; Example 97.1\n"
      "Original-Recipient: rfc822;joe@example.org\n"
      "Final-Recipient: rfc822;joe@host.example.org\n"
      "Original-Message-ID: <199509192301.23456@example.net>\n"
      "Disposition: manual-action/MDN-sent-manually; displayed\n",
      {}, response);
  EXPECT_EQ(dump(response),
            "from joes-pc.example.org\njoe@host.example.org delivered - - '' (joe@example.org)\n");
  ASSERT_TRUE(response.original);
  EXPECT_EQ(response.original->message_id, "199509192301.23456@example.net");
  EXPECT_EQ(response.original->found_in, FoundIn::ReportFields);
}

TEST(Disposition, ReadsWhatIsThere) {
  const Row rows[] = {
      {"deleted unread",
       "Final-Recipient: rfc822; a@example.org\nDisposition: a/MDN-sent-automatically; deleted\n",
       "from -\na@example.org - - - ''\n"},
      {"an error in words",
       "Final-Recipient: rfc822; a@example.org\nDisposition: x/y; deleted/error\nError: No room\n",
       "from -\na@example.org - - - 'No room'\n"},
      {"a gateway", "MDN-Gateway: dns; gw.example.org\nFinal-Recipient: rfc822; a@example.org\n",
       "from gw.example.org\na@example.org - - - ''\n"},
      {"a user agent and a gateway", "Reporting-UA: ua.example.org; A\nMDN-Gateway: dns; gw.example.org\n",
       "from ua.example.org\n"},
      {"only the original recipient", "Original-Recipient: rfc822; a@example.org\n",
       "from -\na@example.org - - - '' (a@example.org)\n"},
      {"empty", "", "from -\n"},
  };
  for (const Row& row : rows) {
    Response response;
    read_disposition(row.body, {}, response);
    EXPECT_EQ(dump(response), row.want) << row.name;
    EXPECT_FALSE(response.original) << row.name;
  }
}

// As in RFC 5965, appendix B.
TEST(Feedback, IsRead) {
  Response response;
  read_feedback(
      "Feedback-Type: abuse\n"
      "User-Agent: SomeGenerator/1.0\n"
      "Version: 1\n"
      "Original-Mail-From: <sender@example.net>\n"
      "Original-Rcpt-To: <user@example.com>\n"
      "Original-Rcpt-To: <User@Example.com>\n"
      "Removal-Recipient: other@example.com\n"
      "Reporting-MTA: dns; mail.example.com\n"
      "Source-IP: 192.0.2.1\n",
      {}, response);
  EXPECT_EQ(dump(response), "from mail.example.com\nuser@example.com - - - ''\nother@example.com - - - ''\n");
  for (const auto& recipient : response.recipients) EXPECT_EQ(recipient.reason, Reason::Spam);
  ASSERT_TRUE(response.original);
  EXPECT_EQ(response.original->from, "sender@example.net");
}

TEST(Feedback, ReasonIsTheTypeOfTheReport) {
  struct TypeRow {
    std::string_view type;
    Reason want_reason;
  };
  const TypeRow rows[] = {
      {"abuse", Reason::Spam},    {"fraud", Reason::Spam},
      {"virus", Reason::Virus},   {"Abuse", Reason::Spam},
      {"other", Reason::Unknown}, {"not-spam", Reason::Unknown},
      {"", Reason::Unknown},      {"auth-failure", Reason::AuthenticationFailed},
  };
  for (const auto& row : rows) {
    Response response;
    read_feedback(fmt::format("Original-Rcpt-To: a@example.org\nFeedback-Type: {}\n", row.type), {},
                  response);
    ASSERT_EQ(response.recipients.size(), 1U) << row.type;
    EXPECT_EQ(response.recipients[0].reason, row.want_reason) << row.type;
    EXPECT_FALSE(response.original) << row.type;
  }
}

TEST(Feedback, TypeIsAWordInLowerCase) {
  struct WordRow {
    std::string value;
    std::string want;
  };
  const WordRow rows[] = {
      {"abuse", "abuse"},
      {"Auth-Failure", "auth-failure"},
      {"not-spam (by the user)", "not-spam"},
      {"x-new; more", "x-new"},
      {"", ""},
      {std::string(65, 'a'), std::string(64, 'a')},
  };
  for (const auto& row : rows) {
    Response response;
    read_feedback("Feedback-Type: " + row.value + "\n", {}, response);
    EXPECT_EQ(response.feedback_type, row.want) << row.value;
  }
}

TEST(Feedback, TakesAsManyRecipientsAsItsCap) {
  for (const std::size_t count : {3, 4}) {
    std::string body = "Feedback-Type: abuse\n";
    for (std::size_t i = 0; i < count; ++i) body += fmt::format("Original-Rcpt-To: user{}@example.net\n", i);
    body += "Original-Rcpt-To: user0@example.net\n";
    Response response;
    read_feedback(body, {.recipients = 3, .diagnostic = 10}, response);
    EXPECT_EQ(response.recipients.size(), 3U) << count;
    EXPECT_EQ(response.truncated, count > 3) << count;
  }
}

}  // namespace
}  // namespace backstop::response
