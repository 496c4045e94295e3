#include "gateway/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace backstop::gateway {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

class Lines : public intake::Journal {
 public:
  void record(store::Event) override { FAIL() << "a watch records no events"; }
  void notice(base::LogLevel level, std::string_view line) override {
    all.push_back(std::string(base::name(level)) + " " + std::string(line));
  }
  std::vector<std::string> take() { return std::exchange(all, {}); }

  std::vector<std::string> all;
};

class WatchTest : public testing::Test {
 protected:
  static Watch::Clock::time_point at(int second) {
    return Watch::Clock::time_point() + seconds(1000 + second);
  }

  Lines lines;
  Watch watch{lines};
};

TEST_F(WatchTest, AFullHouseIsToldOnceAMinute) {
  watch.is_full(20, at(0));
  watch.is_full(20, at(59));
  watch.is_full(20, at(60));
  constexpr std::string_view kLine =
      "warning a client was turned away: there are 20 sessions, and no more are allowed by \"sessions\" in "
      "[limits]";
  EXPECT_THAT(lines.take(), ElementsAre(kLine, std::string(kLine) + " (2 times in 60 s)"));
}

struct PartCase {
  Watch::Part part;
  std::exception_ptr error;
  std::string_view want_line;
};

TEST_F(WatchTest, AnErrorIsReportedOnceAMinuteForEachPart) {
  using Part = Watch::Part;
  const PartCase cases[] = {
      {Part::Session, std::make_exception_ptr(std::bad_alloc()),
       "error a session failed and was closed: std::bad_alloc"},
      {Part::Accepting, std::make_exception_ptr(std::runtime_error("a\nb")),
       "error taking connections failed, and goes on: a b"},
      {Part::Deadlines, std::make_exception_ptr(7), "error keeping deadlines failed, and goes on: not known"},
      {Part::House, std::make_exception_ptr(std::runtime_error("a")),
       "error closing idle connections failed, and goes on: a"},
      {Part::NextHops, std::make_exception_ptr(std::runtime_error("a")),
       "error asking next hops what they offer failed, and goes on: a"},
      {Part::Quarantine, std::make_exception_ptr(std::runtime_error("a")),
       "error keeping what is kept back in order failed, and goes on: a"},
      {Part::Loop, std::make_exception_ptr(std::runtime_error("a")), "error a worker failed, and goes on: a"},
  };
  static_assert(std::size(cases) == Watch::kPartCount);
  for (const auto& row : cases) {
    watch.threw(row.part, row.error, at(0));
    watch.threw(row.part, row.error, at(59));
    watch.threw(row.part, row.error, at(60));
    EXPECT_THAT(lines.take(), ElementsAre(row.want_line, std::string(row.want_line) + " (2 times in 60 s)"));
  }
}

TEST_F(WatchTest, AnErrorThatCantBeReportedIsDropped) {
  class Throws : public intake::Journal {
   public:
    void record(store::Event) override {}
    void notice(base::LogLevel, std::string_view) override {
      ++tries;
      throw std::bad_alloc();
    }
    int tries = 0;
  };
  Throws sink;
  Watch deaf(sink);
  for (const int seconds : {0, 60}) {
    deaf.threw(Watch::Part::Session, std::make_exception_ptr(std::bad_alloc()), at(seconds));
  }
  EXPECT_EQ(sink.tries, 2);
}

}  // namespace
}  // namespace backstop::gateway
