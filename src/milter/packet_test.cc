#include "milter/packet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::milter {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

struct PacketRow {
  const char* name;
  std::string bytes;
  char want_letter;
  std::string want_data;
  std::size_t want_size;
};

const PacketRow kPackets[] = {
    {"no data", "\0\0\0\1Q"s, 'Q', "", 5},
    {"data", "\0\0\0\4Habc"s, 'H', "abc", 8},
    {"data with NUL", "\0\0\0\5Mab\0c"s, 'M', "ab\0c"s, 9},
    {"more than one packet", "\0\0\0\2Ha\0\0\0\1Q"s, 'H', "a", 6},
    {"the longest data", "\0\x10\0\1B"s + std::string(kMostData, 'x'), 'B', std::string(kMostData, 'x'),
     kMostData + 5},
};

TEST(Packet, IsRead) {
  for (const PacketRow& row : kPackets) {
    SCOPED_TRACE(row.name);
    const auto parse = parse_packet(row.bytes);
    ASSERT_TRUE(parse);
    ASSERT_TRUE(parse->packet);
    EXPECT_EQ(parse->packet->letter, row.want_letter);
    EXPECT_EQ(parse->packet->data, row.want_data);
    EXPECT_EQ(parse->size, row.want_size);
  }
}

TEST(Packet, NeedsItsLastByte) {
  const std::string bytes = "\0\0\0\4Habc"s;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto parse = parse_packet(std::string_view(bytes).substr(0, size));
    ASSERT_TRUE(parse) << size;
    EXPECT_FALSE(parse->packet) << size;
    EXPECT_EQ(parse->size, size < 4 ? 0 : bytes.size()) << size;
  }
}

TEST(Packet, OfAWrongLengthIsAnError) {
  const auto empty = parse_packet("\0\0\0\0"s);
  ASSERT_FALSE(empty);
  EXPECT_THAT(empty.error().message, HasSubstr("length 0"));
  const auto long_one = parse_packet("\0\x10\0\2"s);
  ASSERT_FALSE(long_one);
  EXPECT_THAT(long_one.error().message, HasSubstr("1048578 octets; the most is 1048577"));
  const auto text = parse_packet("HELO example.org\r\n");
  EXPECT_FALSE(text);
}

TEST(Packet, IsWritten) {
  std::string out = "before";
  append_packet('i', {octets_of(0x01020304), "a", "", "bc"}, out);
  EXPECT_EQ(out, "before\0\0\0\x8i\1\2\3\4abc"s);
  EXPECT_EQ(number_of("\1\2\3\4more"), 0x01020304U);
  EXPECT_EQ(number_of(octets_of(0xfffefdfc)), 0xfffefdfcU);
}

}  // namespace
}  // namespace backstop::milter
