#include "intake/dns_silence.h"

#include <gtest/gtest.h>

#include <string_view>

namespace backstop::intake {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Row {
  /// One look-up a second: "t" timed out, "T" did just so, "f" failed just before that, "a" was answered.
  std::string_view look_ups;
  seconds later;
  bool want;
};

constexpr Row kRows[] = {
    {"", seconds(0), false},     {"tt", seconds(0), false},    {"ttt", seconds(0), true},
    {"TTT", seconds(0), true},   {"ttf", seconds(0), false},   {"fff", seconds(0), false},
    {"tfft", seconds(0), false}, {"tfftft", seconds(0), true}, {"tttf", seconds(0), true},
    {"ttta", seconds(0), false}, {"ttat", seconds(0), false},  {"tatatt", seconds(0), false},
    {"tattt", seconds(0), true}, {"ttt", seconds(29), true},   {"ttt", seconds(30), false},
};

TEST(DnsSilence, IsThreeLookUpsInARow) {
  for (const auto& row : kRows) {
    DnsSilence silence;
    DnsSilence::Clock::time_point now{std::chrono::hours(1)};
    for (const char one : row.look_ups) {
      now += seconds(1);
      const auto took = one == 't' ? milliseconds(3000) : one == 'T' ? milliseconds(1000) : milliseconds(999);
      silence.note(one == 'a', took, now);
    }
    EXPECT_EQ(silence.is_silent(now + row.later), row.want) << row.look_ups << " " << row.later.count();
  }
}

TEST(DnsSilence, GoesOnWithTheNextLookUpThatTimesOut) {
  DnsSilence silence;
  const DnsSilence::Clock::time_point begin{std::chrono::hours(1)};
  for (int i = 0; i < 3; ++i) silence.note(false, seconds(3), begin);
  EXPECT_FALSE(silence.is_silent(begin + seconds(40)));
  silence.note(false, seconds(3), begin + seconds(40));
  EXPECT_TRUE(silence.is_silent(begin + seconds(40)));
}

}  // namespace
}  // namespace backstop::intake
