#include "next_hop/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "next_hop/hop_fixture.h"

namespace backstop::next_hop {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using Age = Pool::Age;

class PoolTest : public HopTest {
 protected:
  Pool::Lease lease(const NextHop& hop, Age age = Age::Any, const ClientIdentity& client = {}) {
    auto lease = wait(pool_.lease(hop, client, context_, age));
    EXPECT_TRUE(lease);
    return std::move(*lease);
  }
  void give_back(Pool::Lease lease) { wait(pool_.give_back(std::move(lease.session), limits_)); }

  NextHop hop_ = fake_.hop();
};

TEST_F(PoolTest, AReturnedSessionIsLeasedAgain) {
  auto first = lease(hop_);
  EXPECT_FALSE(first.is_reused);
  EXPECT_TRUE(first.session->extensions().dsn);
  EXPECT_TRUE(directory_.find(hop_)->dsn) << "what it offers is known from now on";
  const Session* const session = first.session.get();
  give_back(std::move(first));
  auto second = lease(hop_);
  EXPECT_TRUE(second.is_reused);
  EXPECT_EQ(second.session.get(), session);
  EXPECT_FALSE(lease(hop_).is_reused) << "it has been leased already";
  EXPECT_EQ(fake_.connections, 2);
}

TEST_F(PoolTest, AFreshOneIsNeverReused) {
  give_back(lease(hop_));
  EXPECT_FALSE(lease(hop_, Age::Fresh).is_reused);
}

TEST_F(PoolTest, TheOneUsedLastComesFirst) {
  auto one = lease(hop_);
  auto two = lease(hop_);
  const Session* const last = one.session.get();
  give_back(std::move(two));
  give_back(std::move(one));
  EXPECT_EQ(lease(hop_).session.get(), last);
}

TEST_F(PoolTest, NextHopsThatDifferShareNothing) {
  give_back(lease(hop_));
  NextHop other = hop_;
  other.tls = Tls::Never;
  EXPECT_FALSE(lease(other).is_reused);
  EXPECT_TRUE(lease(hop_).is_reused);
}

TEST_F(PoolTest, ItKeepsAsManyAsItsLimit) {
  hop_.pool = 2;
  std::vector<Pool::Lease> leases;
  for (int i = 0; i < 3; ++i) leases.push_back(lease(hop_));
  for (auto& one : leases) give_back(std::move(one));
  EXPECT_TRUE(lease(hop_).is_reused);
  leases.clear();
  for (int i = 0; i < 3; ++i) leases.push_back(lease(hop_));
  EXPECT_EQ(std::ranges::count(leases, true, &Pool::Lease::is_reused), 1);
  EXPECT_THAT(fake_.commands, Contains("QUIT"));
}

TEST_F(PoolTest, WithoutAPoolNothingIsKept) {
  hop_.pool = 0;
  give_back(lease(hop_));
  EXPECT_FALSE(lease(hop_).is_reused);
}

TEST_F(PoolTest, AnOpenTransactionIsResetFirst) {
  auto one = lease(hop_);
  one.session->needs_reset = true;
  give_back(std::move(one));
  EXPECT_EQ(fake_.commands.back(), "RSET");
  EXPECT_TRUE(lease(hop_).is_reused);
}

TEST_F(PoolTest, ASessionThatCantBeResetIsNotKept) {
  for (const std::string answer : {"421 no", "500 no", ""}) {
    fake_.answer("RSET", {answer});
    auto one = lease(hop_);
    one.session->needs_reset = true;
    give_back(std::move(one));
    EXPECT_FALSE(lease(hop_).is_reused) << answer;
  }
}

TEST_F(PoolTest, ABrokenOrPersonalSessionIsNotKept) {
  auto broken = lease(hop_);
  broken.session->set_broken();
  give_back(std::move(broken));
  EXPECT_THAT(fake_.commands, Not(Contains("QUIT")));
  auto personal = lease(hop_);
  personal.session->is_personal = personal.session->needs_reset = true;
  give_back(std::move(personal));
  EXPECT_FALSE(lease(hop_).is_reused);
  EXPECT_THAT(fake_.commands, Contains("QUIT"));
  EXPECT_THAT(fake_.commands, Not(Contains("RSET")));
}

TEST_F(PoolTest, ASessionThatWasIdleForTooLongIsClosed) {
  give_back(lease(hop_));
  const auto now = net::Deadlines::now();
  pool_.sweep(now + Pool::kMostIdle - std::chrono::seconds(1));
  auto kept = lease(hop_);
  EXPECT_TRUE(kept.is_reused);
  give_back(std::move(kept));
  pool_.sweep(now + Pool::kMostIdle + std::chrono::seconds(1));
  EXPECT_FALSE(lease(hop_).is_reused);
}

struct IdleRow {
  std::string_view name;
  std::optional<std::string> unasked;  ///< what its server did meanwhile; empty: it closed the connection
  std::chrono::seconds idle;
  bool want_reused;
};

// The idle time lies ahead here, so that no wait makes it longer.
constexpr std::chrono::hours kJustNow{-1};

const IdleRow kIdle[] = {
    {"used just now", {}, kJustNow, true},
    {"used just now, and closed", "", kJustNow, false},
    {"used just now, and it said more", "250 2.0.0 spare", kJustNow, false},
    {"idle", {}, std::chrono::seconds(1), true},
    {"idle, and closed", "", std::chrono::seconds(1), false},
    {"idle, and it said goodbye", "421 goodbye", std::chrono::seconds(1), false},
    {"idle for nearly as long as may be", {}, Pool::kMostIdle - std::chrono::seconds(30), true},
    {"idle for too long", {}, Pool::kMostIdle, false},
};

TEST_F(PoolTest, AnIdleSessionIsCheckedBeforeItIsReused) {
  for (const auto& row : kIdle) {
    auto one = lease(hop_, Age::Fresh);
    Session& session = *one.session;
    if (row.unasked) {
      fake_.answer("NOOP", {*row.unasked});
      EXPECT_TRUE(wait(session.send("NOOP\r\n", {}, std::chrono::seconds(5))));
      wait(tick());
    }
    give_back(std::move(one));
    session.idle_since = net::Deadlines::now() - row.idle;
    EXPECT_EQ(lease(hop_).is_reused, row.want_reused) << row.name;
  }
}

TEST_F(PoolTest, ASessionThatSaidMoreThanItWasAskedIsNotReused) {
  fake_.answer("NOOP", {"250 ok\r\n421 goodbye"});
  auto one = lease(hop_);
  EXPECT_TRUE(wait(one.session->ask_one("NOOP\r\n", std::chrono::seconds(5))));
  give_back(std::move(one));
  EXPECT_FALSE(lease(hop_).is_reused);
}

TEST_F(PoolTest, SessionsAreOpenedUpToTheLimit) {
  limits_.next_hop_sessions = 2;
  auto one = lease(hop_);
  auto two = lease(hop_);
  const auto third = wait(pool_.lease(hop_, {}, context_, Age::Any));
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().trouble, Trouble::Full);
  EXPECT_FALSE(wait(pool_.ask(hop_, {}, context_))) << "a question is one, too";
  EXPECT_EQ(fake_.connections, 2);
  two.session.reset();
  two = lease(hop_);
  EXPECT_EQ(fake_.connections, 3);
  limits_.next_hop_sessions = 0;
  EXPECT_FALSE(lease(hop_).is_reused) << "no limit";
}

