// Situations from the field that the proofs must get right, each by its name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "intake/proofs_fixture.h"
#include "response/answered.h"

namespace backstop::intake {
namespace {

using std::chrono::days;

class ProofCases : public testing::Test, public Installation {
 protected:
  std::string tagged(std::string_view address, days age = days(0), std::string_view secret = "secret",
                     int number = 0) const {
    auto key = site.keys.keys().front();
    key.secret = secret;
    key.number = number;
    const auto day = floor<days>(kNow) - age;
    return origin::text_of(
        *origin::sign(mail::Path{origin::address_of(address)}, origin::ring_of(key), day, site.tags));
  }
  void tag_mail() {
    site.has_tags = true;
    ReadySince since;
    since.fill(floor<days>(kNow) - days(20));
    ready.replace({{"example.org", since}});
  }
};

TEST_F(ProofCases, TwoNodesOneNumber) {
  tag_mail();
  EXPECT_EQ(judge(bounce_of(signed_header()), tagged("ann@example.org", days(0), "another node's")),
            "genuine dkim B: label");
}

TEST_F(ProofCases, QmailDay8) {
  tag_mail();
  EXPECT_EQ(judge(bounce_of({}), tagged("ann@example.org", days(8))), "genuine tag C: label");
}

TEST_F(ProofCases, Day20NoOriginal) {
  tag_mail();
  EXPECT_EQ(judge(bounce_of({}), tagged("ann@example.org", days(20))), "unproven stale: quarantine");
}

TEST_F(ProofCases, SesRewrote) {
  const auto top = watermark("ann@example.org");
  const auto mail =
      header_of({.id = "0100abc@ses.example", .date = "Wed, 2 Dec 2026 11:00:00 +0000", .top = top});
  EXPECT_EQ(judge(bounce_of(mail, "carl@example.net", "message/rfc822")), "genuine watermark B: label");
}

// Spam as bounces around one copy of our newsletter, to addresses that we never wrote to.
TEST_F(ProofCases, NewsletterWrapped) {
  open_ledger();
  record({{store::sent_id("news@example.org", "n1@example.org"), 300},
          {store::sent_to("news@example.org", "n1@example.org", "reader@else.test")}});
  const auto top = watermark("news@example.org");
  const auto newsletter =
      header_of({.from = "news@example.org", .to = "list@example.org", .id = "n1@example.org", .top = top});
  int genuine = 0;
  for (int i = 0; i < 60; ++i) {
    const auto client = fmt::format("10.{}.{}.1", i / 250, i % 250);
    const auto found =
        judge(bounce_of(newsletter, fmt::format("{}@else.test", i)), "news@example.org", client);
    genuine += found == "genuine watermark B: label";
    if (i >= 20) EXPECT_EQ(found, "unproven worn: quarantine") << i;
  }
  EXPECT_EQ(genuine, 20);
  EXPECT_EQ(judge(bounce_of(newsletter, "reader@else.test"), "news@example.org"),
            "genuine watermark A: label");
}

// One harvested id from one network: five an hour, and the true bounce is not kept out.
TEST_F(ProofCases, BurnTheCounter) {
  open_ledger();
  record({{store::sent_id("ann@example.org", "1@example.org"), 1},
          {store::sent_to("ann@example.org", "1@example.org", "carl@example.net")}});
  int genuine = 0;
  for (int i = 0; i < 100; ++i) {
    genuine += judge(bounce_of(header_of({}), fmt::format("{}@else.test", i))) == "genuine ledger B: label";
    if (i % 50 == 49) EXPECT_EQ(genuine, i == 49 ? 5 : 10);
    if (i == 49) store::pass(std::chrono::hours(1));
  }
  EXPECT_EQ(judge(bounce_of(header_of({}))), "genuine ledger A: label");
}

TEST_F(ProofCases, Retry480) {
  open_ledger();
  record({{store::sent_id("ann@example.org", "1@example.org"), 1},
          {store::sent_to("ann@example.org", "1@example.org", "carl@example.net")}});
  for (int i = 0; i < 480; ++i) {
    ASSERT_EQ(judge(bounce_of(header_of({})), "ann@example.org", "192.0.2.1", false),
              "genuine ledger A: label")
        << i;
    store::pass(std::chrono::minutes(15));
  }
  EXPECT_EQ(judge(bounce_of(header_of({}))), "genuine ledger A: label");
}

// No batch is written between the rows and the look-up.
TEST_F(ProofCases, InstantBounce) {
  open_ledger();
  place.lock();
  record({{store::sent_id("ann@example.org", "1@example.org"), 1}});
  EXPECT_EQ(judge(bounce_of(header_of({}))), "genuine ledger B: label");
  place.unlock();
}

// The header of a post in a public archive. Its Message-ID isn't signed, so each copy has another.
TEST_F(ProofCases, ArchiveHeader) {
  site.watermark_keys = {};
  int genuine = 0;
  const std::string post = signed_header({}, "from:to:date");
  for (int i = 0; i < 30; ++i) {
    std::string header = post;
    header.replace(header.find("<1@"), 3, fmt::format("<{}@", i));
    genuine += judge(bounce_of(header), "ann@example.org", fmt::format("10.{}.{}.1", i / 250, i % 250))
                   .starts_with("genuine dkim B");
  }
  EXPECT_EQ(genuine, 20);
}

TEST_F(ProofCases, OtherMailbox) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(judge(bounce_of(signed_header()), "ceo@example.org"), "unproven hinted: quarantine") << i;
    EXPECT_TRUE(is_contradiction);
  }
  EXPECT_EQ(judge(bounce_of(signed_header()), "ceo@example.org"), "unproven missing: refuse");
}

