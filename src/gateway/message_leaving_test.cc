#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "gateway/message_path_fixture.h"
#include "origin/watermark.h"

namespace backstop::gateway {
namespace {

constexpr std::string_view kName = "Backstop-Watermark: ";

class MessageLeavingTest : public MessagePathTest {
 protected:
  MessageLeavingTest() {
    settings_.gateways.front().direction = Direction::Outbound;
    settings_.watermark_keys = origin::WatermarkKeys(settings_.keys);
    settings_.has_watermark = true;
  }

  void leave(const smtp::Pieces& pieces, next_hop::MessageForm form, std::string_view sender) {
    begin(form);
    transaction_.mail.reverse_path = {mail::Address{"ann", std::string(sender)}};
    transaction_.id = "1f";
    send(pieces);
    ASSERT_TRUE(path_->is_delivered());
  }

  /// Returns what is in front of the Received field, with the watermark's value as "W", if it is a good one
  /// for the address.
  std::string front(const std::string& address) const {
    std::string front = delivery_->taken.substr(0, delivery_->taken.find("Received: from "));
    if (!front.starts_with(kName)) return front;
    const std::size_t end = front.find("\r\n");
    const auto watermark =
        origin::parse_watermark(std::string_view(front).substr(0, end).substr(kName.size()));
    if (!watermark) return front;
    const auto check = check_watermark(*watermark, settings_.watermark_keys, {{address}},
                                       std::chrono::floor<std::chrono::seconds>(transaction_.clock()));
    return check.outcome == origin::WatermarkOutcome::Good
               ? front.replace(kName.size(), end - kName.size(), "W")
               : front;
  }
};

struct Row {
  std::string_view name;
  std::string_view sender;  ///< ann's domain
  std::string header;
  std::string_view want_front;
  std::string_view want_id;
  std::string_view address = "ann@example.org";
};

const Row kRows[] = {
    {"ours", "example.org", "From: ann@example.org\r\nMessage-ID: <1@x.test>\r\n\r\n",
     "Backstop-Watermark: W\r\n", "1@x.test"},
    {"ours, without an id", "example.org", "From: ann@example.org\r\n\r\n",
     "Backstop-Watermark: W\r\nMessage-ID: <1f@mx.test>\r\n", "1f@mx.test"},
    {"another From", "x.test", "from :\r\n Bob\r\n <bob@example.org>\r\nMessage-ID: <1@x.test>\r\n\r\n",
     "Backstop-Watermark: W\r\n", "1@x.test", "bob@example.org"},
    {"another's watermark", "example.org",
     "Backstop-Watermark: 1;0;01c899d8;AAECAwQFBgc;gEYe68UfzTq8Zg\r\nMessage-ID: <1@x.test>\r\n\r\n",
     "Backstop-Watermark: W\r\n", "1@x.test"},
    {"a stranger's", "x.test", "From: ann@x.test\r\n\r\n", "", ""},
    {"no header", "example.org", "\r\n", "Backstop-Watermark: W\r\nMessage-ID: <1f@mx.test>\r\n",
     "1f@mx.test"},
};

TEST_F(MessageLeavingTest, AWatermarkIsOnTopAndTheRestIsAsItWas) {
  for (const auto& row : kRows) {
    const std::string message = row.header + "body\r\n.dot\r\n";
    for (const next_hop::MessageForm form : kForms) {
      const std::string wire = on_the_wire(message, form);
      smtp::in_pieces(wire, [&](const smtp::Pieces& pieces, const std::string& how) {
        leave(pieces, form, row.sender);
        EXPECT_EQ(front(std::string(row.address)), row.want_front) << row.name << ", " << how;
        EXPECT_TRUE(delivery_->taken.ends_with("+0000\r\n" + wire)) << row.name << ", " << how;
        EXPECT_EQ(path_->message_id(), row.want_id) << row.name << ", " << how;
        ASSERT_TRUE(transaction_.leaving);
        EXPECT_EQ(transaction_.leaving->message_id, row.want_id) << row.name << ", " << how;
      });
    }
  }
}

// The next hop takes a dot in front of a line away, so fields may hide behind one.
TEST_F(MessageLeavingTest, FieldsBehindDotsCount) {
  leave({".From: bob@exam\r\n. ple.org\r\n.Message-ID: <1@x.test>\r\n\r\nbody\r\n.\r\n"},
        next_hop::MessageForm::Stuffed, "x.test");
  EXPECT_EQ(transaction_.leaving->from, "") << "it is folded within its domain";
  leave({".From:\r\n. bob@example.org\r\n.Message-ID: <1@x.test>\r\n\r\nbody\r\n.\r\n"},
        next_hop::MessageForm::Stuffed, "x.test");
  EXPECT_EQ(front("bob@example.org"), "Backstop-Watermark: W\r\n");
  EXPECT_EQ(path_->message_id(), "1@x.test");
}

TEST_F(MessageLeavingTest, NoTwoMailsHaveTheSameWatermark) {
  const std::string wire = on_the_wire(kHeader, next_hop::MessageForm::Plain);
  leave({wire}, next_hop::MessageForm::Plain, "example.org");
  const std::string first = transaction_.leaving->added;
  leave({wire}, next_hop::MessageForm::Plain, "example.org");
  EXPECT_NE(transaction_.leaving->added, first);
}

TEST_F(MessageLeavingTest, MailThatComesInGetsNone) {
  settings_.gateways.front().direction = Direction::Inbound;
  leave({on_the_wire(kHeader, next_hop::MessageForm::Plain)}, next_hop::MessageForm::Plain, "example.org");
  EXPECT_EQ(front("ann@example.org"), "");
  EXPECT_FALSE(transaction_.leaving);
}

}  // namespace
}  // namespace backstop::gateway