TEST_F(PoolTest, TheLimitIsOneForAllWorkers) {
  limits_.next_hop_sessions = 1;
  Pool other(loop_, directory_, alarm_);
  give_back(lease(hop_));
  EXPECT_FALSE(wait(other.lease(hop_, {}, context_, Age::Any))) << "it is idle in the other pool";
  EXPECT_TRUE(lease(hop_).is_reused);
  // While places are scarce, an unused session is not kept for long.
  give_back(lease(hop_, Age::Fresh));
  EXPECT_FALSE(wait(other.lease(hop_, {}, context_, Age::Any)));
  pool_.sweep(net::Deadlines::now() + Pool::kMostIdleIfScarce);
  EXPECT_TRUE(wait(other.lease(hop_, {}, context_, Age::Any)));
}

TEST_F(PoolTest, AClientUsesNoMoreThanItsShare) {
  limits_.next_hop_sessions = 16;
  ClientIdentity client;
  client.count = std::make_shared<std::atomic<std::size_t>>(0);
  auto one = lease(hop_, Age::Any, client);
  auto two = lease(hop_, Age::Any, client);
  const auto third = wait(pool_.lease(hop_, client, context_, Age::Any));
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().trouble, Trouble::Full);
  EXPECT_EQ(fake_.connections, 2);
  EXPECT_THAT(notices_, ElementsAre(testing::HasSubstr("it uses 2 sessions with next hops")));
  auto of_nobody = lease(hop_);
  // A session that idles in the pool counts for no client, nor does one that is gone.
  give_back(std::move(one));
  one = lease(hop_, Age::Any, client);
  EXPECT_TRUE(one.is_reused);
  EXPECT_FALSE(wait(pool_.lease(hop_, client, context_, Age::Any)));
  two.session.reset();
  two = lease(hop_, Age::Any, client);
  one.session.reset();
  fake_.answer("connect", {"554 no", "220 hop.test ESMTP"});
  EXPECT_FALSE(wait(pool_.lease(hop_, client, context_, Age::Fresh)));
  one = lease(hop_, Age::Fresh, client);
  limits_.next_hop_sessions = 0;
  EXPECT_FALSE(lease(hop_, Age::Fresh, client).is_reused) << "no limit, and no share";
}