// A newsletter service signs for us with a key that the folder doesn't have.
TEST_F(ProofCases, EspWay) {
  auto answer = net::DnsAnswer{.kind = net::DnsAnswer::Kind::Failed};
  std::vector<std::string> asked;
  look_ups = std::make_unique<KeyLookUps>(key_memory, [&](std::string name) -> net::Task<net::DnsAnswer> {
    asked.push_back(name);
    co_return answer;
  });
  site.dkim_keys = nullptr;
  EXPECT_EQ(judge(bounce_of(signed_header())), "unproven incomplete: label") << "DNS is down";
  answer = {.kind = net::DnsAnswer::Kind::Found, .texts = {signer.record()}};
  EXPECT_EQ(judge(bounce_of(signed_header())), "genuine dkim B: label");
  EXPECT_EQ(judge(bounce_of(signed_header())), "genuine dkim B: label");
  EXPECT_THAT(asked, testing::Each("s._domainkey.example.org"));
  EXPECT_EQ(asked.size(), 2u) << "the answer was kept, the failure was not";
}

// A ledger that was born an hour ago; the domain's readiness is younger than what comes back.
TEST_F(ProofCases, LedgerFlushed) {
  open_ledger();
  be_ready_since(floor<days>(kNow));
  store::pass(std::chrono::hours(1));
  EXPECT_EQ(judge(bounce_of(header_of({}))), "unproven incomplete: label");
  EXPECT_EQ(judge(bounce_of(header_of({.date = "Thu, 3 Dec 2026 12:55:00 +0000"}))),
            "unproven missing: refuse");
}

// A ledger of two months that keeps ids for three days says nothing about a mail of five days ago.
TEST_F(ProofCases, ForgottenId) {
  open_ledger(days(3));
  ledger.reset();
  place.cover_since(kNow - days(60));
  open_ledger(days(3));
  be_ready_since(floor<days>(kNow));
  EXPECT_EQ(judge(bounce_of(header_of({.date = "Sat, 28 Nov 2026 12:00:00 +0000"}))),
            "unproven incomplete: label");
  EXPECT_EQ(judge(bounce_of(header_of({.date = "Mon, 30 Nov 2026 11:59:59 +0000"}))),
            "unproven incomplete: label");
  EXPECT_EQ(judge(bounce_of(header_of({.date = "Mon, 30 Nov 2026 12:00:00 +0000"}))),
            "unproven missing: refuse");
}

