#include "gateway/listen_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace backstop::gateway {
namespace {

using testing::ElementsAreArray;

net::Endpoint at(std::string_view text) {
  return *net::parse_endpoint(text);
}

struct Running {
  std::string_view gateway;
  std::string_view wanted;
  std::string_view endpoint;
};

struct Wanted {
  std::string_view gateway;
  std::vector<std::string_view> listen;
};

struct PlanCase {
  std::string_view name;
  std::vector<Running> running;
  std::vector<Wanted> wanted;
  /// "in 127.0.0.1:25 = 1": what is wanted, and the number of what goes on; "new" or "new beside 1".
  std::vector<std::string> want_places;
  std::vector<std::uint64_t> want_closed;
};

const std::vector<PlanCase>& plan_cases() {
  static const std::vector<PlanCase> kCases = {
      {"start", {}, {{"in", {"127.0.0.1:25", "[::1]:25"}}}, {"in 127.0.0.1:25 new", "in [::1]:25 new"}, {}},
      {"nothing has changed",
       {{"in", "127.0.0.1:25", "127.0.0.1:25"}, {"out", "127.0.0.1:26", "127.0.0.1:26"}},
       {{"in", {"127.0.0.1:25"}}, {"out", {"127.0.0.1:26"}}},
       {"in 127.0.0.1:25 = 1", "out 127.0.0.1:26 = 2"},
       {}},
      {"another order",
       {{"in", "127.0.0.1:25", "127.0.0.1:25"}, {"out", "127.0.0.1:26", "127.0.0.1:26"}},
       {{"out", {"127.0.0.1:26"}}, {"in", {"127.0.0.1:25"}}},
       {"out 127.0.0.1:26 = 2", "in 127.0.0.1:25 = 1"},
       {}},
      {"a new gateway",
       {{"in", "127.0.0.1:25", "127.0.0.1:25"}},
       {{"new", {"127.0.0.1:27"}}, {"in", {"127.0.0.1:25"}}},
       {"new 127.0.0.1:27 new", "in 127.0.0.1:25 = 1"},
       {}},
      {"a gateway is gone",
       {{"in", "127.0.0.1:25", "127.0.0.1:25"}, {"out", "127.0.0.1:26", "127.0.0.1:26"}},
       {{"out", {"127.0.0.1:26"}}},
       {"out 127.0.0.1:26 = 2"},
       {1}},
      {"another address",
       {{"in", "127.0.0.1:25", "127.0.0.1:25"}},
       {{"in", {"127.0.0.2:25"}}},
       {"in 127.0.0.2:25 new"},
       {1}},
      {"another name",
       {{"in", "127.0.0.1:25", "127.0.0.1:25"}},
       {{"mx", {"127.0.0.1:25"}}},
       {"mx 127.0.0.1:25 = 1"},
       {}},
      {"two have changed their names",
       {{"in", "127.0.0.1:25", "127.0.0.1:25"}, {"out", "127.0.0.1:26", "127.0.0.1:26"}},
       {{"out", {"127.0.0.1:25"}}, {"in", {"127.0.0.1:26"}}},
       {"out 127.0.0.1:25 = 1", "in 127.0.0.1:26 = 2"},
       {}},
      {"port 0 stays",
       {{"in", "127.0.0.1:0", "127.0.0.1:4000"}},
       {{"in", {"127.0.0.1:0"}}},
       {"in 127.0.0.1:0 = 1"},
       {}},
      {"port 0 twice, and once more",
       {{"in", "127.0.0.1:0", "127.0.0.1:4000"}, {"in", "127.0.0.1:0", "127.0.0.1:4001"}},
       {{"in", {"127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"}}},
       {"in 127.0.0.1:0 = 1", "in 127.0.0.1:0 = 2", "in 127.0.0.1:0 new"},
       {}},
      {"port 0 is not another gateway's",
       {{"in", "127.0.0.1:0", "127.0.0.1:4000"}},
       {{"mx", {"127.0.0.1:0"}}},
       {"mx 127.0.0.1:0 new"},
       {1}},
      {"the port that was chosen is written down",
       {{"in", "127.0.0.1:0", "127.0.0.1:4000"}},
       {{"in", {"127.0.0.1:4000"}}},
       {"in 127.0.0.1:4000 = 1"},
       {}},
      {"and given to another",
       {{"in", "127.0.0.1:0", "127.0.0.1:4000"}},
       {{"mx", {"127.0.0.1:4000"}}},
       {"mx 127.0.0.1:4000 = 1"},
       {}},
      {"its own comes before another's",
       {{"a", "127.0.0.1:0", "127.0.0.1:4000"}, {"b", "127.0.0.1:0", "127.0.0.1:4001"}},
       {{"b", {"127.0.0.1:4000", "127.0.0.1:0"}}},
       {"b 127.0.0.1:4000 = 1", "b 127.0.0.1:0 = 2"},
       {}},
      {"all addresses in place of one",
       {{"in", "127.0.0.1:25", "127.0.0.1:25"}},
       {{"in", {"0.0.0.0:25"}}},
       {"in 0.0.0.0:25 new beside 1"},
       {1}},
      {"one in place of all",
       {{"in", "[::]:25", "[::]:25"}},
       {{"in", {"[::1]:25", "127.0.0.1:25"}}},
       {"in [::1]:25 new beside 1", "in 127.0.0.1:25 new"},
       {1}},
  };
  return kCases;
}

TEST(ListenPlan, EachCase) {
  for (const auto& row : plan_cases()) {
    SCOPED_TRACE(row.name);
    std::vector<Listening> running;
    for (const auto& one : row.running) {
      running.push_back({std::string(one.gateway), at(one.endpoint), at(one.wanted), running.size() + 1});
    }
    std::vector<GatewaySettings> wanted;
    for (const auto& one : row.wanted) {
      GatewaySettings& gateway = wanted.emplace_back();
      gateway.name = one.gateway;
      for (const auto text : one.listen) gateway.listen.push_back(at(text));
    }
    const auto plan = plan_listening(running, wanted);
    std::vector<std::string> places;
    for (const auto& place : plan.places) {
      std::string text = place.gateway + " " + place.wanted.text();
      text += place.running != nullptr ? " = " + std::to_string(place.running->number) : " new";
      if (place.beside != nullptr) text += " beside " + std::to_string(place.beside->number);
      places.push_back(text);
    }
    std::vector<std::uint64_t> closed;
    for (const auto* one : plan.closed) closed.push_back(one->number);
    EXPECT_THAT(places, ElementsAreArray(row.want_places));
    EXPECT_THAT(closed, ElementsAreArray(row.want_closed));
  }
}

struct OverlapCase {
  std::string_view one;
  std::string_view other;
  bool want;
};

TEST(ListenPlan, Overlap) {
  for (const auto& [one, other, want] : {
           OverlapCase{"127.0.0.1:25", "127.0.0.1:25", true},
           {"127.0.0.1:25", "0.0.0.0:25", true},
           {"[::1]:25", "[::]:25", true},
           {"127.0.0.1:25", "127.0.0.2:25", false},
           {"127.0.0.1:25", "127.0.0.1:26", false},
           {"0.0.0.0:25", "[::]:25", false},
           {"0.0.0.0:0", "127.0.0.1:0", false},
       }) {
    EXPECT_EQ(overlap(at(one), at(other)), want) << one << " " << other;
    EXPECT_EQ(overlap(at(other), at(one)), want) << other << " " << one;
  }
}

}  // namespace
}  // namespace backstop::gateway
