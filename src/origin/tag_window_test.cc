#include "origin/tag_window.h"

#include <gtest/gtest.h>

#include "origin/tag_fixture.h"

namespace backstop::origin {
namespace {

constexpr int kToday = 20780;

struct WindowRow {
  const char* name;
  int digits;
  TagFamily family;
  int today;
  int lifetime;
  bool want_open;
  int want_last_day;
};

TEST(TagWindow, SaysWhetherATagIsGoodAndUntilWhen) {
  const WindowRow rows[] = {
      {"expires today", 780, TagFamily::Exim, kToday, 7, true, kToday},
      {"expired yesterday", 779, TagFamily::Exim, kToday, 7, false, kToday - 1},
      {"longest", 787, TagFamily::Exim, kToday, 7, true, kToday + 7},
      {"ahead", 788, TagFamily::Exim, kToday, 7, false, kToday + 8},
      {"furthest ahead", 832, TagFamily::Exim, kToday, 7, false, kToday + 52},
      {"too far ahead: years old", 833, TagFamily::Exim, kToday, 7, false, kToday - 947},
      {"999 never passes for good, as it does with Exim", 999, TagFamily::Exim, kToday, 7, false,
       kToday - 781},
      {"000 on the day before the wrap", 0, TagFamily::Exim, 20999, 7, true, 21000},
      {"999 on the day of the wrap", 999, TagFamily::Exim, 21000, 7, false, 20999},
      {"006 on the day before the wrap", 6, TagFamily::Exim, 20999, 7, true, 21006},
      {"007 on the day before the wrap", 7, TagFamily::Exim, 20999, 7, false, 21007},
      {"058 on the day before the wrap", 58, TagFamily::Exim, 20999, 7, false, 20058},
      {"made today", 780, TagFamily::Indimail, kToday, 7, true, kToday + 7},
      {"made seven days ago", 773, TagFamily::Indimail, kToday, 7, true, kToday},
      {"made eight days ago", 772, TagFamily::Indimail, kToday, 7, false, kToday - 1},
      {"made on the day before the wrap, read after it", 999, TagFamily::Indimail, 21003, 7, true, 21006},
      {"one day", 781, TagFamily::Exim, kToday, 1, true, kToday + 1},
      {"longest lifetime", 280, TagFamily::Exim, kToday, 500, true, kToday + 500},
  };
  for (const auto& row : rows) {
    const auto result = window(row.digits, row.family, day(row.today), std::chrono::days(row.lifetime));
    EXPECT_EQ(result.is_open, row.want_open) << row.name;
    EXPECT_EQ(result.last_good_day, day(row.want_last_day)) << row.name;
  }
}

}  // namespace
}  // namespace backstop::origin
