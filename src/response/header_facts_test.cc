// Each fact of the header and the envelope.
#include "response/header_facts.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace backstop::response {
namespace {

// Returns the names of the facts that are true, in the order of HeaderFacts.
std::string facts_of(std::string_view header, std::optional<std::string_view> reverse_path = std::nullopt) {
  mail::Message message;
  const std::string mail = std::string(header) + "\n";
  mail::walk_header(mail, message);
  HeaderReader reader;
  Envelope envelope;
  if (reverse_path) envelope.reverse_path = *reverse_path;
  const HeaderFacts& facts = reader.read(message, envelope);
  std::string all;
  const auto add = [&](bool holds, std::string_view name) {
    if (holds) all.append(all.empty() ? "" : " ").append(name);
  };
  add(facts.is_null_sender, "null-sender");
  add(facts.is_null_path, "null-path");
  add(facts.is_daemon_path, "daemon-path");
  add(facts.is_ordinary_sender, "ordinary");
  add(facts.is_daemon_sender, "daemon");
  add(facts.is_mailer_daemon, "mailer-daemon");
  add(facts.is_postmaster, "postmaster");
  add(facts.is_auto_replied, "auto-replied");
  add(facts.is_auto_submitted, "auto-submitted");
  add(facts.is_report, "report");
  add(facts.has_failed_recipients, "failed-recipients");
  add(facts.has_failure_subject, "failure");
  add(facts.has_leading_failure_subject, "leading");
  add(facts.has_delay_subject, "delay");
  add(facts.has_references, "references");
  add(facts.has_reply_subject, "re");
  add(facts.is_reply, "reply");
  add(facts.is_list_mail, "list");
  return all;
}

struct PathRow {
  std::string_view reverse_path;
  std::string_view want;
};

TEST(HeaderFacts, ReadsTheReversePath) {
  const PathRow rows[] = {
      {"", "null-sender null-path daemon-path"},
      {"<>", "null-sender null-path daemon-path"},
      {" <> ", "ordinary"},
      {"MAILER-DAEMON", "null-sender null-path daemon-path daemon"},
      {"mailer-daemon@example.net", "null-sender daemon-path daemon"},
      {"mailer-daemons@example.net", "null-sender daemon"},
      {"double-bounce@example.net", "daemon-path daemon"},
      {"double-bouncer@example.net", "ordinary"},
      {"jo@example.net", "ordinary"},
      {"<jo@example.net>", "ordinary"},
      {"jo@double-bounce.example.net", "ordinary"},
  };
  for (const auto& row : rows) EXPECT_EQ(facts_of("X: y\n", row.reverse_path), row.want) << row.reverse_path;
}

TEST(HeaderFacts, UsesReturnPathIfTheEnvelopeIsNotKnown) {
  EXPECT_EQ(facts_of("X: y\n"), "");
  EXPECT_EQ(facts_of("Return-Path: <>\n"), "null-sender null-path daemon-path");
  EXPECT_EQ(facts_of("Return-Path: <>\n", "jo@example.net"), "ordinary");
  EXPECT_EQ(facts_of("Return-Path: <jo@example.net>\n", ""), "null-sender null-path daemon-path");
  // The topmost one was written last.
  EXPECT_EQ(facts_of("Return-Path: <jo@example.net>\nReturn-Path: <>\n"), "ordinary");
}

struct Row {
  std::string_view header;
  std::string_view want;
};

TEST(HeaderFacts, ReadsTheSender) {
  const Row rows[] = {
      {"From: jo@example.net\n", ""},
      {"From: Mail Delivery System <a@example.net>\n", "daemon"},
      {"From: a@mailserver.example.net\n", ""},
      {"From: mailserver@example.net\n", "daemon"},
      {"From: MAILER-DAEMON@example.net\n", "daemon mailer-daemon"},
      {"From: <mailer_daemon@example.net>\n", "daemon mailer-daemon"},
      {"From: MAILER-DAEMON <a@example.net>\n", "daemon"},
      {"From: a@mailer-daemon.example.net\n", ""},
      {"From: Postmaster <a@example.net>\n", "postmaster"},
      {"From: \"Postmaster\" <a@example.net>\n", "postmaster"},
      {"From: postmaster@example.net\n", "postmaster"},
      {"From: Jo Doe <postmaster@example.net>\n", "postmaster"},
      {"From: Jo Doe, Postmaster <jo@example.net>\n", ""},
      {"From: jo@postmaster.example.net\n", ""},
      {"From: System Administrator\n", "postmaster"},
      {"From: <>\n", "daemon"},
      {"From: Jo <>\n", "daemon"},
      // The first field counts.
      {"From: jo@example.net\nFrom: MAILER-DAEMON@example.net\n", ""},
      {"From: =?utf-8?Q?Mail_Delivery_System?= <a@example.net>\n", "daemon"},
      {"From: Mail De\u00ADlivery System <a@example.net>\n", "daemon"},
  };
  for (const auto& row : rows) EXPECT_EQ(facts_of(row.header), row.want) << row.header;
  EXPECT_EQ(facts_of("X: y\n", "mail-system@example.net"), "ordinary daemon");
  EXPECT_EQ(facts_of("X: y\n", "postmaster@example.net"), "ordinary");
}

TEST(HeaderFacts, ReadsTheSubject) {
  const Row rows[] = {
      {"Subject: Plans\n", ""},
      {"Subject: Undeliverable: Plans\n", "failure leading"},
      {"Subject: Plans: undeliverable\n", "failure"},
      {"Subject: **undeliverable\n", "failure leading"},
      {"Subject: ***undeliverable\n", "failure"},
      {"Subject: Re: Undeliverable: Plans\n", "failure leading re reply"},
      {"Subject: [x] Undeliverable: Plans\n", "failure leading"},
      {"Subject: [x] Re: AW: Undeliverable: Plans\n", "failure leading re reply"},
      {"Subject: Re : Undeliverable: Plans\n", "failure"},
      {"Subject: Delivery delayed\n", "delay"},
      {"Subject: Re: Plans\n", "re reply"},
      {"Subject: Regards: Plans\n", ""},
      {"Subject: re:Plans\n", "re reply"},
      {"Subject: \xE5\x9B\x9E\xE5\xA4\x8D\xEF\xBC\x9APlans\n", "re reply"},
      {"Subject: [list Re: Plans\n", ""},
      {"Subject: Undeliverable\nSubject: Re: Plans\n", "failure leading"},
      {"Subject: Mail   delivery\t failed\n", "failure leading"},
      {"Subject: Un\u00ADdeliverable\n", "failure leading"},
      {"Subject: =?utf-8?Q?Undeliverable?=\n", "failure leading"},
      {"From: Undeliverable: x <jo@example.net>\n", ""},
      {"From: Delivery delayed <jo@example.net>\n", ""},
      {"Subject: MAILER-DAEMON and the postmaster@example.net\n", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(facts_of(row.header), row.want) << row.header;
}

// At most ten prefixes are skipped, and a list's name has at most 80 bytes.
TEST(HeaderFacts, SkipsTenPrefixes) {
  const auto tagged = [](std::size_t length) {
    return "Subject: [" + std::string(length, 'x') + "] Re: Plans\n";
  };
  EXPECT_EQ(facts_of(tagged(78)), "re reply");
  EXPECT_EQ(facts_of(tagged(79)), "");
  const auto lists = [](int count) {
    std::string subject = "Subject: ";
    for (int i = 0; i < count; ++i) subject += "[x]";
    return subject + " Re: Plans\n";
  };
  EXPECT_EQ(facts_of(lists(9)), "re reply");
  EXPECT_EQ(facts_of(lists(10)), "");
}

TEST(HeaderFacts, ReadsOtherFields) {
  const Row rows[] = {
      {"Auto-Submitted: auto-replied\n", "auto-replied auto-submitted"},
      {"Auto-Submitted:  Auto-Replied (x)\n", "auto-replied auto-submitted"},
      {"Auto-Submitted: auto-generated\n", "auto-submitted"},
      {"Auto-Submitted: no\n", ""},
      {"Auto-Submitted: auto-replied\nAuto-Submitted: no\n", "auto-replied auto-submitted"},
      {"Auto-Submitted: no\nAuto-Submitted: auto-replied\n", "auto-replied auto-submitted"},
      {"In-Reply-To: <1@example.org>\n", "references reply"},
      {"References: <1@example.org>\n", "references reply"},
      {"X-Failed-Recipients: a@example.org\n", "failed-recipients"},
      {"Content-Type: multipart/report; boundary=b\n", "report"},
      {"Content-Type: multipart/mixed; report-type=delivery-status; boundary=b\n", "report"},
      {"Content-Type: multipart/mixed; boundary=b\n", ""},
      {"List-Id: <l.example.org>\n", "list"},
      {"Mailing-List: x\n", "list"},
      {"List-Help: <mailto:a@example.org>\n", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(facts_of(row.header), row.want) << row.header;
}

TEST(HeaderFacts, ForgetsTheMailBefore) {
  HeaderReader reader;
  mail::Message message;
  mail::walk_header("From: Postmaster <a@example.net>\nSubject: Undeliverable\nX-Autorespond: x\n\n",
                    message);
  reader.read(message, {});
  mail::walk_header("X: y\n\n", message);
  const HeaderFacts& facts = reader.read(message, {});
  EXPECT_EQ(facts.from, "");
  EXPECT_EQ(facts.subject, "");
  EXPECT_TRUE(facts.signs.empty());
  EXPECT_FALSE(facts.is_postmaster);
  EXPECT_FALSE(facts.has_failure_subject);
}

struct SignRow {
  std::string_view header;
  std::optional<std::string_view> reverse_path;
  std::size_t want_signs;
};

TEST(HeaderFacts, FindsASignInItsZoneOnly) {
  const SignRow rows[] = {
      {"Subject: Automatic reply: x\n", {}, 1},     {"Subject:  \t Automatic reply: x\n", {}, 1},
      {"Subject: Re: Automatic reply: x\n", {}, 0}, {"Subject: [x] Automatic reply: x\n", {}, 0},
      {"Subject: x (automatic reply)\n", {}, 1},    {"From: Automatic reply <jo@example.net>\n", {}, 0},
      {"From: majordomo@example.net\n", {}, 1},     {"Subject: majordomo@example.net\n", {}, 0},
      {"X: y\n", "majordomo@example.net", 0},       {"X: y\n", "spambush@example.net", 1},
      {"From: spambush@example.net\n", {}, 0},      {"X-AskVersion: 1\n", {}, 1},
      {"X-List-Administrivia: yes\n", {}, 1},       {"X-List-Administrivia: no\n", {}, 0},
  };
  for (const auto& row : rows) {
    mail::Message message;
    const std::string mail = std::string(row.header) + "\n";
    mail::walk_header(mail, message);
    Envelope envelope;
    if (row.reverse_path) envelope.reverse_path = *row.reverse_path;
    HeaderReader reader;
    EXPECT_EQ(reader.read(message, envelope).signs.size(), row.want_signs)
        << row.header << row.reverse_path.value_or("");
  }
}

// Each reason alone; the last three rows have none.
TEST(HeaderFacts, OneReasonMakesACandidate) {
  const struct {
    std::string_view header;
    std::optional<std::string_view> reverse_path;
    bool want;
  } rows[] = {
      {"From: jo@example.net\n", "", true},
      {"From: Mail Router <jo@example.net>\n", {}, true},
      {"Content-Type: multipart/report; boundary=b\n", {}, true},
      {"Subject: Undeliverable\n", {}, true},
      {"Subject: Delivery delayed\n", {}, true},
      {"From: sysadmin@example.net\n", {}, true},
      {"X-Autorespond: x\n", {}, true},
      {"Precedence: bulk\n", {}, true},
      {"X-Autorespond: x\nList-Id: <l.example.org>\n", {}, true},
      {"Precedence: bulk\nList-Id: <l.example.org>\n", {}, false},
      {"From: jo@example.net\nSubject: Re: Plans\nReferences: <1@example.org>\n", "jo@example.net", false},
      {"From: jo@example.net\nList-Id: <l.example.org>\n", {}, false},
  };
  for (const auto& row : rows) {
    mail::Message message;
    const std::string mail = std::string(row.header) + "\n";
    mail::walk_header(mail, message);
    Envelope envelope;
    if (row.reverse_path) envelope.reverse_path = *row.reverse_path;
    HeaderReader reader;
    EXPECT_EQ(can_be_response(reader.read(message, envelope)), row.want) << row.header;
  }
}

}  // namespace
}  // namespace backstop::response
