// From the mail that comes to the watermark that proves it: the reader finds it, and the owner set matches.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "origin/owner.h"
#include "origin/tag_fixture.h"
#include "origin/watermark.h"
#include "response/answered.h"
#include "response/reader.h"

namespace backstop::origin {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 10h;

WatermarkKeys keys() {
  return WatermarkKeys(ring_of(key_of(0, "secret")));
}

std::string field_for(std::string_view sender, std::string_view from = "") {
  const auto owner = [](std::string_view text) {
    return text.empty() ? std::string() : owner_of(address_of(text), '+').text();
  };
  const auto value = make_watermark(keys(), {.now = kNow, .id = {1, 2, 3}}, owner(sender), owner(from));
  return fmt::format("Backstop-Watermark: {}\n", value.value_or("none"));
}

std::string report(std::string_view type, std::string_view returned, std::string_view text = "It failed.\n") {
  return fmt::format(
      "From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n{}\n--b\n"
      "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
      "Final-Recipient: rfc822; carl@example.com\nAction: failed\nStatus: 5.1.1\n\n--b\n"
      "Content-Type: {}\n\n{}\n--b--\n",
      text, type, returned);
}

response::Response read(std::string_view mail) {
  response::Reader reader;
  return reader.read(mail, {.reverse_path = "", .recipient = {}});
}

/// Returns the outcome of the first watermark that matches the recipient's owner set.
std::string_view proof(const response::Response& response, std::string_view recipient,
                       const OwnerRules& rules = {}) {
  OwnerSet owners(address_of(recipient), rules);
  std::vector<mail::Address> froms;
  for (const auto& block : response.returned) froms.push_back(address_of(block.from));
  static_cast<void>(owners.candidates(froms));
  std::string_view last = "none";
  for (const auto& value : response.watermarks) {
    const auto watermark = parse_watermark(value);
    if (!watermark) continue;
    last = name(check_watermark(*watermark, keys(), owners.addresses(), kNow).outcome);
    if (last == "good") break;
  }
  return last;
}

constexpr std::string_view kOriginal =
    "Received: from a.example.org by mx.example.net; Mon, 23 Nov 2026 10:00:01 +0000\n"
    "From: ann@example.org\nTo: carl@example.com\nSubject: minutes\n"
    "Date: Mon, 23 Nov 2026 10:00:00 +0000\nMessage-ID: <1@example.org>\n";

// Amazon SES gives what it relays another Message-ID and Date.
TEST(WatermarkResponse, SesRewrote) {
  const auto response =
      read(report("message/rfc822",
                  field_for("ann@example.org") +
                      "Received: by ses.example; x\nFrom: ann@example.org\n"
                      "Date: Mon, 23 Nov 2026 11:00:00 +0000\nMessage-ID: <0100abc@ses.example>\n\nbody\n"));
  EXPECT_EQ(proof(response, "ann+x@example.org"), "good");
  EXPECT_EQ(proof(response, "bob@example.org"), "no-match");
}

// Each spam around the same newsletter names the same id, so that they can be counted.
TEST(WatermarkResponse, NewsletterWrapped) {
  const auto spam =
      read(report("text/rfc822-headers", field_for("news@example.org") + std::string(kOriginal)));
  const auto other = read(report("message/rfc822", field_for("news@example.org") + "From: a@b.ex\n\nspam\n"));
  ASSERT_EQ(spam.watermarks.size(), 1U);
  ASSERT_EQ(other.watermarks.size(), 1U);
  EXPECT_EQ(parse_watermark(spam.watermarks[0])->id, parse_watermark(other.watermarks[0])->id);
}

TEST(WatermarkResponse, ChallengeWithHeaders) {
  const auto response = read(fmt::format(
      "From: Bob <bob@example.com>\nSubject: Your email requires verification verify#1XyZ\n"
      "X-Boxtrapper: 1XyZ\nX-Autorespond: x\nPrecedence: auto_reply\n\nThe message you sent requires that "
      "you "
      "verify that you are a real live human being.\n\nThe headers of the message sent from your address are "
      "shown below:\n\n{}{}",
      field_for("ann@example.org"), kOriginal));
  EXPECT_EQ(name(response.kind), "challenge");
  EXPECT_EQ(proof(response, "ann@example.org"), "good");
  ASSERT_EQ(response.returned.size(), 1U);
  EXPECT_TRUE(response.returned[0].is_whole);
  EXPECT_EQ(response.answered_ids, std::vector<std::string>{"1@example.org"});
}

// A forwarder's SRS address led the bounce back to our sender: its addressee is one we never wrote to.
TEST(WatermarkResponse, Forwarded) {
  const auto response =
      read(report("message/rfc822", field_for("ann@example.org") + std::string(kOriginal) + "\nbody\n"));
  EXPECT_EQ(proof(response, "prvs=0787c97471=ann@example.org"), "good");
  EXPECT_EQ(response::claimed_addressees(response).front(), "carl@example.com");
}

TEST(WatermarkResponse, GlobalHeaders) {
  const std::string header =
      field_for("J\u00F6rg@b\u00FCcher.example") +
      "Received: by mx.example.net; x\nFrom: J\u00F6rg <j\u00F6rg@b\u00FCcher.example>\n"
      "Date: Mon, 23 Nov 2026 10:00:00 +0000\nMessage-ID: <1@xn--bcher-kva.example>\n";
  for (const std::string_view type : {"message/global-headers", "message/global", "message/rfc822"}) {
    const auto response = read(report(type, header + "\n"));
    EXPECT_EQ(proof(response, "J\u00F6rg@xn--bcher-kva.example"), "good") << type;
    ASSERT_EQ(response.returned.size(), 1U) << type;
    EXPECT_TRUE(response.returned[0].is_whole) << type;
  }
}

// The original has our address in the envelope only: its header is whole, and has no watermark.
TEST(WatermarkResponse, EnvelopeOnly) {
  const auto response =
      read(report("message/rfc822",
                  "Received: by x.example; y\nFrom: bank@bank.example\n"
                  "Date: Mon, 23 Nov 2026 10:00:00 +0000\nMessage-ID: <1@bank.example>\n\nbody\n"));
  EXPECT_EQ(proof(response, "ann@example.org"), "none");
  ASSERT_EQ(response.returned.size(), 1U);
  EXPECT_TRUE(response.returned[0].is_whole);
}

TEST(WatermarkResponse, IsFoundWhereverAHeaderComesBack) {
  const std::string field = field_for("ann@example.org");
  const std::string header = field + std::string(kOriginal);
  const std::string value = field.substr(20, field.size() - 21);
  const auto text_of = [](std::string_view text) {
    return fmt::format(
        "From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n\nHi. This is the qmail-send "
        "program at mx.example.net.\nI'm afraid I wasn't able to deliver your message.\n\n"
        "<carl@example.com>:\nno such user\n\n{}",
        text);
  };
  const auto html_of = [](std::string_view html) {
    return fmt::format(
        "From: MAILER-DAEMON@mx.example.net\nSubject: Undeliverable: minutes\nContent-Type: "
        "text/html; charset=utf-8\n\n<p>Delivery has failed to these recipients:</p>"
        "<p>carl@example.com: 550 5.1.1 user unknown</p>\n{}\n",
        html);
  };
  const struct {
    const char* name;
    std::string mail;
  } rows[] = {
      {"message/rfc822", report("message/rfc822", header + "\nbody\n")},
      {"text/rfc822-headers", report("text/rfc822-headers", header)},
      {"text/rfc822", report("text/rfc822", header)},
      {"within a returned mail",
       report("message/rfc822",
              "From: relay@example.net\nContent-Type: message/rfc822\n\n" + header + "\nx\n")},
      {"quoted-printable", report("message/rfc822\nContent-Transfer-Encoding: quoted-printable",
                                  field.substr(0, 40) + "=\n" + field.substr(40) + "From: a@b.ex\n\n")},
      {"below a damaged fold", report("message/rfc822", "Received: from a\nby b; x\n" + header + "\nbody\n")},
      {"the value on a line of its own, not folded",
       report("message/rfc822", "Backstop-Watermark:\n" + value + "\nFrom: a@b.ex\nSubject: s\n\nbody\n")},
      {"plain text", text_of("--- Below this line is a copy of the message.\n\n" + header + "\nbody\n")},
      {"the field alone", text_of(field)},
      {"another case", text_of("backstop-watermark: " + value)},
      {"indented", text_of("    " + field)},
      {"quoted", text_of("> " + field)},
      {"quoted and cut", text_of("> > " + field.substr(0, 50) + "\n> > " + field.substr(50))},
      {"a name in capitals", text_of("BACKSTOP-WATERMARK: " + value + "\nMESSAGE-ID: x\n")},
      {"one line of all fields",
       text_of("> Subject: s Backstop-Watermark: " + value + " From: a@b.ex Date: x")},
      {"behind another's on the same line",
       text_of("Backstop-Watermark: 1;4;01c8bfd8;j9B4RZbAuMM;Dww4RcjMUWfoWQ Backstop-Watermark: " + value)},
      {"in quote marks", text_of("\"Backstop-Watermark\": \"" + value + "\"")},
      {"a zero width space, and a soft hyphen",
       text_of("Backstop-Watermark: " + value.substr(0, 16) + "\u200b" + value.substr(16, 8) + "\u00ad" +
               value.substr(24))},
      {"an encoded word",
       report("text/rfc822-headers", "Backstop-Watermark: =?us-ascii?Q?" + value.substr(0, 30) +
                                         "?=\n =?us-ascii?Q?" + value.substr(30) +
                                         "?=\nFrom: ann@example.org\n")},
      {"cut without its mark", text_of("> Backstop-Watermark:\n" + value + "\n")},
      {"HTML", html_of("<pre>" + header + "</pre>")},
      {"HTML, broken",
       html_of("Backstop-Watermark: " + value.substr(0, 20) + "<wbr>" + value.substr(20) + "<br>")},
      {"HTML, a table", html_of("<tr><td>Backstop-Watermark</td><td>" + value + "</td></tr>")},
      {"HTML beside plain text",
       "From: MAILER-DAEMON@mx.example.net\nSubject: Undeliverable: minutes\nContent-Type: "
       "multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nDelivery has failed to these "
       "recipients:\ncarl@example.com: 550 5.1.1 user unknown\n--b\nContent-Type: text/html\n\n"
       "<p>Delivery has failed</p><pre>" +
           header + "</pre>\n--b--\n"},
  };
  for (const auto& row : rows) {
    const auto response = read(row.mail);
    EXPECT_NE(name(response.kind), "none") << row.name;
    EXPECT_EQ(proof(response, "ann@example.org"), "good") << row.name;
  }
}

TEST(WatermarkResponse, ItsOwnHeaderReturnsNothing) {
  const auto response = read(field_for("ann@example.org") + report("text/rfc822-headers", kOriginal));
  EXPECT_NE(name(response.kind), "none");
  EXPECT_TRUE(response.watermarks.empty());
}

TEST(WatermarkResponse, ASenderForAllMatchesEveryFromOfItsDomain) {
  const std::vector<std::string> bounces = {"bounces"};
  const auto response = read(report(
      "message/rfc822", field_for("x@esp.example", "ann@example.org") + std::string(kOriginal) + "\nbody\n"));
  EXPECT_EQ(proof(response, "bounces@example.org"), "no-match");
  EXPECT_EQ(proof(response, "bounces@example.org", {.bounces = bounces}), "good");
}

}  // namespace
}  // namespace backstop::origin
