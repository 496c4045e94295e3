// The test suite of RFC 7208, by Stuart D Gathman, Julian Mehnle and Scott Kitterman (release 2014.04):
// fixtures/rfc7208-tests.txt, which scripts/convert-spf-tests made; its licence is beside it.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>

#include "auth/spf.h"
#include "auth/spf_suite_fixture.h"

namespace backstop::auth {
namespace {

bool is_one_of(const std::string& results, std::string_view result) {
  return ("," + results + ",").contains("," + std::string(result) + ",");
}

TEST(SpfSuite, OfRfc7208) {
  std::ifstream file(BACKSTOP_SOURCE_DIR "/src/auth/fixtures/rfc7208-tests.txt");
  const auto rows = read_suite(file);
  EXPECT_EQ(rows.size(), 203u);
  for (const auto& row : rows) {
    const auto outcome = run(check_host(row.query, row.zone->ask()));
    EXPECT_TRUE(is_one_of(row.want_results, name(outcome.result)))
        << row.scenario << ": " << row.name << ": " << name(outcome.result) << " by " << outcome.mechanism
        << outcome.why << ", want " << row.want_results;
    if (row.want_explanation == "-") continue;
    const std::string explanation = outcome.explanation.empty() ? "DEFAULT" : outcome.explanation;
    EXPECT_EQ(explanation, row.want_explanation) << row.scenario << ": " << row.name;
  }
}

}  // namespace
}  // namespace backstop::auth
