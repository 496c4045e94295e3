// Responses that leave, and may have to be held.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "gateway/kept_fixture.h"
#include "gateway/message_path_fixture.h"

namespace backstop::gateway {
namespace {

using next_hop::MessageForm;
using testing::HasSubstr;

const std::string kVacation =
    "From: bob@example.org\r\nSubject: Auto: hi\r\nX-Autoreply: yes\r\nPrecedence: auto_reply\r\n"
    "In-Reply-To: <1@else.test>\r\nMessage-ID: <9@example.org>\r\n\r\nI am away on holiday.\r\n";

class MessageWayOutTest : public MessagePathTest {
 protected:
  MessageWayOutTest() {
    settings_.gateways.front().direction = Direction::Outbound;
    settings_.way_out = {.stage = policy::WayOutStage::Strict};
    auto held = std::make_unique<FakeQuarantine>();
    held_ = held.get();
    keeper_ = std::make_unique<Keeper>(std::move(held), notices_, Keeper::Limits{});
  }

  void begin_response(MessageForm form) {
    begin(form, Sender::Nobody);
    transaction_.id = "1f";
    transaction_.uses = &uses_;
    transaction_.held_keeper = keeper_.get();
    transaction_.recipients = {{.given = "eve@else.test"}};
  }

  NoticeList notices_;
  store::NodeUses uses_;
  FakeQuarantine* held_ = nullptr;  ///< of keeper_
  std::unique_ptr<Keeper> keeper_;
};

TEST_F(MessageWayOutTest, WhatIsHeldIsKeptAndTheNextHopHearsNothing) {
  for (const auto form : kForms) {
    begin_response(form);
    send(kBounce);
    EXPECT_THAT(answer(), StartsWith("250 2.0.0 Taken, and held: It is not known whether the addressee of "));
    EXPECT_TRUE(path_->is_kept());
    EXPECT_FALSE(path_->is_delivered());
    EXPECT_FALSE(path_->is_finished()) << "the delivery must be abandoned";
    EXPECT_THAT(delivery_->calls, IsEmpty());
    EXPECT_EQ(held_->last.envelope.cause, "unclear");
    EXPECT_EQ(held_->last.envelope.kind, "dsn-failed");
    EXPECT_EQ(held_->last.envelope.reverse_path, "");
    EXPECT_THAT(held_->last.envelope.recipients, ElementsAre("eve@else.test"));
    EXPECT_EQ(memory_.total(), 0U);
  }
}

TEST_F(MessageWayOutTest, WhatLeavesIsAsItWas) {
  settings_.way_out.stage = policy::WayOutStage::Hold;
  for (const auto form : kForms) {
    begin_response(form);
    send(kBounce);
    EXPECT_EQ(answer(), "250 2.0.0 taken");
    EXPECT_TRUE(path_->way_out().is_judged());
    EXPECT_EQ(behind_trace(), on_the_wire(kBounce, form));
  }
}

TEST_F(MessageWayOutTest, WhatCanNotBeHeldWaitsOrLeavesWithinTheRates) {
  held_->failure = "the disk is full";
  begin_response(MessageForm::Plain);
  send(kBounce);
  EXPECT_THAT(answer(), StartsWith("451 4.3.2 This response may not leave"));
  EXPECT_EQ(path_->not_kept(), "the disk is full");
  EXPECT_THAT(delivery_->calls, IsEmpty());

  settings_.way_out = {.stage = policy::WayOutStage::Hold, .an_addressee = 1};
  begin_response(MessageForm::Plain);
  send(kBounce);
  EXPECT_EQ(answer(), "250 2.0.0 taken");
  begin_response(MessageForm::Plain);
  send(kBounce);
  EXPECT_THAT(answer(), StartsWith("451 4.3.2 ")) << "it is past the rate and can't be held";
}

TEST_F(MessageWayOutTest, WithoutAPlaceOrBeyondWhatIsHeldItWaits) {
  begin_response(MessageForm::Plain);
  transaction_.held_keeper = nullptr;
  send(kBounce);
  EXPECT_EQ(path_->not_kept(), "there is no place for what is held, or no key for it");
  EXPECT_THAT(answer(), StartsWith("451 4.3.2 "));
  settings_.limits.held = kBounce.size() + 10;
  begin_response(MessageForm::Plain);
  send(std::string(kBounce) + std::string(20, 'x') + "\r\n");
  EXPECT_EQ(path_->not_kept(), "") << "it came whole, and is in memory";
  begin_response(MessageForm::Plain);
  take(kBounce, false);
  take(std::string(20, 'x'), false);
  EXPECT_EQ(path_->not_kept(), "it is longer than what is held in memory");
  EXPECT_THAT(answer(), StartsWith("451 4.3.2 "));
}

TEST_F(MessageWayOutTest, AReplyWithoutAutoSubmittedGetsIt) {
  settings_.way_out.stage = policy::WayOutStage::Observe;
  begin_response(MessageForm::Plain);
  send(kVacation);
  EXPECT_EQ(answer(), "250 2.0.0 taken");
  EXPECT_THAT(delivery_->taken, StartsWith("Auto-Submitted: auto-replied\r\nReceived: "));
  EXPECT_TRUE(delivery_->taken.ends_with(kVacation));
}

TEST_F(MessageWayOutTest, OtherMailStreams) {
  begin_response(MessageForm::Plain);
  transaction_.mail.reverse_path = {mail::Address{"bob", "example.org"}};
  send(smtp::Pieces{kHeader, "body\r\n"});
  EXPECT_EQ(answer(), "250 2.0.0 taken");
  EXPECT_FALSE(path_->way_out().response());
  EXPECT_THAT(delivery_->calls, ElementsAre("begin", "write", "finish"));
}

}  // namespace
}  // namespace backstop::gateway
