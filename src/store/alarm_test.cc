#include "store/alarm.h"

#include <gtest/gtest.h>

#include <vector>

namespace backstop::store {
namespace {

using std::chrono::seconds;

enum class Attempt { Fails, Works };

struct Step {
  int at;  ///< seconds
  Attempt attempt;
  std::uint64_t lost;  ///< so far
  std::string want;    ///< the line; empty: silence
};

struct Row {
  const char* name;
  std::vector<Step> steps;
};

constexpr auto kFails = Attempt::Fails;
constexpr auto kWorks = Attempt::Works;
const std::string kFull = "full; events wait in memory, mail is not delayed";

TEST(Alarm, SaysEachChangeOnce) {
  const Row rows[] = {
      {"all is well", {{0, kWorks, 0, ""}, {1000, kWorks, 0, ""}}},
      {"fails at first and for long", {{0, kFails, 0, kFull}, {1, kFails, 3, ""}, {1000, kFails, 9, ""}}},
      {"works again at once",
       {{0, kFails, 0, kFull}, {1, kWorks, 0, "writing works again; no event was lost"}, {2, kWorks, 0, ""}}},
      {"one is lost", {{0, kFails, 0, kFull}, {9, kWorks, 1, "writing works again; 1 event was lost"}}},
      {"the next failure counts its own",
       {{0, kFails, 0, kFull},
        {9, kWorks, 5, "writing works again; 5 events were lost"},
        {100, kFails, 5, kFull},
        {101, kWorks, 7, "writing works again; 2 events were lost"}}},
      {"a pause after good news, at its limit",
       {{0, kFails, 0, kFull},
        {10, kWorks, 0, "writing works again; no event was lost"},
        {69, kFails, 0, ""},
        {70, kFails, 0, kFull}}},
      {"what was not said to fail is not said to work",
       {{0, kFails, 0, kFull},
        {10, kWorks, 0, "writing works again; no event was lost"},
        {11, kFails, 0, ""},
        {12, kWorks, 0, ""}}},
      {"a loss does not hide the failure behind it",
       {{0, kWorks, 4, "4 events were lost: the buffer was full"},
        {1, kFails, 4, kFull},
        {2, kWorks, 6, "writing works again; 2 events were lost"}}},
      {"lost without a failure, told once a minute",
       {{0, kWorks, 0, ""},
        {1, kWorks, 4, "4 events were lost: the buffer was full"},
        {60, kWorks, 9, ""},
        {61, kWorks, 10, "6 events were lost: the buffer was full"}}},
  };
  for (const auto& row : rows) {
    Alarm alarm({"event", "events", ""});
    for (const auto& step : row.steps) {
      const Alarm::Time now{seconds(1'000'000 + step.at)};
      const auto line = step.attempt == kFails ? alarm.failed("full", now) : alarm.worked(step.lost, now);
      EXPECT_EQ(line.value_or(""), step.want) << row.name << " at " << step.at;
    }
  }
}

TEST(Alarm, CountsAtTheEndWhatWasNotTold) {
  Alarm alarm({"event", "events", ""});
  ASSERT_TRUE(alarm.failed("full", Alarm::Time{}));
  ASSERT_TRUE(alarm.worked(2, Alarm::Time{seconds(1)}));
  EXPECT_EQ(alarm.closed(2), std::nullopt);
  EXPECT_EQ(alarm.closed(3), "1 event was lost: the buffer was full");
  EXPECT_EQ(alarm.ended(5), "3 events were lost: the program stopped before they could be written");
}

}  // namespace
}  // namespace backstop::store