TEST_F(PoolTest, WhatIsOpenAndWhatIdlesCanBeAsked) {
  EXPECT_EQ(directory_.taken(hop_), 0u);
  auto one = lease(hop_);
  auto two = lease(hop_);
  EXPECT_TRUE(pool_.idle().empty());
  EXPECT_EQ(directory_.taken(hop_), 2u);
  give_back(std::move(one));
  EXPECT_EQ(pool_.idle().at(hop_.url), 1u);
  // The same server with other settings has the same name.
  NextHop other = hop_;
  other.tls = Tls::Never;
  give_back(lease(other));
  EXPECT_EQ(pool_.idle().at(hop_.url), 2u);
  EXPECT_EQ(directory_.taken(hop_), 3u);
  two.session.reset();
  EXPECT_EQ(directory_.taken(hop_), 2u);
}

TEST_F(PoolTest, AShareIsOneSessionAtLeast) {
  limits_.next_hop_sessions = 7;
  ClientIdentity client;
  client.count = std::make_shared<std::atomic<std::size_t>>(0);
  const auto one = lease(hop_, Age::Any, client);
  EXPECT_FALSE(wait(pool_.lease(hop_, client, context_, Age::Any)));
}

// The session in the stead of one that is gone has its place in the share.
TEST_F(PoolTest, TheNextTryIsWithinTheShare) {
  limits_.next_hop_sessions = 8;
  hop_.identity = Identity::Xclient;
  fake_.answer("EHLO", {"250-hop.test\r\n250 XCLIENT ADDR"});
  fake_.answer("XCLIENT", {"220 hop.test ESMTP", "", "220 hop.test ESMTP"});
  ClientIdentity client;
  client.count = std::make_shared<std::atomic<std::size_t>>(0);
  client.attributes.address = "192.0.2.1";
  give_back(lease(hop_, Age::Any, client));
  const auto again = lease(hop_, Age::Any, client);
  EXPECT_FALSE(again.is_reused);
  EXPECT_FALSE(wait(pool_.lease(hop_, client, context_, Age::Any)));
}

TEST_F(PoolTest, AnIdleOneMakesRoom) {
  limits_.next_hop_sessions = 1;
  give_back(lease(hop_));
  NextHop other = hop_;
  other.tls = Tls::Never;
  EXPECT_FALSE(lease(other).is_reused);
  give_back(lease(hop_));
  EXPECT_FALSE(lease(hop_, Age::Fresh).is_reused);
  EXPECT_EQ(fake_.connections, 4);
}

