#include "service/probe.h"

#include <gtest/gtest.h>

namespace backstop::service {
namespace {

using std::chrono::seconds;

TEST(ProbeLimits, WaitNoLongerThanSomebodyAtATerminalDoes) {
  const struct {
    seconds given;
    seconds want;
  } rows[] = {{seconds(1), seconds(1)}, {seconds(30), seconds(30)}, {seconds(31), seconds(30)}};
  for (const auto& row : rows) {
    next_hop::Limits limits;
    limits.next_hop_connect = limits.next_hop_reply = row.given;
    const auto found = probe_limits(limits);
    EXPECT_EQ(found.next_hop_connect, row.want);
    EXPECT_EQ(found.next_hop_reply, row.want);
  }
}

}  // namespace
}  // namespace backstop::service
