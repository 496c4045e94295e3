#include "intake/late_refusal.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace backstop::intake {
namespace {

struct ReplyRow {
  const char* name;
  smtp::Reply reply;
  bool want;
};

const ReplyRow kReplies[] = {
    {"by its status", {550, "5.1.1", "no"}, true},
    {"by its words", {550, "", "User unknown"}, true},
    {"by its words, against the status",
     {554, "5.7.1", "<zoe@example.org>: Recipient address rejected: User unknown"},
     true},
    {"for now", {450, "4.1.1", "User unknown"}, false},
    {"taken", {250, "2.1.5", "OK"}, false},
    {"spam", {554, "5.7.1", "Message rejected as spam"}, false},
    {"no reason", {554, "5.0.0", "Transaction failed"}, false},
    {"a code that may mean the sender", {553, "5.0.0", "no"}, false},
    {"too large", {552, "5.3.4", "Message too big"}, false},
};

TEST(LateRefusal, Replies) {
  for (const auto& row : kReplies) EXPECT_EQ(is_late_refusal(row.reply), row.want) << row.name;
}

response::Response bounce() {
  response::Response response;
  response.kind = response::Kind::DsnFailed;
  response.shown_by = response::ShownBy::DeliveryStatus;
  auto& recipient = response.recipients.emplace_back();
  recipient.address = "zoe@Example.org";
  recipient.action = response::Action::Failed;
  recipient.status = "5.1.1";
  recipient.reason = response::Reason::UserUnknown;
  return response;
}

class LateBounceTest : public testing::Test {
 protected:
  LateBounceTest() {
    site_.domains = {{.name = "example.org"}};
    transaction_.site = &site_;
    transaction_.direction = store::Direction::Outbound;
    transaction_.id = "1f";
  }
  std::optional<store::Event> event(const response::Response& bounce) {
    EventContext context{};
    context.gateway = "out";
    return event_of_late_bounce(transaction_, context, bounce);
  }

  Site site_;
  Transaction transaction_;
};

TEST_F(LateBounceTest, IsAnEvent) {
  const auto found = event(bounce());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->cause, store::kLateUnknown);
  EXPECT_EQ(found->id, "1f");
  EXPECT_EQ(found->gateway, "out");
  EXPECT_EQ(found->direction, store::Direction::Outbound);
  EXPECT_EQ(found->recipients, std::vector<std::string>{"zoe@Example.org"});
  EXPECT_FALSE(found->done);
  EXPECT_EQ(
      found->explanation,
      "A server of ours bounces a mail for this recipient, which it took and doesn't know: zoe@Example.org");
}

struct BounceRow {
  const char* name;
  void (*change)(response::Response&);
};

const BounceRow kOthers[] = {
    {"another kind", [](response::Response& r) { r.kind = response::Kind::DsnDelayed; }},
    {"not certain", [](response::Response& r) { r.shown_by = response::ShownBy::Format; }},
    {"another reason", [](response::Response& r) { r.recipients[0].reason = response::Reason::MailboxFull; }},
    {"not failed", [](response::Response& r) { r.recipients[0].action = response::Action::Delayed; }},
    {"a recipient elsewhere", [](response::Response& r) { r.recipients[0].address = "zoe@else.test"; }},
    {"no address", [](response::Response& r) { r.recipients[0].address = "zoe"; }},
    {"nobody", [](response::Response& r) { r.recipients.clear(); }},
};

TEST_F(LateBounceTest, OthersAreNone) {
  for (const auto& row : kOthers) {
    auto changed = bounce();
    row.change(changed);
    EXPECT_FALSE(event(changed)) << row.name;
  }
}

TEST_F(LateBounceTest, OnlyWhatLeavesWithANullPath) {
  transaction_.mail.reverse_path = {mail::Address{"a", "else.test"}};
  EXPECT_FALSE(event(bounce()));
  transaction_.mail.reverse_path = {};
  transaction_.direction = store::Direction::Inbound;
  EXPECT_FALSE(event(bounce()));
}

TEST_F(LateBounceTest, AnyOfItsRecipients) {
  auto two = bounce();
  two.recipients.insert(two.recipients.begin(), response::Recipient());
  EXPECT_TRUE(event(two));
}

}  // namespace
}  // namespace backstop::intake
