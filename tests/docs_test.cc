// The pages of docs/ that repeat a list of the code repeat it whole.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "policy/verdict.h"
#include "response/reason.h"
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

TEST(Docs, EveryCauseIsExplainedOnce) {
  std::vector<std::string> stages;
  std::vector<std::string> causes;
  for (const auto& row : named_rows("policy.md")) {
    // The causes are the only named rows with seven cells, the stages the only ones with six.
    if (row.size() == 6) stages.push_back(name_of_row(row));
    if (row.size() != 7) continue;
    std::string cause = name_of_row(row) + " ";
    for (std::size_t stage = 1; stage <= policy::kStageNames.size(); ++stage) cause += "|" + row[stage];
    causes.push_back(cause);
  }
  std::vector<std::string> want_causes;
  for (const auto& row : policy::causes()) {
    std::string want(row.name);
    for (const auto action : row.ladder) want.append(" | ").append(policy::name(action));
    want_causes.push_back(want + " ");
  }
  EXPECT_THAT(causes, testing::ElementsAreArray(want_causes));
  EXPECT_THAT(stages, testing::ElementsAreArray(policy::kStageNames));
}

// "X.1.1" -> "user-unknown"; the codes of the row "unknown" are left out.
std::map<std::string, std::string> documented_codes() {
  std::map<std::string, std::string> reasons;
  for (const auto& row : named_rows("reasons.md")) {
    EXPECT_EQ(row.size(), 3u) << row[0];
    if (row.size() != 3 || name_of_row(row) == "unknown") continue;
    std::istringstream words(row[2]);
    for (std::string word; words >> word;) {
      if (word.starts_with("X."))
        EXPECT_TRUE(reasons.emplace(word, name_of_row(row)).second) << word << " stands twice";
    }
  }
  return reasons;
}

TEST(Docs, StatusCodesStandForTheReasonsOfThePage) {
  const auto documented = documented_codes();
  EXPECT_GT(documented.size(), 40u);
  for (int subject = 0; subject < 10; ++subject) {
    for (int detail = 0; detail < 100; ++detail) {
      const std::string code = "." + std::to_string(subject) + "." + std::to_string(detail);
      const auto row = documented.find("X" + code);
      const std::string_view want = row == documented.end() ? "unknown" : std::string_view(row->second);
      EXPECT_EQ(response::name(response::reason_of_status("5" + code)), want) << code;
    }
  }
}

}  // namespace
}  // namespace backstop
