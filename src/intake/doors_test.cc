// Who may connect, and how many.
#include "intake/doors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/kept_fixture.h"

namespace backstop::intake {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DoorsTest : public testing::Test {
 protected:
  std::optional<Ticket> admit(std::string_view peer, bool is_local = false) {
    return doors_.admit(*net::parse_endpoint(peer), is_local, settings_);
  }

  NoticeList journal_;
  Doors doors_{"socketmap", journal_};
  net::DoorSettings settings_{.listen = {}, .peers = {*net::Network::parse("127.0.0.0/8")}, .connections = 2};
};

TEST_F(DoorsTest, LetInPeersAndWhoeverCanOpenTheSocket) {
  EXPECT_TRUE(admit("127.0.0.1:9"));
  EXPECT_TRUE(admit("192.0.2.1:9", true));
  EXPECT_THAT(journal_.lines, IsEmpty());
  EXPECT_FALSE(admit("192.0.2.1:9"));
  EXPECT_THAT(journal_.lines,
              ElementsAre("socketmap: 192.0.2.1 may not connect: it is not in \"peers\" of [socketmap]"));
}

TEST_F(DoorsTest, LetInNoMoreThanTheLimit) {
  auto first = admit("127.0.0.1:9");
  const auto second = admit("127.0.0.1:9");
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(admit("127.0.0.1:9"));
  EXPECT_THAT(journal_.lines, ElementsAre("socketmap: a connection was closed: there are 2, and no more are "
                                          "allowed by \"connections\" in [socketmap]"));
  first.reset();
  EXPECT_TRUE(admit("127.0.0.1:9"));
}

TEST_F(DoorsTest, TellOfAFailureOnceAMinute) {
  doors_.tell_failure(name_of(*net::parse_endpoint("192.0.2.9:1"), false), "one");
  doors_.tell_failure(name_of({}, true), "two");
  EXPECT_THAT(journal_.lines, ElementsAre("socketmap: the connection of 192.0.2.9:1 was closed: one"));
}

TEST(Ticket, ThatMovesCountsOnce) {
  std::atomic<std::size_t> count = 1;
  {
    Ticket first(count);
    const Ticket second(std::move(first));
    EXPECT_EQ(count, 1u);
  }
  EXPECT_EQ(count, 0u);
}

}  // namespace
}  // namespace backstop::intake