// One of the ids that the ledger wasn't asked for may be ours.
TEST_F(ProofCases, MoreIdsThanTheLedgerIsAskedFor) {
  tag_mail();
  open_ledger();
  for (const std::size_t count : {49UZ, 50UZ}) {
    std::vector<std::string> recipients;
    for (std::size_t i = 0; i < count; ++i) recipients.push_back(fmt::format("u{}@example.org", i));
    const auto transaction = begin(recipients);
    MailJudge judge(*transaction, reader);
    auto response = judge.read(bounce_of({}), response::Extent::Whole);
    for (std::size_t i = 0; i < response::kMostAnsweredIds; ++i)
      response.answered_ids.push_back(fmt::format("{}@example.org", i));
    run(judge, std::move(response));
    EXPECT_EQ(shown(judge), count == 49 ? "unproven bare: refuse" : "unproven incomplete: label") << count;
  }
}

TEST_F(ProofCases, MdnById) {
  open_ledger();
  record({{store::sent_id("ann@example.org", "1@example.org"), 1}});
  EXPECT_EQ(judge("From: carl@example.net\r\nSubject: Read: minutes\r\nMIME-Version: 1.0\r\n"
                  "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
                  "--b\r\n\r\nIt was displayed.\r\n--b\r\nContent-Type: message/disposition-notification\r\n"
                  "\r\nFinal-Recipient: rfc822; carl@example.net\r\nOriginal-Message-ID: <1@example.org>\r\n"
                  "Disposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n"),
            "genuine ledger B: label");
}

TEST_F(ProofCases, ChallengeWithHeaders) {
  const auto header = signed_header();
  EXPECT_EQ(
      judge("From: Bob <bob@example.com>\r\n"
            "Subject: Your email requires verification verify#1XyZ\r\nX-Boxtrapper: 1XyZ\r\n"
            "X-Autorespond: x\r\nPrecedence: auto_reply\r\n\r\n"
            "The message you sent requires that you verify that you are a real live human being.\r\n\r\n"
            "The headers of the message sent from your address are shown below:\r\n\r\n" +
            header),
      "genuine dkim B: label");
}

TEST_F(ProofCases, Forwarded) {
  open_ledger();
  record({{store::sent_id("ann@example.org", "1@example.org"), 1},
          {store::sent_to("ann@example.org", "1@example.org", "carl@example.net")}});
  const auto header = header_of({.to = "dora@else.test"});
  EXPECT_EQ(judge(bounce_of(header, "dora@else.test")), "genuine ledger B: label");
}

TEST_F(ProofCases, GlobalHeaders) {
  open_ledger();
  record({{store::sent_id("ann@example.org", "1@example.org"), 1}});
  for (const auto& header :
       {watermark("ann@example.org") + header_of({.id = "2@example.org"}), signed_header(), header_of({})}) {
    EXPECT_THAT(judge(bounce_of(header, "carl@example.net", "message/global-headers")),
                testing::StartsWith("genuine"));
  }
}

TEST_F(ProofCases, UpperCased) {
  tag_mail();
  auto address = tagged("ann@example.org");
  for (char& c : address) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  EXPECT_EQ(judge(bounce_of({}), address), "genuine tag C: label");
}

TEST_F(ProofCases, UnknownNumber) {
  tag_mail();
  const auto header = header_of({});
  EXPECT_EQ(judge(bounce_of(header)), "unproven missing: refuse");
  EXPECT_EQ(judge(bounce_of(header), tagged("ann@example.org", days(0), "x", 7)), "forged bad-tag: refuse");
}

TEST_F(ProofCases, SelectorFlood) {
  std::size_t asked = 0;
  look_ups = std::make_unique<KeyLookUps>(key_memory, [&](std::string) -> net::Task<net::DnsAnswer> {
    ++asked;
    co_return net::DnsAnswer{.kind = net::DnsAnswer::Kind::NoName};
  });
  for (int i = 0; i < 40; ++i) {
    const auto header = signed_header({}, "from:date", fmt::format("x{}", i));
    EXPECT_EQ(judge(bounce_of(header)), i < 5 ? "unproven hinted: quarantine" : "unproven missing: refuse")
        << i;
  }
  EXPECT_EQ(asked, KeyMemory::kMostOfDomain);
}

