// What every quarantine must do, whatever database is behind it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "store/quarantine.h"
#include "store/quarantine_fixture.h"

namespace backstop::store {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const SealKey& signing() {
  return seal_keys().back();
}

class QuarantineContract : public QuarantineTest {
 protected:
  std::unique_ptr<Quarantine> quarantine_ = opened(settings());
};

TEST_F(QuarantineContract, GivesBackWhatItKeeps) {
  const auto response = kept("1f");
  ASSERT_TRUE(quarantine_->keep(response, signing()));
  const auto found = quarantine_->find("1f", seal_keys(), kKeptAt);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->envelope, response.envelope);
  EXPECT_EQ((*found)->message, response.message);
  EXPECT_FALSE(quarantine_->find("2f", seal_keys(), kKeptAt).value());
}

TEST_F(QuarantineContract, AnotherProcessSeesItAtOnce) {
  const auto other = open_existing_quarantine(settings());
  ASSERT_TRUE(other) << other.error().message;
  ASSERT_TRUE(quarantine_->keep(kept("1f"), signing()));
  EXPECT_THAT(ids(**other), ElementsAre("1f"));
  EXPECT_TRUE((*other)->remove("1f").value());
  EXPECT_THAT(ids(*quarantine_), IsEmpty());
}

TEST_F(QuarantineContract, KeepsAnyBytes) {
  for (const std::string& message :
       {std::string(), std::string(3'000'000, 'x'), std::string("\0\xff\r\n.\r\n", 7)}) {
    auto response = kept(std::to_string(message.size()));
    response.message = message;
    ASSERT_TRUE(quarantine_->keep(response, signing()));
    EXPECT_EQ((*quarantine_->find(response.envelope.id, seal_keys(), kKeptAt))->message, message);
  }
}

TEST_F(QuarantineContract, ListsTheNewestFirst) {
  for (int i = 1; i <= 3; ++i)
    ASSERT_TRUE(quarantine_->keep(kept(std::to_string(i), kKeptAt + milliseconds(i % 3)), signing()));
  const auto now = kKeptAt + hours(1);
  EXPECT_THAT(ids(*quarantine_, now), ElementsAre("2", "1", "3"));
  EXPECT_THAT(ids(*quarantine_, now, 2), ElementsAre("2", "1"));
}

TEST_F(QuarantineContract, TakesAnIdOnce) {
  ASSERT_TRUE(quarantine_->keep(kept("1f"), signing()));
  EXPECT_FALSE(quarantine_->keep(kept("1f"), signing()));
}

TEST_F(QuarantineContract, RemovesOne) {
  ASSERT_TRUE(quarantine_->keep(kept("1f"), signing()));
  ASSERT_TRUE(quarantine_->keep(kept("2f"), signing()));
  EXPECT_EQ(quarantine_->remove("1f").value(), true);
  EXPECT_EQ(quarantine_->remove("1f").value(), false);
  EXPECT_THAT(ids(*quarantine_), ElementsAre("2f"));
}

TEST_F(QuarantineContract, ItsTimeEnds) {
  ASSERT_TRUE(quarantine_->keep(kept("1f"), signing()));
  const auto last = kKeptAt + days(14);
  ASSERT_TRUE(quarantine_->expire(last));
  EXPECT_THAT(ids(*quarantine_, last), ElementsAre("1f"));
  EXPECT_THAT(ids(*quarantine_, last + milliseconds(1)), IsEmpty()) << "before it is deleted, too";
  EXPECT_FALSE(quarantine_->find("1f", seal_keys(), last + milliseconds(1)).value());
  ASSERT_TRUE(quarantine_->expire(last + milliseconds(1)));
  EXPECT_THAT(ids(*quarantine_), IsEmpty());
  EXPECT_THAT(quarantine_->keys_in_use().value(), IsEmpty());
}

TEST_F(QuarantineContract, AClaimIsOfOneAtATime) {
  const auto other = opened(settings());
  for (const char* const id : {"1f", "2f"}) ASSERT_TRUE(quarantine_->keep(kept(id), signing()));
  auto claim = quarantine_->claim("1f");
  ASSERT_TRUE(claim && *claim);
  EXPECT_FALSE(other->claim("1f").value()) << "by another process";
  EXPECT_FALSE(quarantine_->claim("1f").value()) << "by itself";
  EXPECT_TRUE(other->claim("2f").value()) << "another response";
  EXPECT_THAT(ids(*other), ElementsAre("2f", "1f")) << "it stays";
  claim->reset();
  EXPECT_TRUE(other->claim("1f").value());
  ASSERT_TRUE(quarantine_->remove("1f"));
  EXPECT_FALSE(other->claim("1f").value()) << "it is gone";
}

