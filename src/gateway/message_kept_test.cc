// Messages whose verdict is to keep them back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "gateway/message_path_fixture.h"
#include "intake/kept_fixture.h"

namespace backstop::gateway {
namespace {

using next_hop::MessageForm;
using testing::HasSubstr;
using testing::Not;

class MessageKeptTest : public MessagePathTest {
 protected:
  MessageKeptTest() {
    set_domain(policy::Stage::Quarantine);
    settings_.has_quarantine = true;
    auto quarantine = std::make_unique<intake::FakeQuarantine>();
    quarantine_ = quarantine.get();
    keeper_ = std::make_unique<intake::Keeper>(std::move(quarantine), notices_, intake::Keeper::Limits{});
  }

  void begin_bounce(MessageForm form) {
    begin(form, Sender::Nobody);
    transaction_.id = "1f";
    transaction_.keeper = keeper_.get();
  }

  intake::NoticeList notices_;
  intake::FakeQuarantine* quarantine_ = nullptr;  ///< of keeper_
  std::unique_ptr<intake::Keeper> keeper_;
};

// A line that begins with a dot, which DATA doubles, and a field that only we may write.
const std::string kDotted =
    "Backstop-Verdict: genuine\r\n" + std::string(kBounce) + "..two\r\n.one\r\nend\r\n";

TEST_F(MessageKeptTest, IsKeptWholeAndTheNextHopHearsNothing) {
  for (const auto form : kForms) {
    for (const bool is_in_pieces : {false, true}) {
      begin_bounce(form);
      const auto wire = on_the_wire(kDotted, form);
      if (is_in_pieces) {
        send(smtp::Pieces{wire.substr(0, 100), wire.substr(100, 200), wire.substr(300)});
      } else {
        send(kDotted);
      }
      EXPECT_THAT(answer(), StartsWith("250 2.0.0 Taken, and kept back in quarantine: Nothing proves that"));
      EXPECT_TRUE(path_->is_kept());
      EXPECT_FALSE(path_->is_delivered());
      EXPECT_FALSE(path_->is_finished()) << "the delivery must be abandoned";
      EXPECT_THAT(delivery_->calls, IsEmpty());
      const auto& kept = quarantine_->last;
      EXPECT_THAT(kept.message, StartsWith("Received: from c.test ([192.0.2.1])\r\n"));
      EXPECT_TRUE(kept.message.ends_with("+0000\r\n" + std::string(kBounce) + "..two\r\n.one\r\nend\r\n"));
      EXPECT_EQ(kept.envelope.id, "1f");
      EXPECT_EQ(kept.envelope.gateway, "in");
      EXPECT_EQ(kept.envelope.domain, "example.org");
      EXPECT_EQ(kept.envelope.client, "[192.0.2.1]");
      EXPECT_EQ(kept.envelope.reverse_path, "");
      EXPECT_THAT(kept.envelope.recipients, ElementsAre("bob@example.org"));
      EXPECT_EQ(kept.envelope.kind, "dsn-failed");
      EXPECT_EQ(kept.envelope.cause, "bare");
      EXPECT_EQ(kept.envelope.reporting_mta, "else.test");
      EXPECT_EQ(kept.envelope.size, kept.message.size());
      EXPECT_EQ(memory_.total(), 0U);
    }
  }
}

// It then goes on in the plain form, with the dots as they are in the message.
TEST_F(MessageKeptTest, WhatCanNotBeKeptIsLabelledAndDelivered) {
  quarantine_->failure = "the disk is full";
  for (const auto form : kForms) {
    begin_bounce(form);
    send(kDotted);
    EXPECT_EQ(answer(), "250 2.0.0 taken");
    EXPECT_FALSE(path_->is_kept());
    EXPECT_TRUE(path_->is_delivered());
    EXPECT_EQ(path_->not_kept(), "the disk is full");
    EXPECT_THAT(delivery_->taken, StartsWith("Backstop-Verdict: unproven; kind=dsn-failed"));
    EXPECT_THAT(delivery_->taken, HasSubstr("\r\nReceived: from c.test"));
    EXPECT_TRUE(delivery_->taken.ends_with(std::string(kBounce) + "..two\r\n.one\r\nend\r\n"));
    EXPECT_THAT(delivery_->taken, Not(HasSubstr("Verdict: genuine")));
  }
}

// And no memory is asked for.
TEST_F(MessageKeptTest, ItIsNotKeptWithoutAQuarantineOrAKey) {
  settings_.limits.held_total = 8 * 2000;
  intake::HeldMemory::Share other(memory_, client_);
  ASSERT_TRUE(other.hold(Account::Responses, 2000, settings_.limits));
  for (const bool has_quarantine : {false, true}) {
    begin_bounce(MessageForm::Plain);
    // The judge goes on with the settings that have a key.
    const auto judged_by = transaction_.settings;
    auto settings = std::make_shared<Settings>(*judged_by);
    settings->keys = {};
    if (has_quarantine) {
      transaction_.settings = std::move(settings);
    } else {
      transaction_.keeper = nullptr;
    }
    send(kBounce);
    EXPECT_EQ(answer(), "250 2.0.0 taken") << has_quarantine;
    EXPECT_EQ(path_->not_kept(), "there is no quarantine, or no key for it") << has_quarantine;
    EXPECT_THAT(delivery_->taken, StartsWith("Backstop-Verdict: ")) << has_quarantine;
  }
  EXPECT_THAT(quarantine_->ids, IsEmpty());
}

TEST_F(MessageKeptTest, WhatIsLongerThanWhatIsHeldIsLabelled) {
  settings_.limits.held = 2000;
  for (const std::size_t size : {std::size_t{1900}, std::size_t{2100}}) {
    begin_bounce(MessageForm::Plain);
    std::string message(kReturning);
    message.append(size - message.size(), 'x');
    send(smtp::Pieces{message.substr(0, 500), message.substr(500), ""});
    EXPECT_EQ(path_->is_kept(), size == 1900) << size;
    EXPECT_EQ(path_->not_kept(), size == 1900 ? "" : "it is longer than what is held in memory");
    EXPECT_EQ(delivery_->taken.starts_with("Backstop-Verdict: "), size != 1900);
  }
}

TEST_F(MessageKeptTest, WithoutMemoryItIsDeferred) {
  settings_.limits.held_total = 8 * 2000;
  intake::HeldMemory::Share other(memory_, client_);
  ASSERT_TRUE(other.hold(Account::Responses, 2000, settings_.limits));
  begin_bounce(MessageForm::Plain);
  send(kBounce);
  EXPECT_THAT(answer(), StartsWith("452 4.3.1"));
  EXPECT_THAT(quarantine_->ids, IsEmpty());
}

TEST_F(MessageKeptTest, ARefusalOfTheNextHopIsTheAnswerIfItCanNotBeKept) {
  quarantine_->failure = "the disk is full";
  begin_bounce(MessageForm::Plain);
  delivery_->final_reply = {451, "4.3.0", "later"};
  send(kBounce);
  EXPECT_EQ(answer(), "451 4.3.0 later");
  EXPECT_FALSE(path_->is_delivered());
}

}  // namespace
}  // namespace backstop::gateway
