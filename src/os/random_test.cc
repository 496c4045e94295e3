#include "os/random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <thread>

namespace backstop::os {
namespace {

using Bytes = std::array<unsigned char, 8>;

void draw(int times, std::set<Bytes>& drawn) {
  for (int i = 0; i < times; ++i) {
    Bytes bytes{};
    ASSERT_TRUE(fill_random(bytes));
    drawn.insert(bytes);
  }
}

// More than a block has.
TEST(Random, NoTwoAreEqual) {
  std::set<Bytes> drawn;
  draw(1000, drawn);
  std::thread([&] { draw(1000, drawn); }).join();
  EXPECT_EQ(drawn.size(), 2000u);
}

TEST(Random, AnySizeUpToABlock) {
  for (std::size_t size = 0; size <= 256; ++size) {
    std::array<unsigned char, 258> room{};
    ASSERT_TRUE(fill_random(std::span(room).subspan(1, size)));
    EXPECT_EQ(room[0], 0);
    EXPECT_EQ(room[size + 1], 0) << "it writes past the end";
  }
}

}  // namespace
}  // namespace backstop::os
