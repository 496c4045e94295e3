#include "filter/settings.h"

#include <gtest/gtest.h>

namespace backstop::filter {
namespace {

TEST(MilterPlace, IsWrittenAsMailServersWriteIt) {
  EXPECT_EQ(Place{.path = "/run/milter.sock"}.text(), "unix:/run/milter.sock");
  EXPECT_EQ(Place{.endpoint = *net::parse_endpoint("127.0.0.1:8891")}.text(), "inet:127.0.0.1:8891");
  EXPECT_EQ(Place{.endpoint = *net::parse_endpoint("[::1]:8891")}.text(), "inet6:[::1]:8891");
}

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
