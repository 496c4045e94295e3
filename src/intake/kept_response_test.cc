#include "intake/kept_response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "intake/proofs_fixture.h"

namespace backstop::intake {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

origin::Key key(int number, origin::KeyUse use, origin::TagFamily family = origin::TagFamily::Exim) {
  return {.number = number, .family = family, .use = use, .secret = "secret " + std::to_string(number)};
}

TEST(SealKeys, AreAllOfTheRingButIndimails) {
  origin::KeyRing ring;
  EXPECT_THAT(seal_keys(ring), IsEmpty());
  EXPECT_FALSE(sealing_key(ring));
  for (const auto& one : {key(2, origin::KeyUse::Retired), key(1, origin::KeyUse::Verify),
                          key(0, origin::KeyUse::Verify, origin::TagFamily::Indimail)})
    ASSERT_TRUE(ring.add(one));
  EXPECT_FALSE(sealing_key(ring));
  ASSERT_TRUE(ring.add(key(5, origin::KeyUse::Sign)));
  EXPECT_THAT(seal_keys(ring),
              ElementsAre(Field(&store::SealKey::number, 2), Field(&store::SealKey::number, 1),
                          Field(&store::SealKey::number, 5)));
  EXPECT_EQ(sealing_key(ring)->secret, "secret 5");
}

TEST(KeptEnvelope, HasWhatTheResponseCameWith) {
  Installation installation;
  const std::string tagged =
      origin::text_of(*origin::sign(mail::Path{origin::address_of("Ann+x@example.org")},
                                    installation.site.keys, floor<std::chrono::days>(kNow), {}));
  const struct {
    const char* name;
    std::string_view mail_from;
    std::vector<std::string> recipients;
    std::string_view want_cause;
    std::vector<std::string> want_recipients;
    smtp::Body body = smtp::Body::SevenBit;
    bool is_smtputf8 = false;
  } rows[] = {
      {"a tagged address", "", {tagged}, "tag-only", {"Ann+x@example.org"}},
      {"a bare postmaster", "", {"postmaster"}, "exempt", {"postmaster"}},
      {"a sender", "Zoe@else.test", {"ben@example.org"}, "uncertain", {"ben@example.org"}},
      {"several", "", {"ben@example.org", tagged}, "missing", {"ben@example.org", "Ann+x@example.org"}},
      {"8BITMIME", "", {"ben@example.org"}, "missing", {"ben@example.org"}, smtp::Body::EightBitMime},
      {"SMTPUTF8", "", {"ben@example.org"}, "missing", {"ben@example.org"}, smtp::Body::SevenBit, true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto transaction = installation.begin(row.recipients);
    transaction->id = "1f";
    transaction->mail.body = row.body;
    transaction->mail.smtputf8 = row.is_smtputf8;
    if (!row.mail_from.empty()) transaction->mail.reverse_path.address = origin::address_of(row.mail_from);
    MailJudge judge(*transaction, installation.reader);
    Installation::run(judge, bounce_of(header_of({})));
    const auto kept = kept_envelope(*transaction, reason_of(judge), "in", "[192.0.2.1]",
                                    kNow + std::chrono::microseconds(1'999));
    EXPECT_EQ(kept.id, "1f");
    EXPECT_EQ(kept.time, kNow + std::chrono::milliseconds(1));
    EXPECT_EQ(kept.gateway, "in");
    EXPECT_EQ(kept.domain, "example.org");
    EXPECT_EQ(kept.client, "[192.0.2.1]");
    EXPECT_EQ(kept.reverse_path, row.mail_from);
    EXPECT_EQ(kept.recipients, row.want_recipients);
    EXPECT_EQ(kept.is_eight_bit, row.body == smtp::Body::EightBitMime);
    EXPECT_EQ(kept.is_smtputf8, row.is_smtputf8);
    EXPECT_EQ(kept.kind, "dsn-failed");
    EXPECT_EQ(kept.cause, row.want_cause);
    EXPECT_EQ(kept.explanation, judge.verdict().explanation);
    EXPECT_EQ(kept.reporting_mta, "mx.example.net");
  }
}

TEST(KeptEnvelope, OfAResponseOnItsWayOutHasWhatTheNextHopWouldGet) {
  Transaction transaction;
  transaction.direction = store::Direction::Outbound;
  transaction.id = "2f";
  transaction.recipients = {{.given = "Eve+x@c.test"}, {.given = "no address"}};
  response::Response bounce;
  bounce.kind = response::Kind::DsnFailed;
  bounce.reporting_mta = "mx.example.org";
  const auto kept = kept_envelope(
      transaction, {.cause = "not-owed", .explanation = "Nobody there wrote", .response = &bounce}, "out",
      "[192.0.2.1]", kNow);
  EXPECT_EQ(kept.domain, "c.test");
  EXPECT_THAT(kept.recipients, ElementsAre("Eve+x@c.test", "\"no address\""));
  EXPECT_EQ(kept.reverse_path, "");
  EXPECT_EQ(kept.cause, "not-owed");
  EXPECT_EQ(kept.explanation, "Nobody there wrote");
  EXPECT_EQ(kept.kind, "dsn-failed");
  EXPECT_EQ(kept.reporting_mta, "mx.example.org");
  const auto unread = kept_envelope(transaction, {.cause = "unclear", .explanation = ""}, "out", "", kNow);
  EXPECT_EQ(unread.kind, "");
}

}  // namespace
}  // namespace backstop::intake
