#include "gateway/keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <vector>

#include "gateway/kept_fixture.h"
#include "net/loop_fixture.h"

namespace backstop::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class KeeperTest : public net::LoopTest {
 protected:
  std::string keep(const std::string& id) {
    auto response = std::make_shared<store::KeptResponse>();
    response->envelope.id = id;
    std::string why = "no answer";
    run(ask(std::move(response), why));
    return why;
  }

  NoticeList notices_;
  FakeQuarantine* quarantine_ = nullptr;  ///< of keeper_
  Keeper keeper_{make(), notices_};

 private:
  std::unique_ptr<store::Quarantine> make() {
    auto quarantine = std::make_unique<FakeQuarantine>();
    quarantine_ = quarantine.get();
    return quarantine;
  }
  net::Task<void> ask(std::shared_ptr<const store::KeptResponse> response, std::string& why) {
    const auto done = co_await keeper_.keep(std::move(response), {1, "secret"});
    why = done ? "" : done.error().message;
  }
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
  quarantine_->failure.clear();
  EXPECT_EQ(keep("3f"), "");
}

}  // namespace
}  // namespace backstop::gateway
