#include "milter/macros.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::milter {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

TEST(Macros, AreFoundWithoutBraces) {
  Macros macros;
  ASSERT_TRUE(macros.take("Cj\0mx.example.org\0{daemon_name}\0in\0"s));
  ASSERT_TRUE(macros.take("M{auth_authen}\0ann\0i\0004Ab1\0"s));
  EXPECT_EQ(macros.find("j"), "mx.example.org");
  EXPECT_EQ(macros.find("daemon_name"), "in");
  EXPECT_EQ(macros.find("auth_authen"), "ann");
  EXPECT_EQ(macros.find("i"), "4Ab1");
  EXPECT_EQ(macros.find("{auth_authen}"), "");
  EXPECT_EQ(macros.find("mail_addr"), "");
}

TEST(Macros, OfALaterStepCount) {
  Macros macros;
  ASSERT_TRUE(macros.take("Mi\0first\0"s));
  ASSERT_TRUE(macros.take("Ei\0last\0"s));
  EXPECT_EQ(macros.find("i"), "last");
}

TEST(Macros, EndThoseOfLaterSteps) {
  Macros macros;
  ASSERT_TRUE(macros.take("M{auth_authen}\0ann\0"s));
  ASSERT_TRUE(macros.take("R{rcpt_addr}\0ben@example.org\0"s));
  // The next message of the connection, and the client has no login any more.
  ASSERT_TRUE(macros.take("M{mail_addr}\0\0"s));
  EXPECT_EQ(macros.find("auth_authen"), "");
  EXPECT_EQ(macros.find("rcpt_addr"), "");
}

TEST(Macros, OfAMessageEndWithIt) {
  Macros macros;
  ASSERT_TRUE(macros.take("Cj\0mx.example.org\0"s));
  ASSERT_TRUE(macros.take("H{tls_version}\0TLSv1.3\0"s));
  ASSERT_TRUE(macros.take("M{auth_authen}\0ann\0"s));
  macros.end_message();
  EXPECT_EQ(macros.find("j"), "mx.example.org");
  EXPECT_EQ(macros.find("tls_version"), "TLSv1.3");
  EXPECT_EQ(macros.find("auth_authen"), "");
  macros.end_connection();
  EXPECT_EQ(macros.find("j"), "");
}

TEST(Macros, OfAnUnknownStepAreDropped) {
  Macros macros;
  ASSERT_TRUE(macros.take("Mi\0one\0"s));
  ASSERT_TRUE(macros.take("Zi\0two\0"s));
  EXPECT_EQ(macros.find("i"), "one");
}

TEST(Macros, ThatAreCutEndThere) {
  Macros macros;
  ASSERT_TRUE(macros.take("Mi\0one\0{auth_authen}"s));
  EXPECT_EQ(macros.find("i"), "one");
  EXPECT_EQ(macros.find("auth_authen"), "");
}

TEST(Macros, HaveLimits) {
  Macros macros;
  std::string data = "M";
  for (std::size_t i = 0; i < Macros::kMost; ++i) data += "a\0b\0"s;
  EXPECT_TRUE(macros.take(data));
  const auto more = macros.take(data + "a\0b\0"s);
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().message, HasSubstr("more than 100 macros"));
  EXPECT_TRUE(macros.take("M" + std::string(Macros::kMostOctets, 'a')));
  const auto longer = macros.take("M" + std::string(Macros::kMostOctets + 1, 'a'));
  ASSERT_FALSE(longer);
  EXPECT_THAT(longer.error().message, HasSubstr("16385 octets; the most is 16384"));
  EXPECT_FALSE(macros.take(""));
}

}  // namespace
}  // namespace backstop::milter
