#include "smtp/reply.h"

#include <gtest/gtest.h>

namespace backstop::smtp {
namespace {

TEST(Reply, IsReadAsItIsWritten) {
  const Reply reply(550, "5.1.1", "no such mailbox");
  std::string wire;
  append_reply(reply, wire);
  EXPECT_EQ(wire, "550 5.1.1 no such mailbox\r\n");
  ReplyParser parser;
  ASSERT_TRUE(parser.feed(wire));
  ASSERT_TRUE(parser.is_complete());
  EXPECT_EQ(parser.take(), reply);
}

}  // namespace
}  // namespace backstop::smtp
