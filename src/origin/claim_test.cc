#include "origin/claim.h"

#include <gtest/gtest.h>

#include "origin/tag_fixture.h"

namespace backstop::origin {
namespace {

using response::Kind;
using response::Look;
using response::ShownBy;

// The ring's key was made on day 20000.
constexpr int kToday = 20780;
constexpr std::string_view kPlain = "ann@example.org";

std::string tagged(std::string_view address, int on_day = kToday, std::string_view secret = "secret",
                   int number = 0) {
  const auto ring = ring_of(key_of(number, secret));
  return text_of(*sign({address_of(address)}, ring, day(on_day)));
}

Recipient recipient_of(std::string_view address, const KeyRing& keys, int today = kToday) {
  return {.address = address_of(address), .tag = verify(address_of(address), keys, day(today))};
}

Origin judge_for(const Recipient& recipient, const response::Response& response,
                 const ClaimContext& context) {
  return judge(collect({recipient, response, context}));
}

response::Response response_of(Kind kind, ShownBy shown_by, Look look = Look::Complete) {
  response::Response response;
  response.kind = kind;
  response.shown_by = shown_by;
  response.look = look;
  return response;
}

struct Row {
  const char* name;
  std::string address;
  bool never_sends;
  Kind kind;
  ShownBy shown_by;
  Look look;
  std::string untagged;
  std::string_view want;  ///< result, cause
};

TEST(Claim, TheFirstRuleThatHoldsDecides) {
  const auto keys = ring_of(key_of(0, "secret"));
  const std::string good = tagged(kPlain);
  const std::string stale = tagged(kPlain, kToday - 20);
  const std::string old = tagged(kPlain, kToday - 46);
  const std::string bad = tagged(kPlain, kToday, "another");
  const std::string strange = tagged(kPlain, kToday, "another", 3);
  const std::string srs = "SRS0=aBcD=XY=example.com=dave@example.org";
  constexpr auto kDsn = Kind::DsnFailed;
  constexpr auto kReport = ShownBy::DeliveryStatus;
  const Row rows[] = {
      {"good tag", good, false, kDsn, kReport, Look::Complete, "", "genuine tag"},
      {"good tag, in a mail that was cut", good, false, kDsn, kReport, Look::Cut, "", "genuine tag"},
      {"good tag, in a padded mail", good, false, kDsn, ShownBy::Padding, Look::Padded, "", "genuine tag"},
      {"good tag, to a mailbox that never sends", good, true, kDsn, kReport, Look::Complete, "",
       "genuine tag"},
      {"good tag, in a feedback report", good, false, Kind::FeedbackReport, ShownBy::Appearance,
       Look::Complete, "", "unproven bare"},
      {"good tag, of an automatic reply", good, false, Kind::AutoReply, ShownBy::Appearance, Look::Complete,
       "", "genuine tag"},
      {"no tag", std::string(kPlain), false, kDsn, kReport, Look::Complete, "", "unproven bare"},
      {"bad tag counts as none", bad, false, kDsn, kReport, Look::Complete, "", "unproven bare"},
      {"a key number that this old ring never had counts as a bad tag", strange, false, kDsn, kReport,
       Look::Complete, "", "unproven bare"},
      {"stale tag", stale, false, kDsn, kReport, Look::Complete, "", "unproven stale"},
      {"a tag older than that counts as none", old, false, kDsn, kReport, Look::Complete, "",
       "unproven bare"},
      {"never sends, certain", std::string(kPlain), true, kDsn, kReport, Look::Complete, "",
       "forged never-sends"},
      {"never sends, certain, stale tag", stale, true, kDsn, kReport, Look::Complete, "", "unproven stale"},
      {"never sends, guessed", std::string(kPlain), true, kDsn, ShownBy::Appearance, Look::Complete, "",
       "unproven bare"},
      {"never sends, no bounce", std::string(kPlain), true, Kind::AutoReply, ShownBy::Appearance,
       Look::Complete, "", "unproven bare"},
      {"padded", std::string(kPlain), false, kDsn, ShownBy::Padding, Look::Padded, "", "unproven padded"},
      {"padded, stale tag", stale, false, kDsn, ShownBy::Padding, Look::Padded, "", "unproven stale"},
      {"cut", std::string(kPlain), false, kDsn, kReport, Look::Cut, "", "unproven incomplete"},
      {"cut, stale tag", stale, false, kDsn, kReport, Look::Cut, "", "unproven incomplete"},
      {"SRS", srs, false, kDsn, kReport, Look::Complete, "", "unproven untaggable"},
      {"SRS in a padded mail", srs, false, kDsn, ShownBy::Padding, Look::Padded, "", "unproven padded"},
      {"SRS in a mail that was cut", srs, false, kDsn, kReport, Look::Cut, "", "unproven incomplete"},
      {"SRS with plus", "srs1+aBcD=x.test==XY=example.com=dave@example.org", false, kDsn, kReport,
       Look::Complete, "", "unproven untaggable"},
      {"quoted", "john smith@example.org", false, kDsn, kReport, Look::Complete, "", "unproven untaggable"},
      {"of another product", "prvs=joe=012ABCDEFG@example.org", false, kDsn, kReport, Look::Complete, "",
       "unproven untaggable"},
      {"of another product, Barracuda's", "btv1==760cdc7c545==joe@example.org", false, kDsn, kReport,
       Look::Complete, "", "unproven untaggable"},
      {"48 octets", std::string(48, 'x') + "@example.org", false, kDsn, kReport, Look::Complete, "",
       "unproven bare"},
      {"49 octets", std::string(49, 'x') + "@example.org", false, kDsn, kReport, Look::Complete, "",
       "unproven untaggable"},
      {"SRS behind a bad tag", "prvs=0787000000=" + srs, false, kDsn, kReport, Look::Complete, "",
       "unproven untaggable"},
      {"it went where no tag is sent", std::string(kPlain), false, kDsn, kReport, Look::Complete,
       "Mail to lists.test leaves without a tag.", "unproven untaggable"},
  };
  for (const auto& row : rows) {
    Recipient recipient = recipient_of(row.address, keys);
    recipient.never_sends = row.never_sends;
    const auto response = response_of(row.kind, row.shown_by, row.look);
    const Origin origin =
        judge_for(recipient, response, {.has_keys = true, .is_tagging = true, .untagged = row.untagged});
    EXPECT_EQ(std::string(name(origin.result)) + " " + std::string(name(origin.cause)), row.want) << row.name;
    EXPECT_FALSE(origin.why.empty()) << row.name;
    EXPECT_TRUE(origin.why.ends_with('.')) << row.name << ": " << origin.why;
  }
}

TEST(Claim, AnUnknownKeyNumberIsIncompleteWhileTheRingIsYoung) {
  const auto keys = ring_of(key_of(0, "secret"));
  const std::string strange = tagged(kPlain, 20000, "another", 3);
  const auto cause_on = [&](int today) {
    const auto response = response_of(Kind::DsnFailed, ShownBy::DeliveryStatus);
    return name(judge_for(recipient_of(strange, keys, today), response, {.has_keys = true}).cause);
  };
  EXPECT_EQ(cause_on(20000), "incomplete");
  EXPECT_EQ(cause_on(20044), "incomplete");
  EXPECT_EQ(cause_on(20045), "bare");
}

TEST(Claim, WithTagsOffNoAddressIsUntaggable) {
  const auto keys = ring_of(key_of(0, "secret"));
  const auto recipient = recipient_of("SRS0=a=b=c.test=d@example.org", keys);
  const auto response = response_of(Kind::DsnFailed, ShownBy::DeliveryStatus);
  for (const bool is_tagging : {false, true}) {
    const auto origin = judge_for(recipient, response, {.has_keys = true, .is_tagging = is_tagging});
    EXPECT_EQ(name(origin.cause), is_tagging ? "untaggable" : "bare");
  }
}

TEST(Claim, WithoutKeysNoTagIsLookedFor) {
  const auto response = response_of(Kind::DsnFailed, ShownBy::DeliveryStatus);
  const Origin origin = judge_for(recipient_of("SRS0=a=b=c.test=d@example.org", KeyRing()), response, {});
  EXPECT_EQ(name(origin.cause), "bare");
  EXPECT_TRUE(origin.evidence.empty());
}

TEST(Claim, AHostOfOursInTheReturnedHeaderIsAHint) {
  const auto keys = ring_of(key_of(0, "secret"));
  auto response = response_of(Kind::DsnFailed, ShownBy::DeliveryStatus);
  const auto cause = [&](std::string_view address) {
    const ClaimContext context{.has_keys = true, .trace = trace_of(response, "mx.example.org")};
    return name(judge_for(recipient_of(address, keys), response, context).cause);
  };
  EXPECT_EQ(cause(kPlain), "bare") << "nothing came back";
  response.original.emplace();
  const struct {
    const char* name;
    std::string header;
    std::string_view want;
  } rows[] = {
      {"by it",
       "Received: from desk.example.org ([192.0.2.1])\r\n\tby MX.Example.org (Backstop) with ESMTP id "
       "1f;\r\n\tx\r\n",
       "hinted"},
      {"by it, at the end", "Received: from a.test by mx.example.org; Mon, 23 Nov 2026 10:00:00 +0000\r\n",
       "hinted"},
      {"by it, in the second", "Received: by a.test\r\nReceived: by mx.example.org\r\n", "hinted"},
      {"from it", "Received: from mx.example.org by mx.else.test; x\r\n", "bare"},
      {"by a host below it", "Received: from a.test by x.mx.example.org; x\r\n", "bare"},
      {"by a host whose name begins so", "Received: from a.test by mx.example.org.else.test; x\r\n", "bare"},
      {"in another field", "X-Received: from a.test by mx.example.org; x\r\n", "bare"},
      {"in nothing", "Received:\r\n", "bare"},
      {"in words without end", "Received: " + std::string(5000, 'a') + " " + std::string(5000, ' ') + "\r\n",
       "bare"},
  };
  for (const auto& row : rows) {
    response.returned = {{.bytes = row.header + "From: ann@example.org\r\n\r\n"}};
    EXPECT_EQ(cause(kPlain), row.want) << row.name;
  }
  response.returned = {{.bytes = rows[0].header}};
  EXPECT_EQ(cause(tagged(kPlain, kToday, "another")), "hinted") << "a bad tag counts as none";
  EXPECT_EQ(cause(tagged(kPlain)), "tag");
  EXPECT_EQ(cause(tagged(kPlain, kToday - 20)), "stale");
  response.look = Look::Padded;
  EXPECT_EQ(cause(kPlain), "padded");
  response.look = Look::Complete;
  response.kind = Kind::AutoReply;
  EXPECT_EQ(cause(kPlain), "bare") << "of a bounce alone";
}

// Each kind of evidence, with cases in which it applies and in which it does not.
TEST(Claim, CollectsTheEvidenceThatApplies) {
  const struct {
    const char* name;
    bool has_keys;
    bool never_sends;
    std::string trace;
    Kind kind;
    ShownBy shown_by;
    std::string want;
  } rows[] = {
      {"all", true, true, "Seen.", Kind::DsnFailed, ShownBy::DeliveryStatus,
       "tag=proves never-sends=refutes trace=hints "},
      {"without keys", false, true, "Seen.", Kind::DsnFailed, ShownBy::DeliveryStatus,
       "never-sends=refutes trace=hints "},
      {"it may send", true, false, "Seen.", Kind::DsnFailed, ShownBy::DeliveryStatus,
       "tag=proves trace=hints "},
      {"a guessed bounce", true, true, "Seen.", Kind::DsnFailed, ShownBy::Appearance,
       "tag=proves trace=hints "},
      {"without a trace", true, true, "", Kind::DsnFailed, ShownBy::DeliveryStatus,
       "tag=proves never-sends=refutes "},
      {"an automatic reply", true, true, "Seen.", Kind::AutoReply, ShownBy::Appearance, "tag=proves "},
      {"a feedback report", true, true, "Seen.", Kind::FeedbackReport, ShownBy::Appearance, "tag=silent "},
      {"nothing to look at", false, false, "", Kind::DsnFailed, ShownBy::DeliveryStatus, ""},
  };
  const auto keys = ring_of(key_of(0, "secret"));
  for (const auto& row : rows) {
    Recipient recipient = recipient_of(tagged(kPlain), keys);
    recipient.never_sends = row.never_sends;
    const auto response = response_of(row.kind, row.shown_by);
    const ClaimContext context{.has_keys = row.has_keys, .trace = row.trace};
    std::string got;
    for (const auto& one : collect({recipient, response, context}).evidence) {
      got.append(name(one.kind)).append("=").append(name(one.finding)).append(" ");
    }
    EXPECT_EQ(got, row.want) << row.name;
  }
}

TEST(Claim, ATagIsNeverPartOfThePlainAddress) {
  const auto keys = ring_of(key_of(0, "secret"));
  EXPECT_EQ(text_of(recipient_of(tagged(kPlain), keys).plain()), kPlain);
  EXPECT_EQ(text_of(recipient_of(tagged(kPlain, kToday, "another"), keys).plain()), kPlain);
  EXPECT_EQ(text_of(recipient_of("btv1==760cdc7c545==joe@example.org", keys).plain()),
            "btv1==760cdc7c545==joe@example.org");
}

// Never for a bounce: a forger knows who writes to whom better than a program can check it.
TEST(Claim, ThatTheOwnerWroteToTheAuthorIsAHint) {
  const struct {
    Kind kind;
    std::string_view want;
  } rows[] = {{Kind::AutoReply, "hinted"},  {Kind::Challenge, "hinted"},   {Kind::Mdn, "hinted"},
              {Kind::ListNotice, "hinted"}, {Kind::FilterNotice, "bare"},  {Kind::DsnFailed, "bare"},
              {Kind::DsnDelayed, "bare"},   {Kind::FeedbackReport, "bare"}};
  for (const auto& row : rows) {
    const auto response = response_of(row.kind, ShownBy::Appearance);
    const auto found = judge_for(recipient_of(kPlain, {}), response, {.pair = "She wrote to zoe@else.test."});
    EXPECT_EQ(name(found.cause), row.want) << static_cast<int>(row.kind);
  }
}

}  // namespace
}  // namespace backstop::origin