TEST_F(PoolTest, OneThatFailsGivesItsPlaceBack) {
  limits_.next_hop_sessions = 1;
  fake_.answer("connect", {"554 no", "220 hop.test ESMTP"});
  EXPECT_FALSE(wait(pool_.lease(hop_, {}, context_, Age::Any)));
  hop_.identity = Identity::Xclient;
  fake_.answer("EHLO", {"250-hop.test\r\n250 XCLIENT ADDR"});
  fake_.answer("XCLIENT", {"220 hop.test ESMTP", ""});
  ClientIdentity client;
  client.attributes.address = "192.0.2.1";
  give_back(lease(hop_, Age::Any, client));
  // The session turns out to be gone at XCLIENT; the one that replaces it has its place.
  const auto again = wait(pool_.lease(hop_, client, context_, Age::Any));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().trouble, Trouble::ConnectionLost);
}

TEST_F(PoolTest, ANextHopThatIsNotThere) {
  NextHop nowhere = hop_;
  nowhere.target.path = "/nonexistent/socket";
  nowhere.url = "lmtp:/nonexistent/socket";
  const auto asked = Directory::Clock::now();
  const auto lease = wait(pool_.lease(nowhere, {}, context_, Age::Any));
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().trouble, Trouble::NoConnection);
  EXPECT_FALSE(directory_.may_ask(nowhere, asked)) << "it is missed for a while";
}

struct GreetingRow {
  std::string_view name;
  std::vector<std::string> connect;
  std::vector<std::string> ehlo;
  std::vector<std::string> helo;
  std::optional<Trouble> want;
};

const GreetingRow kGreetings[] = {
    {"well", {"220 hop"}, {"250 hop"}, {}, std::nullopt},
    {"in several lines", {"220-hop\r\n220 hop"}, {"250-hop\r\n250 8BITMIME"}, {}, std::nullopt},
    {"HELO alone", {"220 hop"}, {"500 what?"}, {"250 hop"}, std::nullopt},
    {"neither", {"220 hop"}, {"500 what?"}, {"500 what?"}, Trouble::Refuses},
    {"busy", {"421 busy"}, {}, {}, Trouble::Refuses},
    {"no service", {"554 no"}, {}, {}, Trouble::Refuses},
    {"a success of another kind", {"200 hop"}, {"220 hop"}, {}, std::nullopt},
    {"HELO alone, and another success", {"250 hop"}, {"500 what?"}, {"200 hop"}, std::nullopt},
    {"intermediate", {"354 hop"}, {}, {}, Trouble::Refuses},
    {"intermediate to EHLO", {"220 hop"}, {"354 hop"}, {"250 hop"}, Trouble::Refuses},
    {"EHLO later", {"220 hop"}, {"451 later"}, {"250 hop"}, Trouble::Refuses},
    {"no reply", {"hello"}, {}, {}, Trouble::Nonsense},
    {"two greetings", {"220 hop\r\n220 hop"}, {"250 hop"}, {}, Trouble::Nonsense},
    {"gone", {""}, {}, {}, Trouble::ConnectionLost},
    {"gone at EHLO", {"220 hop"}, {""}, {}, Trouble::ConnectionLost},
};

TEST_F(PoolTest, Greetings) {
  for (const auto& row : kGreetings) {
    fake_.answer("connect", row.connect);
    fake_.answer("EHLO", row.ehlo);
    fake_.answer("HELO", row.helo);
    const auto lease = wait(pool_.lease(hop_, {}, context_, Age::Fresh));
    EXPECT_EQ(lease.has_value(), !row.want) << row.name;
    if (!lease && row.want) {
      EXPECT_EQ(lease.error().trouble, *row.want) << row.name << ": " << lease.error().detail;
    }
  }
}

TEST_F(PoolTest, XclientIsSaidOnEachReuse) {
  hop_.identity = Identity::Xclient;
  fake_.answer("EHLO", {"250-hop\r\n250 XCLIENT ADDR HELO"});
  fake_.answer("XCLIENT", {"220 hop"});
  const auto client = [](std::string helo) {
    ClientIdentity identity;
    identity.attributes.address = "192.0.2.1";
    identity.attributes.helo = std::move(helo);
    return identity;
  };
  give_back(lease(hop_, Age::Any, client("one.test")));
  give_back(lease(hop_, Age::Any, client("")));
  EXPECT_TRUE(lease(hop_, Age::Any, client("b\xc3\xb6.test")).is_reused);
  EXPECT_THAT(fake_.commands,
              ElementsAre("EHLO mx.test", "XCLIENT HELO=one.test ADDR=192.0.2.1", "EHLO one.test",
                          "XCLIENT HELO=[UNAVAILABLE] ADDR=192.0.2.1", "EHLO mx.test",
                          "XCLIENT HELO=b+C3+B6.test ADDR=192.0.2.1", "EHLO mx.test"));
}

