#include "smtp/command.h"

#include <gtest/gtest.h>

#include "smtp/session_state.h"

namespace backstop::smtp {
namespace {

TEST(Command, ReadsMail) {
  const auto command = split_command("mail FROM:<\"a> b\"@example.org> SIZE=10 body=8bitmime ");
  ASSERT_EQ(command.verb, Verb::Mail);
  const auto mail = parse_mail(command.argument, {true, true, true, true, true});
  ASSERT_TRUE(mail) << mail.error().text();
  EXPECT_EQ(mail->reverse_path.address->local, "a> b");
  EXPECT_EQ(mail->size, 10U);
  EXPECT_EQ(mail->body, Body::EightBitMime);
}

TEST(SessionState, WantsEhloFirst) {
  const auto refusal = why_not_now({}, split_command("MAIL FROM:<>"));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->text(), "503 5.5.1 MAIL can't come now: EHLO comes first");
}

}  // namespace
}  // namespace backstop::smtp
