#include "intake/seen_signatures.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dkim/sign_fixture.h"
#include "store/ledger_fixture.h"

namespace backstop::intake {
namespace {

using std::chrono::days;

constexpr std::chrono::sys_seconds kNow = std::chrono::sys_days(std::chrono::year(2026) / 12 / 3);
constexpr std::string_view kHeader =
    "From: Ann <Ann+x@example.org>\r\nDate: Wed, 2 Dec 2026 10:00:00 +0000\r\n";

class SeenSignaturesTest : public testing::Test {
 protected:
  std::vector<origin::SeenSignature> seen(const std::vector<std::string>& blocks) {
    response::Response response;
    for (const auto& block : blocks) response.returned.push_back({.bytes = block});
    return store::run(seen_signatures(response,
                                      {.folder = &folder_,
                                       .look_ups = has_look_ups_ ? &look_ups_ : nullptr,
                                       .is_ours = [](auto domain) { return domain == "example.org"; }},
                                      kNow));
  }
  /// The outcome of one signature.
  std::string outcome(const std::string& block) {
    const auto all = seen({block});
    if (all.size() != 1) return std::to_string(all.size()) + " signatures";
    return all.front().is_failed ? "failed" : std::string(name(all.front().outcome));
  }

  dkim::Signer signer_;
  dkim::KeyStore folder_;
  KeyMemory memory_;
  net::DnsAnswer answer_;
  std::size_t asked_ = 0;
  bool has_look_ups_ = true;
  KeyLookUps look_ups_{memory_, [this](std::string) -> net::Task<net::DnsAnswer> {
                         ++asked_;
                         co_return answer_;
                       }};
};

TEST_F(SeenSignaturesTest, SaysWhoseMailWasSigned) {
  folder_.add({"s", "example.org"}, {.key = signer_.key()});
  const auto all = seen({signer_.sign(kHeader, "from:date")});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(name(all.front().outcome), "good");
  EXPECT_EQ(name(all.front().fitness), "fit");
  EXPECT_EQ(all.front().from, "ann@example.org");
  EXPECT_EQ(all.front().key_name, "s._domainkey.example.org");
  EXPECT_EQ(all.front().id.size(), 32u);
  EXPECT_EQ(asked_, 0u) << "the folder has the key";
}

TEST_F(SeenSignaturesTest, AKeyOfTheFolderCountsUntilItsEnd) {
  const std::string block = signer_.sign(kHeader, "from:date");
  const auto today = floor<days>(kNow);
  for (const auto& [until, want] : {std::pair(today - dkim::StoredKey::kLate, "good"),
                                    std::pair(today - dkim::StoredKey::kLate - days(1), "key-out-of-days")}) {
    folder_ = {};
    folder_.add({"s", "example.org"}, {.key = signer_.key(), .until = until});
    EXPECT_EQ(outcome(block), want);
  }
  EXPECT_EQ(asked_, 0u) << "what the folder has is not looked up";
}

TEST_F(SeenSignaturesTest, OtherKeysAreLookedUp) {
  const std::string block = signer_.sign(kHeader, "from:date");
  EXPECT_EQ(outcome(block), "failed");
  answer_ = {.kind = net::DnsAnswer::Kind::Found, .texts = {signer_.record()}};
  EXPECT_EQ(outcome(block), "good");
  has_look_ups_ = false;
  EXPECT_EQ(outcome(block), "no-key");
}

TEST_F(SeenSignaturesTest, ChangedFieldsAndOtherDomains) {
  folder_.add({"s", "example.org"}, {.key = signer_.key()});
  auto block = signer_.sign(kHeader, "from:date");
  block.replace(block.find("10:00"), 5, "11:00");
  EXPECT_EQ(outcome(block), "bad-signature");
  auto other = signer_.sign(kHeader, "from:date");
  other.replace(other.find("d=example.org"), 13, "d=example.net");
  EXPECT_EQ(outcome(other), "0 signatures");
}

TEST_F(SeenSignaturesTest, OnlySoManyAreVerified) {
  folder_.add({"s", "example.org"}, {.key = signer_.key()});
  std::string four(kHeader);
  for (int i = 0; i < 4; ++i) four = signer_.sign(four, "from:date");
  EXPECT_EQ(seen({four, four}).size(), kMostVerified);
  EXPECT_EQ(seen({four, four, four}).size(), kMostVerified);
}

}  // namespace
}  // namespace backstop::intake
