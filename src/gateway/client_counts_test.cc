#include "gateway/client_counts.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace backstop::gateway {
namespace {

using next_hop::ClientUse;
using Ticket = ClientCounts::Ticket;

ClientCounts::Address address(const std::string& text) {
  return boost::asio::ip::make_address(text);
}

ClientCounts::Address numbered(unsigned number) {
  return boost::asio::ip::address_v4(0x0A000000U + number);
}

Limits limits_of(std::size_t sessions, std::size_t sessions_per_client) {
  Limits limits;
  limits.sessions = sessions;
  limits.sessions_per_client = sessions_per_client;
  return limits;
}

// The tickets of as many sessions as are let in, of clients one, two, three and so on, or all of one.
std::vector<Ticket> open_all(ClientCounts& counts, const Limits& limits, std::size_t tries,
                             bool of_one_client) {
  std::vector<Ticket> tickets;
  for (std::size_t i = 0; i < tries; ++i) {
    auto ticket = counts.open(numbered(of_one_client ? 1 : static_cast<unsigned>(i)), limits);
    if (ticket) tickets.push_back(std::move(*ticket));
  }
  return tickets;
}

TEST(Sessions, AsManyAsTheLimitAndNotOneMore) {
  const Limits limits = limits_of(5, 100);
  ClientCounts counts;
  auto tickets = open_all(counts, limits, 5, false);
  EXPECT_EQ(tickets.size(), 5u);
  const auto refused = counts.open(numbered(99), limits);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Exceeded::Sessions);
  EXPECT_EQ(counts.sessions(), 5u);
  tickets.pop_back();
  EXPECT_TRUE(counts.open(numbered(99), limits));
}

TEST(Sessions, OfOneClientUpToTheLimitAreOpened) {
  const Limits limits = limits_of(100, 3);
  ClientCounts counts;
  auto tickets = open_all(counts, limits, 3, true);
  EXPECT_EQ(tickets.size(), 3u);
  const auto refused = counts.open(numbered(1), limits);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Exceeded::SessionsPerClient);
  EXPECT_TRUE(counts.open(numbered(2), limits)) << "another client";
  tickets.pop_back();
  EXPECT_TRUE(counts.open(numbered(1), limits));
}

TEST(Sessions, AReloadThatLowersTheLimitHoldsFromTheNextOn) {
  ClientCounts counts;
  const auto tickets = open_all(counts, limits_of(100, 10), 10, true);
  EXPECT_EQ(tickets.size(), 10u);
  EXPECT_FALSE(counts.open(numbered(1), limits_of(100, 5)));
  EXPECT_TRUE(counts.open(numbered(1), limits_of(100, 11)));
}

struct ClientRow {
  const char* name;
  std::string first;
  std::string second;
  bool want_one;  ///< the two are one client
};

const ClientRow kClients[] = {
    {"one IPv4 address", "192.0.2.1", "192.0.2.1", true},
    {"two IPv4 addresses", "192.0.2.1", "192.0.2.2", false},
    {"an IPv4 address within IPv6", "192.0.2.1", "::ffff:192.0.2.1", true},
    {"first and last of a /64", "2001:db8:0:1::", "2001:db8:0:1:ffff:ffff:ffff:ffff", true},
    {"two /64 side by side", "2001:db8:0:1::1", "2001:db8:0:2::1", false},
    {"IPv4 and IPv6", "192.0.2.1", "2001:db8::1", false},
};

TEST(Sessions, AnIPv6NetworkIsOneClient) {
  for (const auto& row : kClients) {
    ClientCounts counts;
    const auto first = counts.open(address(row.first), limits_of(100, 1));
    EXPECT_TRUE(first) << row.name;
    EXPECT_EQ(counts.open(address(row.second), limits_of(100, 1)).has_value(), !row.want_one) << row.name;
  }
}

TEST(Sessions, AFrontEndHasAsManyAsThereMayBe) {
  ClientCounts counts;
  const Limits limits = limits_of(3, 1);
  auto first = counts.open_for_front_end(limits);
  const auto second = counts.open_for_front_end(limits);
  const auto own = counts.open(numbered(1), limits);
  ASSERT_TRUE(first && second && own);
  const auto refused = counts.open_for_front_end(limits);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Exceeded::Sessions);
  *first = Ticket();
  EXPECT_EQ(counts.sessions(), 2u);
}

TEST(Sessions, ASessionIsPassedOnToItsClient) {
  ClientCounts counts;
  const Limits limits = limits_of(100, 1);
  auto ticket = counts.open_for_front_end(limits);
  ASSERT_TRUE(ticket);
  EXPECT_TRUE(counts.pass_on(*ticket, numbered(1), limits));
  EXPECT_TRUE(counts.pass_on(*ticket, numbered(1), limits)) << "it is its client's already";
  EXPECT_FALSE(counts.open(numbered(1), limits));
  const auto other = counts.open(numbered(2), limits);
  const auto refused = counts.pass_on(*ticket, numbered(2), limits);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Exceeded::SessionsPerClient);
  EXPECT_FALSE(counts.open(numbered(1), limits)) << "it stays whose it was";
  EXPECT_TRUE(counts.pass_on(*ticket, numbered(3), limits));
  EXPECT_TRUE(counts.open(numbered(1), limits)) << "the former client has one less";
  EXPECT_TRUE(counts.pass_on(*ticket, std::nullopt, limits));
  EXPECT_TRUE(counts.open(numbered(3), limits));
  EXPECT_EQ(counts.sessions(), 2u);
}

