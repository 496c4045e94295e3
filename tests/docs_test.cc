// The pages of docs/ that repeat a list of the code repeat it whole.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "response/response.h"

namespace backstop {
namespace {

// The cells of each row of the page's tables whose first cell is one `name`.
std::vector<std::vector<std::string>> named_rows(std::string_view page) {
  std::ifstream file(std::string(BACKSTOP_SOURCE_DIR) + "/docs/" + std::string(page));
  EXPECT_TRUE(file) << page;
  std::vector<std::vector<std::string>> rows;
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::istringstream text(line.substr(2));
    for (std::string cell; std::getline(text, cell, '|');) cells.push_back(cell);
    rows.push_back(cells);
  }
  return rows;
}

std::string name_of_row(const std::vector<std::string>& cells) {
  return cells[0].substr(1, cells[0].find('`', 1) - 1);
}

TEST(Docs, EveryReasonIsExplainedOnce) {
  std::vector<std::string> names;
  for (const auto& row : named_rows("reasons.md")) names.push_back(name_of_row(row));
  EXPECT_THAT(names, testing::UnorderedElementsAreArray(response::kReasonNames));
}

TEST(Docs, AStatusCodeStandsForOneReason) {
  std::set<std::string> seen;
  for (const auto& row : named_rows("reasons.md")) {
    ASSERT_EQ(row.size(), 3u) << row[0];
    std::istringstream codes(row[2]);
    for (std::string code; codes >> code;) {
      if (code.starts_with("X.")) EXPECT_TRUE(seen.insert(code).second) << code << " stands twice";
    }
  }
  EXPECT_GT(seen.size(), 50u);
}

}  // namespace
}  // namespace backstop
