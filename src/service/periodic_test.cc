#include "service/periodic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace backstop::service {
namespace {

using std::chrono::milliseconds;

TEST(Periodic, GoesOnAfterALookThatThrowsAndTellsWhy) {
  std::vector<std::string> told;
  int looks = 0;
  std::promise<void> third;
  auto periodic = std::make_unique<Periodic>(
      milliseconds(1), "aliases",
      [&] {
        if (++looks == 3) third.set_value();
        if (looks == 1) throw std::runtime_error("no memory");
      },
      [&](os::LogLevel level, const std::string& line) {
        EXPECT_EQ(level, os::LogLevel::Warning);
        told.push_back(line);
      });
  third.get_future().wait();
  periodic.reset();
  EXPECT_THAT(told, testing::ElementsAre("aliases: no memory"));
}

TEST(Periodic, EndsWithinItsPause) {
  const Periodic periodic(
      std::chrono::hours(24), "", [] { ADD_FAILURE(); }, [](os::LogLevel, const std::string&) {});
}

}  // namespace
}  // namespace backstop::service
