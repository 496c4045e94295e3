#include "milter/event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::milter {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;

struct ConnectRow {
  const char* name;
  std::string data;
  std::string want_host;
  char want_family;
  std::uint16_t want_port;
  std::string want_address;
};

const ConnectRow kConnects[] = {
    {"IPv4", "mx.example.org\0"s + "4\x9c\x40" + "192.0.2.1\0"s, "mx.example.org", '4', 40000, "192.0.2.1"},
    {"IPv6", "[IPv6:2001:db8::1]\0"s + "6\0\x19"s + "2001:db8::1\0"s, "[IPv6:2001:db8::1]", '6', 25,
     "2001:db8::1"},
    {"Postfix's own mail", "localhost\0"s + "4\0\0"s + "127.0.0.1\0"s, "localhost", '4', 0, "127.0.0.1"},
    {"a local socket", "localhost\0"s + "L\0\0"s + "/run/lmtp\0"s, "localhost", 'L', 0, "/run/lmtp"},
    {"not known", "unknown\0U"s, "unknown", 'U', 0, ""},
    {"not known, with more after it", "unknown\0U\0\0\0"s, "unknown", 'U', 0, ""},
};

TEST(Connect, IsRead) {
  for (const ConnectRow& row : kConnects) {
    SCOPED_TRACE(row.name);
    const auto connect = parse_connect(row.data);
    ASSERT_TRUE(connect);
    EXPECT_EQ(connect->host, row.want_host);
    EXPECT_EQ(connect->family, row.want_family);
    EXPECT_EQ(connect->port, row.want_port);
    EXPECT_EQ(connect->address, row.want_address);
  }
}

struct BadRow {
  const char* name;
  std::string data;
  std::string want_error;
};

const BadRow kBadConnects[] = {
    {"empty", "", "a name, a family"},
    {"a name without NUL", "mx.example.org", "a name, a family"},
    {"no family", "mx.example.org\0"s, "a name, a family"},
    {"an unknown family", "mx.example.org\0"s + "9", "the family 4, 6, L or U"},
    {"half a port", "mx.example.org\0"s + "4\0"s, "a port and an address"},
    {"an address without NUL", "mx.example.org\0"s + "4\0\0"s + "192.0.2.1", "a port and an address"},
};

TEST(Connect, ThatIsCutIsAnError) {
  for (const BadRow& row : kBadConnects) {
    const auto connect = parse_connect(row.data);
    ASSERT_FALSE(connect) << row.name;
    EXPECT_THAT(connect.error().message, HasSubstr(row.want_error)) << row.name;
  }
}

TEST(PathCommand, IsRead) {
  const std::string data = "<ann@example.org>\0SIZE=10\0BODY=8BITMIME\0"s;
  const auto mail = parse_path(data);
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->path, "<ann@example.org>");
  EXPECT_THAT(mail->parameters, ElementsAre("SIZE=10", "BODY=8BITMIME"));
  const std::string null_sender = "\0"s;
  const auto bounce = parse_path(null_sender);
  ASSERT_TRUE(bounce);
  EXPECT_EQ(bounce->path, "");
  EXPECT_THAT(bounce->parameters, ElementsAre());
}

TEST(PathCommand, ThatIsCutIsAnError) {
  EXPECT_FALSE(parse_path(""));
  EXPECT_FALSE(parse_path("<ann@example.org>"));
  EXPECT_FALSE(parse_path("<ann@example.org>\0SIZE"s));
}

TEST(PathCommand, HasALimitOfParameters) {
  std::string data = "<>\0"s;
  for (std::size_t i = 0; i < kMostParameters; ++i) data += "A\0"s;
  ASSERT_TRUE(parse_path(data));
  EXPECT_EQ(parse_path(data)->parameters.size(), kMostParameters);
  const auto more = parse_path(data + "A\0"s);
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().message, HasSubstr("at most 64 parameters"));
}

TEST(HeaderField, IsRead) {
  const std::string data = "Subject\0 one\n two\0"s;
  const auto field = parse_header(data);
  ASSERT_TRUE(field);
  EXPECT_EQ(field->name, "Subject");
  EXPECT_EQ(field->value, " one\n two");
  const std::string empty = "X\0\0"s;
  ASSERT_TRUE(parse_header(empty));
  EXPECT_EQ(parse_header(empty)->value, "");
}

TEST(HeaderField, ThatIsCutIsAnError) {
  for (const std::string& data : {""s, "Subject"s, "Subject\0"s, "Subject\0one"s, "Subject\0one\0more"s}) {
    const auto field = parse_header(data);
    ASSERT_FALSE(field) << data;
    EXPECT_THAT(field.error().message, HasSubstr("a name and a value with a NUL after each")) << data;
  }
}

TEST(Text, EndsWithNul) {
  const std::string data = "mx.example.org\0"s;
  ASSERT_TRUE(parse_text(data));
  EXPECT_EQ(*parse_text(data), "mx.example.org");
  EXPECT_FALSE(parse_text("mx.example.org"));
}

}  // namespace
}  // namespace backstop::milter
