#include "base/growth_fixture.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace backstop::base {
namespace {

void spin(std::size_t rounds) {
  for (volatile std::size_t i = 0; i < rounds; i = i + 1) {
  }
}

TEST(GrowthFixture, TellsQuadraticWorkFromLinear) {
  EXPECT_LT(growth([] { spin(10'000); }, [] { spin(100'000); }), kSuspicious);
  EXPECT_GT(growth([] { spin(10'000); }, [] { spin(1'000'000); }), 3 * kSuspicious);
}

}  // namespace
}  // namespace backstop::base
