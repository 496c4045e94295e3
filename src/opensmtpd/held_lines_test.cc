#include "opensmtpd/held_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace backstop::opensmtpd {
namespace {

std::vector<std::string> all_of(const HeldLines& held) {
  HeldLines::Reader reader;
  std::vector<std::string> lines;
  std::string line;
  while (reader.next(held, line)) lines.push_back(line);
  return lines;
}

std::vector<std::string> some_lines(std::size_t count) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < count; ++i) lines.push_back(std::string(i % 90, 'x') + std::to_string(i));
  return lines;
}

// In memory, in a file, and in both; no piece of a file ends where a line does.
TEST(OpensmtpdHeldLines, ComeBackAsTheyWere) {
  for (const std::size_t memory : {0UZ, 1UZ, 1000UZ, 70'000UZ, 10'000'000UZ}) {
    SCOPED_TRACE(memory);
    HeldLines held(memory);
    EXPECT_TRUE(held.is_empty());
    const auto lines = some_lines(5000);
    for (const auto& line : lines) ASSERT_TRUE(held.append(line));
    EXPECT_FALSE(held.is_empty());
    EXPECT_EQ(all_of(held), lines);
    EXPECT_EQ(all_of(held), lines);
  }
}

TEST(OpensmtpdHeldLines, AReaderFindsLinesThatComeLater) {
  HeldLines held(100);
  HeldLines::Reader reader;
  std::string line = "as it was";
  EXPECT_FALSE(reader.next(held, line));
  EXPECT_EQ(line, "as it was");
  for (const auto& one : some_lines(500)) {
    ASSERT_TRUE(held.append(one));
    ASSERT_TRUE(reader.next(held, line));
    EXPECT_EQ(line, one);
    EXPECT_FALSE(reader.next(held, line));
  }
}

TEST(OpensmtpdHeldLines, AnEmptyLineIsALine) {
  HeldLines held(100);
  ASSERT_TRUE(held.append(""));
  EXPECT_FALSE(held.is_empty());
  EXPECT_THAT(all_of(held), testing::ElementsAre(""));
}

TEST(OpensmtpdHeldLines, AreUsedAgain) {
  HeldLines held(10);
  for (const auto& line : some_lines(100)) ASSERT_TRUE(held.append(line));
  held.clear();
  EXPECT_TRUE(held.is_empty());
  EXPECT_THAT(all_of(held), testing::IsEmpty());
  ASSERT_TRUE(held.append("a second mail"));
  EXPECT_THAT(all_of(held), testing::ElementsAre("a second mail"));
}

}  // namespace
}  // namespace backstop::opensmtpd
