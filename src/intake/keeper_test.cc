#include "intake/keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "intake/kept_fixture.h"
#include "net/loop_fixture.h"

namespace backstop::intake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class KeeperTest : public net::LoopTest {
 protected:
  KeeperTest() { make({}); }
  ~KeeperTest() override { disk_is_free(); }

  void make(const Keeper::Limits& limits) {
    auto quarantine = std::make_unique<FakeQuarantine>();
    quarantine_ = quarantine.get();
    keeper_ = std::make_unique<Keeper>(std::move(quarantine), notices_, limits);
  }
  std::string keep(const std::string& id) {
    std::string why = "no answer";
    run(ask(id, why));
    return why;
  }
  net::Task<void> ask(std::string id, std::string& why) {
    auto response = std::make_shared<store::KeptResponse>();
    response->envelope.id = std::move(id);
    const auto done = co_await keeper_->keep(std::move(response), {1, "secret"});
    why = done ? "" : done.error().message;
  }

  /// From now on the disk hangs until it is free.
  void disk_hangs() {
    quarantine_->before_keep = [this] {
      if (!std::exchange(has_begun_, true)) begun_.set_value();
      free_.wait();
    };
  }
  void disk_is_free() {
    if (!std::exchange(is_free_, true)) hanging_.set_value();
  }
  /// Holds up the loop, and so the end of every wait, until the disk is at work.
  net::Task<void> disk_begins() {
    begun_.get_future().wait();
    co_return;
  }
  net::Task<void> disk_becomes_free() {
    disk_is_free();
    co_return;
  }

  NoticeList notices_;
  FakeQuarantine* quarantine_ = nullptr;  ///< of keeper_
  std::unique_ptr<Keeper> keeper_;

 private:
  std::promise<void> begun_;
  std::promise<void> hanging_;
  const std::shared_future<void> free_ = hanging_.get_future().share();
  bool has_begun_ = false;  ///< of the keeper's thread
  bool is_free_ = false;
};

TEST_F(KeeperTest, Keeps) {
  EXPECT_EQ(keep("1f"), "");
  EXPECT_EQ(keep("2f"), "");
  EXPECT_THAT(quarantine_->ids, ElementsAre("1f", "2f"));
  EXPECT_THAT(notices_.lines, IsEmpty());
}

TEST_F(KeeperTest, SaysWhyNotAndTellsItOnce) {
  quarantine_->failure = "quarantine q: the disk is full";
  EXPECT_EQ(keep("1f"), "quarantine q: the disk is full");
  EXPECT_EQ(keep("2f"), "quarantine q: the disk is full");
  EXPECT_THAT(notices_.lines, ElementsAre("quarantine q: the disk is full; a response that can't be kept is "
                                          "labelled and delivered"));
  EXPECT_EQ(keeper_->trouble(), "quarantine q: the disk is full");
  quarantine_->failure.clear();
  EXPECT_EQ(keep("3f"), "");
  EXPECT_EQ(keeper_->trouble(), "");
}

TEST_F(KeeperTest, OfTheHeldStoreSaysWhatBecomesOfAResponseInstead) {
  auto quarantine = std::make_unique<FakeQuarantine>();
  quarantine->failure = "held store h: the disk is full";
  keeper_ =
      std::make_unique<Keeper>(std::move(quarantine), notices_, Keeper::Limits{}, store::KeptPlace::Held);
  EXPECT_EQ(keep("1f"), "held store h: the disk is full");
  EXPECT_THAT(notices_.lines,
              ElementsAre("held store h: the disk is full; a response that can't be kept leaves "
                          "if the rates of the way out allow it"));
}

TEST_F(KeeperTest, WhatReachesTheDiskTooLateIsRemovedAgain) {
  make({.time = std::chrono::milliseconds(1)});
  disk_hangs();
  std::string why;
  run(ask("1f", why), disk_begins());
  EXPECT_EQ(why, "the disk of the quarantine took longer than 1 ms");
  disk_is_free();
  keeper_->join();
  EXPECT_THAT(quarantine_->removed, ElementsAre("1f"));
  EXPECT_THAT(quarantine_->ids, IsEmpty());
}

TEST_F(KeeperTest, OnlyTheLimitWaits) {
  make({.waiting = 2});
  disk_hangs();
  std::string whys[3];
  run(ask("1f", whys[0]), ask("2f", whys[1]), ask("3f", whys[2]), disk_becomes_free());
  EXPECT_THAT(whys, ElementsAre("", "", "too many responses wait for the disk of the quarantine"));
  EXPECT_THAT(quarantine_->ids, ElementsAre("1f", "2f"));
  EXPECT_EQ(keep("4f"), "") << "there are places again";
}

}  // namespace
}  // namespace backstop::intake
