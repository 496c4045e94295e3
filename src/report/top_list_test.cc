#include "report/top_list.h"

#include <gtest/gtest.h>

#include <string>

namespace backstop::report {
namespace {

std::string dump(const TopList& list, std::size_t most) {
  std::string out;
  for (const auto& entry : list.top(most)) {
    out += entry.name + ":" + std::to_string(entry.count) + "-" + std::to_string(entry.too_high_by) + " ";
  }
  return out;
}

struct TopRow {
  const char* name;
  std::string names;  // one letter each
  std::size_t capacity;
  std::string want;
  bool want_exact;
};

TEST(TopList, Counts) {
  const TopRow rows[] = {
      {"nothing", "", 3, "", true},
      {"ordered by count, then name", "cabbaa", 3, "a:3-0 b:2-0 c:1-0 ", true},
      {"at the capacity", "abcabc", 3, "a:2-0 b:2-0 c:2-0 ", true},
      {"one past it: the rarest makes room", "aabbcd", 3, "a:2-0 b:2-0 d:2-1 ", false},
      {"a frequent name comes through", "aaaxyz", 2, "a:3-0 z:3-2 ", false},
  };
  for (const auto& row : rows) {
    TopList list(row.capacity);
    for (const char c : row.names) list.add(std::string(1, c));
    EXPECT_EQ(dump(list, 10), row.want) << row.name;
    EXPECT_EQ(list.is_exact(), row.want_exact) << row.name;
  }
}

TEST(TopList, NeverCountsTooLow) {
  TopList list(10);
  for (int i = 0; i < 10'000; ++i) {
    list.add("often");
    list.add("once" + std::to_string(i));
  }
  const auto top = list.top(1);
  ASSERT_EQ(top.size(), 1u);
  EXPECT_EQ(top[0].name, "often");
  EXPECT_GE(top[0].count, 10'000u);
  EXPECT_LE(top[0].count - top[0].too_high_by, 10'000u);
  EXPECT_EQ(list.top(100).size(), 10u);
}

}  // namespace
}  // namespace backstop::report
