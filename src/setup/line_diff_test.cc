#include "setup/line_diff.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace backstop::setup {
namespace {

TEST(LineDiff, ShowsWhatDiffers) {
  struct Row {
    std::string_view name;
    std::string_view before;
    std::string_view after;
    std::string_view want;  ///< without its first two lines
  };
  const Row rows[] = {
      {"a line more", "a\nb\n", "a\nb\nc\n", "@@ -1,2 +1,3 @@\n a\n b\n+c\n"},
      {"from nothing", "", "a\n", "@@ -0,0 +1,1 @@\n+a\n"},
      {"to nothing", "a\n", "", "@@ -1,1 +0,0 @@\n-a\n"},
      {"a line changed", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
       "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"},
      {"far apart", "a\n1\n2\n3\n4\n5\n6\n7\n8\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\n8\nB\n",
       "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -7,4 +7,4 @@\n 6\n 7\n 8\n-b\n+B\n"},
      {"near each other", "a\n1\n2\n3\n4\nb\n", "A\n1\n2\n3\n4\nB\n",
       "@@ -1,6 +1,6 @@\n-a\n+A\n 1\n 2\n 3\n 4\n-b\n+B\n"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(line_diff("f", row.before, row.after), "--- f\n+++ f\n" + std::string(row.want)) << row.name;
  }
  EXPECT_EQ(line_diff("f", "a\n", "a\n"), "");
}

TEST(LineDiff, ShowsLongTextsWhole) {
  std::string before;
  std::string after;
  for (int i = 0; i < 3000; ++i) {
    before += "b" + std::to_string(i) + "\n";
    after += "a" + std::to_string(i) + "\n";
  }
  const std::string shown = line_diff("f", before, after);
  EXPECT_NE(shown.find("@@ -1,3000 +1,3000 @@\n-b0\n"), std::string::npos);
  EXPECT_NE(shown.find("-b2999\n+a0\n"), std::string::npos);
}

}  // namespace
}  // namespace backstop::setup