TEST_F(ProofCases, OldDate) {
  be_ready_since(floor<days>(kNow) - days(20));
  EXPECT_EQ(judge(bounce_of(header_of({.date = "Fri, 4 Sep 2026 10:00:00 +0000"}))),
            "unproven missing: refuse");
  EXPECT_EQ(judge(bounce_of(header_of({.date = "Mon, 9 Nov 2026 10:00:00 +0000"}))),
            "unproven incomplete: label")
      << "24 days ago";
}

TEST_F(ProofCases, EnvelopeOnly) {
  EXPECT_EQ(judge(bounce_of(header_of({.from = "service@bank.example"}))), "unproven missing: refuse");
}

TEST_F(ProofCases, SameBytes) {
  open_ledger();
  record({{store::sent_id("ann@example.org", "1@example.org"), 1},
          {store::sent_to("ann@example.org", "1@example.org", "carl@example.net")}});
  int genuine = 0;
  for (int i = 0; i < 500; ++i) genuine += judge(bounce_of(header_of({}))) == "genuine ledger A: label";
  EXPECT_EQ(genuine, 3 + 9);
}

// A proof at once: the places are taken when the mail is judged, and not when it is delivered.
TEST_F(ProofCases, AtOnce) {
  open_ledger();
  record({{store::sent_id("ann@example.org", "1@example.org"), 1}});
  std::vector<std::unique_ptr<Transaction>> transactions;
  std::vector<MailJudge> judges;
  judges.reserve(500);
  int genuine = 0;
  for (int i = 0; i < 500; ++i) {
    transactions.push_back(begin({"ann@example.org"}, fmt::format("10.{}.{}.1", i / 250, i % 250)));
    run(judges.emplace_back(*transactions.back(), reader), bounce_of(header_of({})));
    genuine += shown(judges.back()) == "genuine ledger B: label";
  }
  EXPECT_EQ(genuine, 20);
}

TEST_F(ProofCases, AnAnswerOfACorrespondentIsHinted) {
  open_ledger();
  record({{store::pair("ann@example.org", "zoe@else.test")}});
  const std::string away =
      "From: Zoe <zoe@else.test>\r\nSubject: Away\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n";
  for (int i = 0; i < 10; ++i) EXPECT_EQ(judge(away), "unproven hinted: label") << i;
  EXPECT_EQ(judge(away, "ben@example.org"), "unproven bare: label");
}

std::string person(std::string_view from, std::string_view subject, std::string_view text,
                   std::string_view more = {}) {
  return fmt::format("From: {}\r\nSubject: {}\r\n{}\r\n{}\r\n", from, subject, more, text);
}

TEST_F(ProofCases, ParcelNullSender) {
  EXPECT_THAT(judge(person("Parcels <service@parcels.example>", "Delivery failure: your parcel",
                           "We could not deliver your parcel 4711 to the address that you gave.")),
              testing::AnyOf(testing::EndsWith(": label"), testing::EndsWith(": accept")));
}

TEST_F(ProofCases, ExchangeListPerson) {
  EXPECT_THAT(
      judge(person("Dora <dora@else.test>", "RE: Undeliverable: minutes",
                   "Hi Ann,\r\n\r\nthe bounce said 550 5.1.1 user unknown. Did you get it, too?\r\n\r\nDora",
                   "List-Id: <team.else.test>\r\nX-MS-Exchange-Organization-SCL: -1\r\n")),
      testing::AnyOf(testing::EndsWith(": label"), testing::EndsWith(": accept")));
}

