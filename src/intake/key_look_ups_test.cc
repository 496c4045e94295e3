#include "intake/key_look_ups.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "dkim/sign_fixture.h"
#include "store/ledger_fixture.h"

namespace backstop::intake {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr KeyMemory::Time kBegin{hours(500'000)};

class KeyLookUpsTest : public testing::Test {
 protected:
  /// "found", "failed", or why there is no key.
  std::string find(const std::string& selector, const std::string& domain = "example.org") {
    const auto answer = store::run(look_ups_.find({selector, domain}, domain, budget_, now_));
    if (answer.is_failed) return "failed";
    return answer.key ? "found" : std::string(name(answer.key.error()));
  }

  KeyMemory memory_;
  std::vector<std::string> asked_;
  net::DnsAnswer answer_{.kind = net::DnsAnswer::Kind::NoName};
  KeyLookUps look_ups_{memory_, [this](std::string name) -> net::Task<net::DnsAnswer> {
                         asked_.push_back(name);
                         co_return answer_;
                       }};
  std::size_t budget_ = 1000;
  KeyMemory::Time now_ = kBegin;
};

TEST_F(KeyLookUpsTest, AKeyIsRememberedForADay) {
  answer_ = {.kind = net::DnsAnswer::Kind::Found, .texts = {dkim::Signer().record()}};
  EXPECT_EQ(find("a"), "found");
  now_ += KeyMemory::kKeepFound - seconds(1);
  EXPECT_EQ(find("a"), "found");
  EXPECT_EQ(asked_, (std::vector<std::string>{"a._domainkey.example.org"}));
  now_ += seconds(1);
  EXPECT_EQ(find("a"), "found");
  EXPECT_EQ(asked_.size(), 2u);
}

TEST_F(KeyLookUpsTest, ThatThereIsNoneForAnHour) {
  EXPECT_EQ(find("a"), "no-key");
  now_ += KeyMemory::kKeepNone - seconds(1);
  EXPECT_EQ(find("a"), "no-key");
  EXPECT_EQ(asked_.size(), 1u);
  now_ += seconds(1);
  EXPECT_EQ(find("a"), "no-key");
  EXPECT_EQ(asked_.size(), 2u);
}

TEST_F(KeyLookUpsTest, AFailureIsNotRemembered) {
  answer_ = {.kind = net::DnsAnswer::Kind::Failed};
  EXPECT_EQ(find("a"), "failed");
  answer_ = {.kind = net::DnsAnswer::Kind::Found, .texts = {"v=DKIM1; p="}};
  EXPECT_EQ(find("a"), "key-revoked");
  EXPECT_EQ(find("a"), "key-revoked");
  EXPECT_EQ(asked_.size(), 2u);
}

TEST_F(KeyLookUpsTest, AMailCausesOnlySoMany) {
  budget_ = 2;
  for (const char* const selector : {"a", "b", "c", "a"}) EXPECT_EQ(find(selector), "no-key");
  EXPECT_EQ(asked_.size(), 2u) << "c was past the budget, and a was known";
}

TEST_F(KeyLookUpsTest, ADomainOnlySoManyAnHour) {
  for (std::size_t i = 0; i < KeyMemory::kMostOfDomain + 5; ++i) find("s" + std::to_string(i));
  EXPECT_EQ(asked_.size(), KeyMemory::kMostOfDomain);
  find("a", "example.com");
  EXPECT_EQ(asked_.size(), KeyMemory::kMostOfDomain + 1) << "another domain";
  now_ += hours(1);
  find("a");
  EXPECT_EQ(asked_.size(), KeyMemory::kMostOfDomain + 2) << "another hour";
}

// A transaction has the time of its MAIL, so one may come with an earlier hour.
TEST_F(KeyLookUpsTest, AnEarlierHourEmptiesNoCount) {
  for (std::size_t i = 0; i < KeyMemory::kMostOfDomain; ++i) find("s" + std::to_string(i));
  now_ -= seconds(1);
  find("a");
  now_ += seconds(1);
  find("b");
  EXPECT_EQ(asked_.size(), KeyMemory::kMostOfDomain);
}

TEST_F(KeyLookUpsTest, MemoryIsBounded) {
  for (std::size_t i = 0; i < KeyMemory::kMostNames; ++i)
    memory_.remember(std::to_string(i), std::unexpected(dkim::Outcome::NoKey), now_);
  EXPECT_TRUE(memory_.find("0", now_));
  memory_.remember("one more", std::unexpected(dkim::Outcome::NoKey), now_);
  EXPECT_FALSE(memory_.find("0", now_));
  EXPECT_TRUE(memory_.find("one more", now_));
}

}  // namespace
}  // namespace backstop::intake
