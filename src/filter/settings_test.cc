#include "filter/settings.h"

#include <gtest/gtest.h>

namespace backstop::filter {
namespace {

TEST(MilterSettings, AreUsedIfThereIsAPlace) {
  MilterSettings settings;
  EXPECT_FALSE(settings.is_used());
  settings.internal = {{.path = "/run/internal.sock"}};
  EXPECT_TRUE(settings.is_used());
  settings = {};
  settings.listen = {{.path = "/run/milter.sock"}};
  EXPECT_TRUE(settings.is_used());
}

}  // namespace
}  // namespace backstop::filter