// A server that knows only HELO after XCLIENT offers nothing that it offered before.
TEST_F(PoolTest, AfterXclientTheNewOfferCounts) {
  hop_.identity = Identity::Xclient;
  fake_.answer("EHLO", {"250-hop\r\n250-PIPELINING\r\n250 XCLIENT ADDR", "500 what?"});
  fake_.answer("XCLIENT", {"220 hop"});
  fake_.answer("HELO", {"250 hop"});
  ClientIdentity client;
  client.attributes.address = "192.0.2.1";
  const auto found = lease(hop_, Age::Any, client);
  EXPECT_THAT(fake_.commands, Contains("HELO mx.test"));
  EXPECT_EQ(found.session->extensions(), smtp::Extensions());
  EXPECT_TRUE(found.session->is_personal) << "no other client can be named";
}

struct XclientRow {
  std::string_view answer;
  std::optional<Trouble> want;
};

// Replies to XCLIENT of a session that was used before.
const XclientRow kXclient[] = {
    {"", std::nullopt},
    {"421 4.4.2 idle for too long", std::nullopt},
    {"what", Trouble::Nonsense},
    {FakeHop::kSilence, Trouble::NoAnswer},
};

TEST_F(PoolTest, OnlyADroppedSessionIsTriedAgainAtXclient) {
  hop_.identity = Identity::Xclient;
  limits_.next_hop_reply = std::chrono::seconds(1);
  fake_.answer("EHLO", {"250-hop\r\n250 XCLIENT ADDR HELO"});
  ClientIdentity client;
  client.attributes.address = "192.0.2.1";
  for (const auto& row : kXclient) {
    fake_.answer("XCLIENT", {"220 hop", std::string(row.answer), "220 hop"});
    give_back(lease(hop_, Age::Any, client));
    const int before = fake_.connections;
    const auto again = wait(pool_.lease(hop_, client, context_, Age::Any));
    EXPECT_EQ(again.has_value(), !row.want) << row.answer;
    if (!again && row.want) EXPECT_EQ(again.error().trouble, *row.want) << row.answer;
    EXPECT_EQ(fake_.connections, before + (row.want ? 0 : 1)) << row.answer;
  }
}

TEST_F(PoolTest, AProxyHeaderOpensEachConnection) {
  hop_.identity = Identity::Proxy;
  fake_.answer("PROXY", {"220 hop"});
  fake_.answer("connect", {"220 hop"});
  ClientIdentity client;
  client.source = *net::parse_endpoint("192.0.2.1:1000");
  client.destination = *net::parse_endpoint("192.0.2.2:25");
  // This one greets before it has read the header, and answers that, too: two answers, and one too many.
  EXPECT_FALSE(wait(pool_.lease(hop_, client, context_, Age::Any)));
  EXPECT_EQ(fake_.commands.front(), "PROXY TCP4 192.0.2.1 192.0.2.2 1000 25");
}

TEST_F(PoolTest, LmtpIsGreetedAsSuch) {
  const auto one = lease(fake_.hop("lmtp"));
  EXPECT_THAT(fake_.commands, ElementsAre("LHLO mx.test"));
  fake_.answer("LHLO", {"500 what?"});
  EXPECT_FALSE(wait(pool_.lease(fake_.hop("lmtp"), {}, context_, Age::Fresh))) << "there is nothing older";
}

TEST_F(PoolTest, ItIsAskedForItsOfferWithLittleTime) {
  EXPECT_TRUE(wait(pool_.ask(hop_, {}, context_))->dsn);
  EXPECT_TRUE(lease(hop_).is_reused) << "the connection is of use";
  fake_.answer("connect", {"421 busy"});
  EXPECT_FALSE(wait(pool_.ask(hop_, {}, context_)));
}

}  // namespace
}  // namespace backstop::next_hop
