#include "intake/held_memory.h"

#include <gtest/gtest.h>

#include <list>
#include <string>
#include <thread>
#include <vector>

namespace backstop::intake {
namespace {

using Account = HeldMemory::Account;

HeldMemory::Address address(const std::string& text) {
  return boost::asio::ip::make_address(text);
}

MessageLimits limits_of(std::uint64_t held_total, std::size_t header) {
  MessageLimits limits;
  limits.held_total = held_total;
  limits.header = header;
  return limits;
}

struct MostRow {
  const char* name;
  std::uint64_t held_total;
  std::size_t header;
  std::uint64_t want_responses;
  std::uint64_t want_headers;
};

TEST(HeldShare, EachAccountHasItsMost) {
  for (const auto& row : {MostRow{"an eighth of it for headers", 8000, 100, 8000, 1000},
                          MostRow{"eight of the largest at least", 8000, 126, 8000, 1008}}) {
    const MessageLimits limits = limits_of(row.held_total, row.header);
    EXPECT_EQ(HeldMemory::most(Account::Responses, limits), row.want_responses) << row.name;
    EXPECT_EQ(HeldMemory::most(Account::Headers, limits), row.want_headers) << row.name;
  }
}

struct NetworkRow {
  const char* name;
  const char* first;
  const char* second;
  bool want_one;  ///< they share
};

constexpr NetworkRow kNetworks[] = {
    {"one IPv4 address", "192.0.2.1", "192.0.2.1", true},
    {"one /24", "192.0.2.1", "192.0.2.255", true},
    {"two /24", "192.0.2.1", "192.0.3.1", false},
    {"IPv4 that is mapped", "192.0.2.1", "::ffff:192.0.2.9", true},
    {"one /48", "2001:db8:1::1", "2001:db8:1:ffff::1", true},
    {"two /48", "2001:db8:1::1", "2001:db8:2::1", false},
};

TEST(HeldShare, ANetworkHasAnEighthAndNotOneMore) {
  const MessageLimits limits = limits_of(8000, 1000);
  for (const auto account : {Account::Headers, Account::Responses}) {
    for (const auto& row : kNetworks) {
      HeldMemory memory;
      HeldMemory::Share first(memory, address(row.first));
      HeldMemory::Share second(memory, address(row.second));
      EXPECT_FALSE(first.hold(account, 1001, limits)) << row.name;
      EXPECT_EQ(memory.total(), 0u);
      EXPECT_EQ(memory.networks(), 0u);
      EXPECT_TRUE(first.hold(account, 600, limits)) << row.name;
      EXPECT_EQ(second.hold(account, 401, limits), !row.want_one) << row.name;
      EXPECT_TRUE(second.hold(account, 400, limits)) << row.name;
      EXPECT_EQ(memory.total(account), 1000u);
      EXPECT_EQ(memory.networks(), row.want_one ? 1u : 2u) << row.name;
      first.release();
      EXPECT_TRUE(second.hold(account, 1000, limits)) << row.name;
      second.release();
      EXPECT_EQ(memory.total(), 0u);
      EXPECT_EQ(memory.networks(), 0u);
    }
  }
}

TEST(HeldShare, AllTogetherHoldSoMuchAndNotOneMore) {
  const MessageLimits limits = limits_of(80, 10);
  HeldMemory memory;
  std::list<HeldMemory::Share> shares;
  for (int i = 0; i < 9; ++i) {
    auto& share = shares.emplace_back(memory, address("10.0." + std::to_string(i) + ".1"));
    EXPECT_EQ(share.hold(Account::Responses, 10, limits), i < 8) << i;
  }
  EXPECT_EQ(memory.total(), 80u);
  EXPECT_TRUE(shares.back().hold(Account::Headers, 1, limits)) << "the other account";
  EXPECT_FALSE(shares.back().hold(Account::Responses, 1, limits));
  EXPECT_TRUE(shares.front().hold(Account::Responses, 9, limits));
  EXPECT_TRUE(shares.back().hold(Account::Responses, 1, limits));
  EXPECT_EQ(memory.total(), 80u);
}

TEST(HeldShare, AccountsDoNotStarveEachOther) {
  const MessageLimits limits = limits_of(80, 10);
  HeldMemory memory;
  HeldMemory::Share response(memory, address("192.0.2.1"));
  HeldMemory::Share header(memory, address("192.0.2.1"));
  EXPECT_TRUE(response.hold(Account::Responses, 10, limits));
  EXPECT_TRUE(header.hold(Account::Headers, 10, limits));
  EXPECT_EQ(memory.total(Account::Headers), 10u);
  EXPECT_FALSE(header.hold(Account::Responses, 1, limits));
  EXPECT_EQ(memory.total(Account::Headers), 10u) << "it holds what it held";
  response.release();
  EXPECT_TRUE(header.hold(Account::Responses, 10, limits));
  EXPECT_EQ(memory.total(Account::Headers), 0u);
  EXPECT_EQ(memory.total(Account::Responses), 10u);
  EXPECT_TRUE(header.hold(Account::Responses, 0, limits));
  EXPECT_EQ(memory.networks(), 0u);
}

TEST(HeldShare, ThreadsLoseNothing) {
  const MessageLimits limits = limits_of(8000, 10);
  HeldMemory memory;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&memory, &limits, i] {
      for (int n = 0; n < 5000; ++n) {
        HeldMemory::Share share(memory, address("10.0." + std::to_string((n + i) % 3) + ".1"));
        for (std::uint64_t size = 1; size <= 3; ++size) {
          EXPECT_TRUE(share.hold(size < 2 ? Account::Headers : Account::Responses, size, limits));
        }
      }
    });
  }
  threads.clear();
  EXPECT_EQ(memory.total(), 0u);
  EXPECT_EQ(memory.networks(), 0u);
}

}  // namespace
}  // namespace backstop::intake
