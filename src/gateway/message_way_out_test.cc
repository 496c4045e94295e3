// Responses that leave, and may have to be held.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "gateway/message_path_fixture.h"
#include "intake/kept_fixture.h"

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
    auto held = std::make_unique<intake::FakeQuarantine>();
    held_ = held.get();
    keeper_ = std::make_unique<intake::Keeper>(std::move(held), notices_, intake::Keeper::Limits{});
  }

  void begin_response(MessageForm form) {
    begin(form, Sender::Nobody);
    transaction_.id = "1f";
    transaction_.uses = &uses_;
    transaction_.held_keeper = keeper_.get();
    transaction_.recipients = {{.given = "eve@else.test"}};
  }

  intake::NoticeList notices_;
  store::NodeUses uses_;
  intake::FakeQuarantine* held_ = nullptr;  ///< of keeper_
  std::unique_ptr<intake::Keeper> keeper_;
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
}

// The report and headers are in the start of it, and nothing else is held in any case.
TEST_F(MessageWayOutTest, AResponsePastWhatIsReadIsHeldByItsStart) {
  settings_.limits.held = kReturning.size() - 1;
  const std::string rest(1000, 'x');
  for (const auto form : kForms) {
    for (const bool is_disk_full : {false, true}) {
      held_->failure = is_disk_full ? "the disk is full" : "";
      begin_response(form);
      take(kReturning, false);
      EXPECT_EQ(answer(), "none yet") << "the data has not ended";
      EXPECT_EQ(memory_.total(), 0U);
      EXPECT_THAT(delivery_->calls, ElementsAre("abandon"));
      for (int i = 0; i < 3; ++i) take(rest, false);
      take(form == MessageForm::Stuffed ? "\r\n.\r\n" : "", true);
      EXPECT_THAT(answer(), StartsWith(is_disk_full ? "451 4.3.2 " : "250 2.0.0 Taken, and held: "));
      EXPECT_EQ(path_->is_kept(), !is_disk_full);
      EXPECT_EQ(path_->not_kept(), held_->failure);
      EXPECT_THAT(delivery_->calls, ElementsAre("abandon"));
      EXPECT_GE(path_->size(), kReturning.size() + 3000);
      if (is_disk_full) continue;
      EXPECT_THAT(held_->last.message, HasSubstr("Final-Recipient: rfc822; gone@else.test"));
      EXPECT_THAT(held_->last.message, HasSubstr("Message-ID: <2@example.org>"));
      EXPECT_LT(held_->last.message.size(), 2000U) << held_->last.message;
    }
  }
}

TEST_F(MessageWayOutTest, ALongResponseThatEndsTooEarlyOrTooLateIsNotHeld) {
  settings_.limits.held = kReturning.size() - 1;
  begin_response(MessageForm::Plain);
  take(kReturning, false);
  path_.reset();
  EXPECT_THAT(held_->ids, IsEmpty()) << "its server has no answer, and sends it again";
  settings_.limits.message = kReturning.size() + 10;
  begin_response(MessageForm::Plain);
  take(kReturning, false);
  take(std::string(11, 'x'), false);
  EXPECT_THAT(answer(), StartsWith("552 "));
  EXPECT_THAT(held_->ids, IsEmpty());
}

TEST_F(MessageWayOutTest, ALongResponseThatMayLeaveStreams) {
  settings_.limits.held = kReturning.size() - 1;
  settings_.way_out.stage = policy::WayOutStage::Hold;
  begin_response(MessageForm::Plain);
  transaction_.recipients = {{.given = "ann@example.org"}};
  take(kReturning, false);
  take("more\r\n", true);
  EXPECT_EQ(answer(), "250 2.0.0 taken");
  EXPECT_EQ(path_->way_out().verdict().cause, policy::Cause::Owed);
  EXPECT_EQ(behind_trace(), std::string(kReturning) + "more\r\n");
  EXPECT_THAT(held_->ids, IsEmpty());
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