// The words of a bounce from a person, to recipients of whom one would excuse it alone.
TEST_F(ProofCases, PostmasterAndTagCarryNobodyElse) {
  tag_mail();
  mail_from = "zoe@else.test";
  const auto words = bounce_of({});
  const struct {
    const char* name;
    std::vector<std::string> recipients;
    std::string_view want;
  } rows[] = {
      {"postmaster-carries", {"postmaster@example.org", "ann@example.org", "ben@example.org"}, "uncertain"},
      {"tag-carries", {tagged("ann@example.org"), "ben@example.org", "carl@example.org"}, "uncertain"},
  };
  for (const auto& row : rows) {
    const auto transaction = begin(row.recipients);
    MailJudge judge(*transaction, reader);
    run(judge, words);
    EXPECT_EQ(policy::name(judge.verdict().cause), row.want) << row.name;
    EXPECT_EQ(origin::name(judge.origin().result), "unproven") << row.name;
    EXPECT_EQ(judge.verdict().action, policy::Action::Label) << row.name;
  }
}

// Another server made the tag before, with a key of its own under the same number; ours is a day old.
TEST_F(ProofCases, EximBefore) {
  tag_mail();
  auto key = site.keys.keys().front();
  key.created = floor<days>(kNow) - days(1);
  site.keys = origin::ring_of(key);
  be_ready_since(std::nullopt);
  EXPECT_EQ(judge(bounce_of({}), tagged("ann@example.org", days(0), "Exim's")), "unproven bare: label");
}

TEST_F(ProofCases, SavedTagPerson) {
  mail_from = "zoe@else.test";
  const auto saved = tagged("ann@example.org", days(0), "wrong");
  const auto transaction = begin({saved});
  const auto found = check_recipient(*transaction, origin::address_of(saved), false);
  EXPECT_TRUE(found.facts.is_ours);
  EXPECT_EQ(origin::text_of(found.plain), "ann@example.org");
  MailJudge judge(*transaction, reader);
  EXPECT_EQ(judge.header("From: zoe@else.test\r\nSubject: Hello\r\n\r\n"), MailJudge::Next::Pass);
}

TEST_F(ProofCases, NotRead16Months) {
  EXPECT_THAT(judge("From: carl@example.net\r\nSubject: Not read: minutes\r\nMIME-Version: 1.0\r\n"
                    "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
                    "--b\r\n\r\nYour message was deleted without being read on 2026-12-02.\r\n"
                    "Sent: 2025-08-01\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
                    "Final-Recipient: rfc822; carl@example.net\r\nOriginal-Message-ID: <old@example.org>\r\n"
                    "Disposition: automatic-action/MDN-sent-automatically; deleted\r\n\r\n--b--\r\n"),
              testing::EndsWith(": label"));
}

TEST_F(ProofCases, OptInOptOut) {
  EXPECT_THAT(
      judge(person(
          "cooks-request@lists.test", "Your confirmation is required to join the Cooks mailing list",
          "We have received a request for subscription of your email address to the Cooks mailing list. "
          "To confirm, reply to this message.",
          "Precedence: bulk\r\nX-List-Administrivia: yes\r\nList-Id: <cooks.lists.test>\r\n")),
      testing::AnyOf(testing::EndsWith(": label"), testing::EndsWith(": accept")));
  mail_from = "ann@icloud.example";
  EXPECT_THAT(judge(person("ann@icloud.example", "unsubscribe", "Please unsubscribe me.")),
              testing::EndsWith(": accept"));
  mail_from = "staff@hotmail.example";
  EXPECT_THAT(
      judge("From: staff@hotmail.example\r\nSubject: complaint about message from 192.0.2.1\r\n"
            "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; "
            "boundary=b\r\n\r\n--b\r\n\r\nA complaint.\r\n--b\r\nContent-Type: message/feedback-report"
            "\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: JMRP/1\r\nVersion: 1\r\n\r\n--b--\r\n"),
      testing::EndsWith(": accept"));
}

TEST_F(ProofCases, RelayBackupMx) {
  site.domains = {{.name = "example.org",
                   .stage = policy::Stage::Reject,
                   .relays = {net::Network::parse("192.0.2.1").value()}}};
  EXPECT_EQ(judge(bounce_of(header_of({}))), "unproven missing: quarantine");
  site.has_quarantine = false;
  EXPECT_EQ(judge(bounce_of(header_of({}))), "unproven missing: label");
  EXPECT_EQ(judge(bounce_of(header_of({})), "ann@example.org", "192.0.2.9"), "unproven missing: refuse");
}

}  // namespace
}  // namespace backstop::intake
