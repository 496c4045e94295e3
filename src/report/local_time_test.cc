#include "report/local_time.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <optional>
#include <string>

namespace backstop::report {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// The zone of this process while it lives. The rule is written out, so that no files of zones are needed.
class Zone {
 public:
  explicit Zone(const char* zone) {
    if (const char* const old = ::getenv("TZ")) old_ = old;
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
  ~Zone() {
    if (old_) {
      ::setenv("TZ", old_->c_str(), 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
  }

 private:
  std::optional<std::string> old_;
};

constexpr const char* kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";
constexpr Moment kNow = std::chrono::sys_days(std::chrono::days(20780)) + hours(12);  // 2026-11-23

constexpr Moment at(int year, unsigned month, unsigned day, milliseconds clock = milliseconds(0)) {
  return Moment(std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) /
                                      static_cast<int>(day))) +
         clock;
}

struct Row {
  std::string_view text;
  Moment want;
};

TEST(LocalTime, ReadsMoments) {
  const Zone berlin(kBerlin);
  const Row rows[] = {
      {"0s", kNow},
      {"2h", kNow - hours(2)},
      {"7d", kNow - hours(24 * 7)},
      {"1d12h", kNow - hours(36)},
      {"2w", kNow - hours(24 * 14)},
      {"30m", kNow - minutes(30)},
      {"2026-11-23", at(2026, 11, 22, hours(23))},
      {"2026-07-01", at(2026, 6, 30, hours(22))},
      {"2026-11-23 10:00", at(2026, 11, 23, hours(9))},
      {"2026-11-23T10:00", at(2026, 11, 23, hours(9))},
      {"2026-07-01 10:00:30", at(2026, 7, 1, hours(8) + seconds(30))},
      {"2026-11-23 23:59:59.999", at(2026, 11, 23, hours(23) - milliseconds(1))},
      {"2026-11-23Z", at(2026, 11, 23)},
      {"2026-11-23T10:00:30.250Z", at(2026, 11, 23, hours(10) + seconds(30) + milliseconds(250))},
      {"2026-07-01 10:00Z", at(2026, 7, 1, hours(10))},
      {"1969-12-31T23:59:59.500Z", at(1969, 12, 31, hours(24) - milliseconds(500))},
      {"2024-02-29", at(2024, 2, 28, hours(23))},
      {"2026-03-29 03:30", at(2026, 3, 29, hours(1) + minutes(30))},
  };
  for (const auto& row : rows) {
    const auto moment = parse_moment(row.text, kNow);
    ASSERT_TRUE(moment) << row.text << ": " << moment.error().message;
    EXPECT_EQ(*moment, row.want) << row.text;
  }
}

TEST(LocalTime, RefusesWhatIsNoMoment) {
  for (const std::string_view text : {"",
                                      " ",
                                      "2",
                                      "h",
                                      "-2h",

                                      "yesterday",
                                      "2026",
                                      "2026-11",
                                      "2026-11-31",
                                      "2026-13-01",
                                      "2026-1-1",
                                      "26-11-23",
                                      "2026-11-23 ",
                                      "2026-11-23T",
                                      "2026-11-23 10",
                                      "2026-11-23 10:",
                                      "2026-11-23 1:00",
                                      "2026-11-23 24:00",
                                      "2026-11-23 10:60",
                                      "2026-11-23 10:00:60",
                                      "2026-11-23 10:00:",
                                      "2026-11-23 10:00:00.",
                                      "2026-11-23 10:00:00.12",
                                      "2026-11-23 10:00:00.1234",
                                      "2026-11-23 10:00z",
                                      "2026-11-23 10:00ZZ",
                                      "2026-11-23 10:00+01:00",
                                      "2026-11-23x10:00",
                                      "2026-11-23 -1:00",
                                      "2026-11-23  10:00",
                                      "1795400000"}) {
    const auto moment = parse_moment(text, kNow);
    ASSERT_FALSE(moment) << text;
    EXPECT_NE(moment.error().message.find("2026-11-23T10:00:00Z"), std::string::npos);
  }
  EXPECT_EQ(parse_moment("\x1b[2J", kNow).error().message.find('\x1b'), std::string::npos);
}

TEST(LocalTime, TellsTheZone) {
  {
    const Zone berlin(kBerlin);
    const LocalTime winter =
        local_time(at(2026, 11, 22, hours(23) + minutes(5) + seconds(9) + milliseconds(999)));
    EXPECT_EQ(winter.day, "2026-11-23");
    EXPECT_EQ(winter.time, "00:05:09");
    EXPECT_EQ(winter.zone, "CET");
    EXPECT_EQ(local_time(at(2026, 7, 1)).zone, "CEST");
    EXPECT_EQ(local_time(at(2026, 7, 1)).time, "02:00:00");
    EXPECT_EQ(local_text(at(2026, 7, 1)), "2026-07-01 02:00:00 CEST");
  }
  const Zone utc("UTC");
  EXPECT_EQ(local_time(at(2026, 11, 23)).time, "00:00:00");
  EXPECT_EQ(local_time(at(2026, 11, 23)).zone, "UTC");
  EXPECT_EQ(local_time(at(1969, 12, 31, hours(24) - milliseconds(1))).time, "23:59:59");
}

}  // namespace
}  // namespace backstop::report