TEST_F(QuarantineContract, IsFullAtItsCap) {
  auto wanted = settings();
  wanted.most_bytes = 1'000'000;
  quarantine_ = opened(wanted);
  auto response = kept("0");
  // Bytes that can't be compressed.
  std::uint32_t state = 1;
  for (int i = 0; i < 100'000; ++i)
    response.message += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  int taken = 0;
  base::Result<void> last;
  for (; taken < 12; ++taken) {
    response.envelope.id = std::to_string(taken);
    last = quarantine_->keep(response, signing());
    if (!last) break;
  }
  EXPECT_EQ(taken, 9);
  ASSERT_FALSE(last);
  EXPECT_THAT(last.error().message, HasSubstr("it is full: it may have 1000000B"));
  ASSERT_TRUE(quarantine_->remove("0"));
  EXPECT_TRUE(quarantine_->keep(response, signing())) << "there is room again";
}

// Before the next upkeep, which gives the room back to the disk.
TEST_F(QuarantineContract, WhatIsTooOldMakesRoom) {
  auto wanted = settings();
  wanted.most_bytes = 100'000;
  wanted.keep = hours(24);
  quarantine_ = opened(wanted);
  auto response = kept("young", kKeptAt + hours(1));
  ASSERT_TRUE(quarantine_->keep(response, signing()));
  int taken = 0;
  for (response.envelope.time = kKeptAt; taken < 1000; ++taken) {
    response.envelope.id = std::to_string(taken);
    if (!quarantine_->keep(response, signing())) break;
  }
  ASSERT_LT(taken, 1000);
  ASSERT_GT(taken, 10);
  response.envelope.time = kKeptAt + hours(24);
  EXPECT_FALSE(quarantine_->keep(response, signing())) << "they are to be kept to this moment";
  response.envelope.time += milliseconds(1);
  EXPECT_TRUE(quarantine_->keep(response, signing()));
  EXPECT_THAT(ids(*quarantine_, response.envelope.time), ElementsAre(std::to_string(taken), "young"));
}

TEST_F(QuarantineContract, NamesTheKeysInUse) {
  EXPECT_THAT(quarantine_->keys_in_use().value(), IsEmpty());
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(quarantine_->keep(kept(std::to_string(i)), seal_keys()[static_cast<std::size_t>(i % 2)]));
  EXPECT_THAT(quarantine_->keys_in_use().value(), ElementsAre(3, 4));
}

TEST_F(QuarantineContract, SaysWhatNoKeyOpens) {
  ASSERT_TRUE(quarantine_->keep(kept("1f"), {7, "lost"}));
  ASSERT_TRUE(quarantine_->keep(kept("2f"), {4, "another one"}));
  ASSERT_TRUE(quarantine_->keep(kept("3f", kKeptAt - hours(1)), signing()));
  const auto list = quarantine_->list(seal_keys(), kKeptAt, 100);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->kept.size(), 1U);
  EXPECT_THAT(list->unreadable, ElementsAre("2f", "1f"));
  EXPECT_THAT(list->why, HasSubstr("encrypted with another key"));
  const auto lost = quarantine_->find("1f", seal_keys(), kKeptAt);
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().message,
              HasSubstr("it was encrypted with key 7, which the key file doesn't have"));
}

TEST_F(QuarantineContract, CountsWhatItWouldList) {
  EXPECT_EQ(quarantine_->count(kKeptAt).value(), 0U);
  ASSERT_TRUE(quarantine_->keep(kept("1f"), {7, "lost"}));
  ASSERT_TRUE(quarantine_->keep(kept("2f", kKeptAt - settings().keep), signing()));
  ASSERT_TRUE(quarantine_->keep(kept("3f", kKeptAt - settings().keep - milliseconds(1)), signing()));
  EXPECT_EQ(quarantine_->count(kKeptAt).value(), 2U);
}

TEST_F(QuarantineContract, RefusesWhatItCouldNotGiveBack) {
  auto response = kept("1f");
  response.envelope.recipients = {"b\xff@example.org"};
  EXPECT_FALSE(quarantine_->keep(response, signing()));
  EXPECT_FALSE(quarantine_->keep(kept("1f"), {1, ""})) << "no key";
  EXPECT_THAT(ids(*quarantine_), IsEmpty());
}

TEST_F(QuarantineContract, MakesOtherTextsSound) {
  auto response = kept("1f");
  response.envelope.reporting_mta = "mx\xff.test";
  ASSERT_TRUE(quarantine_->keep(response, signing()));
  EXPECT_EQ((*quarantine_->find("1f", seal_keys(), kKeptAt))->envelope.reporting_mta, "mx\uFFFD.test");
}

TEST_F(QuarantineContract, OwnersAreToldOnceADay) {
  const auto today = std::chrono::floor<days>(kKeptAt);
  EXPECT_FALSE(quarantine_->begin_digest(today).value()) << "the first day of all";
  EXPECT_FALSE(quarantine_->begin_digest(today).value());
  EXPECT_TRUE(quarantine_->begin_digest(today + days(1)).value());
  EXPECT_FALSE(quarantine_->begin_digest(today + days(1)).value());
  quarantine_ = opened(settings());
  EXPECT_FALSE(quarantine_->begin_digest(today + days(1)).value()) << "after a restart";
  EXPECT_FALSE(quarantine_->begin_digest(today).value()) << "a clock that was set back";
  EXPECT_TRUE(quarantine_->begin_digest(today + days(5)).value());
}

TEST_F(QuarantineContract, RemembersWhatWasTold) {
  ASSERT_TRUE(quarantine_->keep(kept("1f"), signing()));
  ASSERT_TRUE(quarantine_->keep(kept("2f"), signing()));
  const std::string told[] = {"1f", "not there"};
  ASSERT_TRUE(quarantine_->set_told(told));
  EXPECT_TRUE((*quarantine_->find("1f", seal_keys(), kKeptAt))->envelope.is_told);
  EXPECT_FALSE((*quarantine_->find("2f", seal_keys(), kKeptAt))->envelope.is_told);
}

}  // namespace
}  // namespace backstop::store
