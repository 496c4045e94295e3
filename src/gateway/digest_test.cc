#include "gateway/digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace backstop::gateway {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

constexpr auto kToday = std::chrono::sys_days(std::chrono::year(2026) / 11 / 30);
constexpr DigestFacts kFacts{.keep = hours(14 * 24), .now = kToday, .most = 100};

class DigestTest : public testing::Test {
 protected:
  DigestTest() {
    settings_.hostname = "mx.example.org";
    settings_.domains = {{.name = "example.org"}};
  }

  /// Adds one that is a day older than the one before.
  store::KeptEnvelope& add(std::string id, std::vector<std::string> recipients, std::string host = "") {
    kept_.push_back({.id = std::move(id),
                     .time = kToday - days(kept_.size()),
                     .gateway = "in",
                     .client = "[192.0.2.1]",
                     .recipients = std::move(recipients),
                     .reporting_mta = std::move(host)});
    return kept_.back();
  }
  std::vector<DigestMail> mails() const { return digest_of(kept_, settings_, kFacts).mails; }

  Settings settings_;
  std::vector<store::KeptEnvelope> kept_;
};

TEST_F(DigestTest, TheWholeMail) {
  add("3f", {"bob@example.org"}, "mx.shop.test");
  add("2f", {"bob@example.org"}).is_told = true;
  add("1f", {"bob@example.org"}, "mx.shop.test");
  const auto all = mails();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_THAT(all[0].ids, ElementsAre("3f", "1f"));
  EXPECT_EQ(all[0].newest, &kept_[0]);
  EXPECT_EQ(all[0].text,
            "From: Backstop <postmaster@example.org>\r\n"
            "To: <bob@example.org>\r\n"
            "Subject: 3 responses are kept back\r\n"
            "Date: Mon, 30 Nov 2026 00:00:00 +0000\r\n"
            "Message-ID: <digest.2026-11-30.1.3f@mx.example.org>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "\r\n"
            "3 responses to bob@example.org\r\n"
            "are kept back, 2 of them since you were last told.\r\n"
            "\r\n"
            "A response is a bounce, an automatic answer or the like. These say that they\r\n"
            "answer mail that you sent, and nothing proves that you did. Most of them\r\n"
            "answer spam that somebody else sent in your name.\r\n"
            "\r\n"
            "They came from these hosts:\r\n"
            "  2 from mx.shop.test, at [192.0.2.1]\r\n"
            "  1 from [192.0.2.1]\r\n"
            "\r\n"
            "The first one is deleted on 2026-12-12, the last one on 2026-12-14 (UTC).\r\n"
            "\r\n"
            "If you miss an answer to a mail of yours, ask postmaster@example.org\r\n"
            "before it is deleted. The postmaster can look at the responses and send them\r\n"
            "on to you.\r\n");
}

TEST_F(DigestTest, NobodyIsToldTwice) {
  add("1f", {"bob@example.org"}).is_told = true;
  EXPECT_THAT(mails(), IsEmpty());
}

TEST_F(DigestTest, OneMailForEachOwner) {
  add("4f", {"ann@example.org", "bob+shop@example.org"});
  add("3f", {"bob+else@example.org", "BOB+shop@example.org"});
  add("2f", {"bob@example.org"});
  add("1f", {"not an address"});
  const auto all = mails();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].to.text(), "bob@example.org") << "the plain address, if the next hop took it";
  EXPECT_THAT(all[0].ids, ElementsAre("4f", "3f", "2f"));
  EXPECT_EQ(all[1].to.text(), "ann@example.org");
  EXPECT_THAT(all[1].ids, ElementsAre("4f"));
  EXPECT_THAT(all[1].text, HasSubstr("\r\nMessage-ID: <digest.2026-11-30.2.4f@mx.example.org>\r\n"));
}

// Else those whose names come last in the alphabet would never be told.
TEST_F(DigestTest, WhoHasWaitedLongestIsToldFirst) {
  add("4f", {"ann@example.org"});
  add("3f", {"bob@example.org", "cid@example.org"});
  add("2f", {"ann@example.org"}).is_told = true;
  add("1f", {"cid@example.org"});
  const auto all = digest_of(kept_, settings_, {.keep = kFacts.keep, .now = kToday, .most = 2});
  ASSERT_EQ(all.mails.size(), 2U);
  EXPECT_EQ(all.mails[0].to.text(), "cid@example.org");
  EXPECT_EQ(all.mails[1].to.text(), "bob@example.org");
  EXPECT_EQ(all.owners, 3U);
  EXPECT_THAT(all.untold, ElementsAre(Pair("1f", 1), Pair("3f", 2), Pair("4f", 1)));
}

TEST_F(DigestTest, EachDomainHasAPostmasterOfItsOwn) {
  for (const char* const domain : {"example.org", "example.com", "example.org"})
    add(std::to_string(kept_.size()), {"postmaster"}).domain = domain;
  add("9f", {"Postmaster@example.com"}).domain = "example.com";
  const auto all = mails();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].to.text(), "Postmaster@example.com");
  EXPECT_THAT(all[0].ids, ElementsAre("1", "9f"));
  EXPECT_EQ(all[1].to.text(), "postmaster");
  EXPECT_THAT(all[1].ids, ElementsAre("0", "2"));
}

TEST_F(DigestTest, AnAddressThatTheNextHopTook) {
  add("1f", {"bob+shop@example.org"});
  EXPECT_EQ(mails().at(0).to.text(), "bob+shop@example.org");
}

TEST_F(DigestTest, AResponseCanNotWriteIntoIt) {
  for (const char* const host : {"see https://evil.test now", "a\r\nBcc: x", "evil\u202e.test", "", "x@y"}) {
    kept_.clear();
    add("1f", {"bob@example.org"}, host);
    EXPECT_THAT(mails().at(0).text, HasSubstr("hosts:\r\n  1 from [192.0.2.1]\r\n")) << host;
  }
}

TEST_F(DigestTest, TenHostsAtMost) {
  for (int i = 0; i < 12; ++i)
    add(std::to_string(i), {"bob@example.org"}, "mx" + std::to_string(i) + ".test");
  EXPECT_THAT(mails().at(0).text, HasSubstr("and more from 2 other hosts\r\n"));
  kept_.pop_back();
  EXPECT_THAT(mails().at(0).text, HasSubstr("and more from 1 other host\r\n"));
  kept_.pop_back();
  EXPECT_THAT(mails().at(0).text, Not(HasSubstr("and more")));
}

TEST_F(DigestTest, AHelpPage) {
  settings_.help_url = "https://mail.example.org/kept";
  add("1f", {"bob@example.org"});
  EXPECT_THAT(mails().at(0).text, HasSubstr("\r\nMore: https://mail.example.org/kept\r\n"));
  EXPECT_THAT(mails().at(0).text, HasSubstr("1 response to bob@example.org\r\nis kept back.\r\n"));
}

}  // namespace
}  // namespace backstop::gateway
