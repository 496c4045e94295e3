#include "net/place.h"

#include <gtest/gtest.h>

namespace backstop::net {
namespace {

TEST(Place, IsWrittenAsMailServersWriteIt) {
  EXPECT_EQ(Place{.path = "/run/milter.sock"}.text(), "unix:/run/milter.sock");
  EXPECT_EQ(Place{.endpoint = *parse_endpoint("127.0.0.1:8891")}.text(), "inet:127.0.0.1:8891");
  EXPECT_EQ(Place{.endpoint = *parse_endpoint("[::1]:8891")}.text(), "inet6:[::1]:8891");
}

}  // namespace
}  // namespace backstop::net