TEST(Ticket, CountsUntilItIsGone) {
  const Limits limits = limits_of(100, 100);
  ClientCounts counts;
  {
    const Ticket none;
    EXPECT_EQ(counts.sessions(), 0u);
    auto ticket = counts.open(numbered(1), limits);
    ASSERT_TRUE(ticket);
    EXPECT_EQ(counts.sessions(), 1u);
    const Ticket moved(std::move(*ticket));
    EXPECT_EQ(counts.sessions(), 1u);
    ticket = std::unexpected(Exceeded::Sessions);
    EXPECT_EQ(counts.sessions(), 1u) << "what was moved from counts nothing";
  }
  EXPECT_EQ(counts.sessions(), 0u);
}

TEST(Ticket, AssignmentEndsTheOldCount) {
  ClientCounts counts;
  auto one = counts.open(numbered(1), limits_of(100, 1));
  auto two = counts.open(numbered(2), limits_of(100, 1));
  ASSERT_TRUE(one && two);
  *one = std::move(*two);
  EXPECT_EQ(counts.sessions(), 1u);
  EXPECT_TRUE(counts.open(numbered(1), limits_of(100, 1))) << "the first session has ended";
  EXPECT_FALSE(counts.open(numbered(2), limits_of(100, 1))) << "the second one lives on";
  *one = Ticket();
  EXPECT_EQ(counts.sessions(), 0u);
}

TEST(ClientUse, OfOneClientUpToItsShareAreTaken) {
  const Limits limits = limits_of(100, 100);
  ClientCounts counts;
  auto one = counts.open(numbered(1), limits);
  const auto two = counts.open(numbered(1), limits);
  const auto other = counts.open(numbered(2), limits);
  ASSERT_TRUE(one && two && other);
  auto first = ClientUse::take(one->next_hop_count(), 2);
  auto second = ClientUse::take(two->next_hop_count(), 2);
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(ClientUse::take(one->next_hop_count(), 2)) << "all sessions of a client count together";
  EXPECT_TRUE(ClientUse::take(one->next_hop_count(), 3));
  EXPECT_TRUE(ClientUse::take(other->next_hop_count(), 1)) << "another client";
  EXPECT_TRUE(ClientUse::take(Ticket().next_hop_count(), 0)) << "of nobody";
  ClientUse kept = std::move(*first);
  first.reset();
  EXPECT_FALSE(ClientUse::take(one->next_hop_count(), 2)) << "it was moved, and counts on";
  kept = {};
  EXPECT_TRUE(ClientUse::take(one->next_hop_count(), 2));
}

TEST(ClientUse, QuestionsAreCountedByThemselves) {
  ClientCounts counts;
  const auto one = counts.open(numbered(1), limits_of(100, 100));
  ASSERT_TRUE(one);
  const auto session = ClientUse::take(one->next_hop_count(), 1);
  const auto question = ClientUse::take(one->question_count(), 1);
  EXPECT_TRUE(session && question);
  EXPECT_FALSE(ClientUse::take(one->question_count(), 1));
  EXPECT_TRUE(ClientUse::take(Ticket().question_count(), 0)) << "of nobody";
}

TEST(ClientUse, AssignmentEndsTheOldCount) {
  ClientCounts counts;
  const auto one = counts.open(numbered(1), limits_of(100, 100));
  const auto two = counts.open(numbered(2), limits_of(100, 100));
  auto use = ClientUse::take(one->next_hop_count(), 1);
  use = ClientUse::take(two->next_hop_count(), 1);
  EXPECT_TRUE(ClientUse::take(one->next_hop_count(), 1));
  EXPECT_FALSE(ClientUse::take(two->next_hop_count(), 1));
}

TEST(ClientUse, MayOutliveItsSession) {
  const Limits limits = limits_of(100, 100);
  ClientCounts counts;
  auto ticket = counts.open(numbered(1), limits);
  const auto use = ClientUse::take(ticket->next_hop_count(), 1);
  *ticket = Ticket();
  EXPECT_EQ(counts.sessions(), 0u);
  EXPECT_TRUE(use);
}

TEST(Sessions, ThreadsNeverExceedTheLimit) {
  constexpr std::size_t kMost = 3;
  ClientCounts counts;
  std::atomic<std::size_t> open{0};
  std::atomic<std::size_t> most{0};
  std::atomic<std::size_t> let_in{0};
  const auto work = [&] {
    for (int i = 0; i < 2000; ++i) {
      const auto ticket = counts.open(numbered(1), limits_of(100, kMost));
      if (!ticket) continue;
      const std::size_t now = ++open;
      std::size_t seen = most;
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      ++let_in;
      --open;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
  EXPECT_LE(most, kMost);
  EXPECT_GT(let_in, 0u);
  EXPECT_EQ(counts.sessions(), 0u);
  EXPECT_EQ(open_all(counts, limits_of(100, kMost), 10, true).size(), kMost);
}

}  // namespace
}  // namespace backstop::gateway
