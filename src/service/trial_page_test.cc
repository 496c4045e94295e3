#include "service/trial_page.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <string>
#include <vector>

namespace backstop::service {
namespace {

TrialStep step(std::string name, TrialState state) {
  return {.name = std::move(name), .title = "A mail leaves", .state = state, .happened = "Taken: 250 Ok"};
}

TEST(TrialPage, HasARowForEachStep) {
  auto one = step("out", TrialState::Good);
  one.means = "It left with a watermark.";
  one.event = "1f";
  auto other = step("back", TrialState::Untried);
  other.happened = "Not sent: \x1b[31mno way";
  EXPECT_EQ(trial_rows(std::vector{one, other}),
            "  good       A mail leaves\n"
            "             Taken: 250 Ok\n"
            "             It left with a watermark.\n"
            "             Its id is 1f.\n"
            "  not tried  A mail leaves\n"
            "             Not sent: \xEF\xBF\xBD[31mno way\n");
}

TEST(TrialPage, SaysWhetherAllIsGood) {
  struct Row {
    std::vector<TrialState> states;
    bool want;
    std::string_view want_begin;
  };
  using enum TrialState;
  const Row rows[] = {
      {{Good, Good}, true, "All is as it should be."},
      {{Good, LeftOut}, true, "All is as it should be."},
      {{Good, Wrong, Wrong}, false, "2 of 3: wrong."},
      {{Good, Untried}, false, "1 of 2: not tried."},
      {{Wrong, Untried}, false, "1 of 2: wrong. 1 of 2: not tried."},
  };
  for (const auto& row : rows) {
    std::vector<TrialStep> steps;
    steps.reserve(row.states.size());
    for (const auto state : row.states) steps.push_back(step("out", state));
    EXPECT_EQ(is_all_good(steps), row.want) << row.want_begin;
    EXPECT_TRUE(trial_ending(steps, "ann@example.org").starts_with(row.want_begin))
        << trial_ending(steps, "ann@example.org");
  }
}

TEST(TrialPage, NamesTheMailboxOnceMailWasSent) {
  auto one = step("out", TrialState::Good);
  EXPECT_FALSE(trial_ending(std::vector{one}, "ann@example.org").contains("ann@example.org"));
  one.message_id = "a@b";
  EXPECT_TRUE(trial_ending(std::vector{one}, "ann@example.org").contains("ann@example.org"));
}

TEST(TrialPage, HasJson) {
  auto one = step("out", TrialState::Wrong);
  one.message_id = "a@b";
  EXPECT_EQ(
      boost::json::serialize(trial_json(std::vector{one}, "ann@example.org", "bob@example.net")),
      R"({"good":false,"from":"ann@example.org","to":"bob@example.net","steps":[)"
      R"({"name":"out","state":"wrong","happened":"Taken: 250 Ok","means":"","message_id":"a@b","event":""}]})");
}

}  // namespace
}  // namespace backstop::service
