#include "store/key_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "store/key_filter.h"

namespace backstop::store {
namespace {

LedgerKey random_key(std::mt19937_64& random) {
  LedgerKey key;
  for (auto& byte : key.bytes) byte = static_cast<unsigned char>(random());
  return key;
}

std::vector<LedgerKey> random_keys(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<LedgerKey> keys(count);
  std::ranges::generate(keys, [&] { return random_key(random); });
  return keys;
}

TEST(KeyTable, FindsWhatWasAddedAndNothingElse) {
  KeyTable table;
  const auto keys = random_keys(20'000, 1);
  EXPECT_EQ(table.find(keys[0]), 0u) << "empty";
  for (std::uint32_t i = 0; i < 10'000; ++i) table.add(keys[i], StoredValue(i + 1, false));
  EXPECT_EQ(table.size(), 10'000u);
  for (std::uint32_t i = 0; i < 20'000; ++i) EXPECT_EQ(table.find(keys[i]), i < 10'000 ? i + 1 : 0);
}

TEST(KeyTable, KeysThatShareTheirSlotAreApart) {
  KeyTable table;
  std::vector<LedgerKey> keys(100);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i].bytes[0] = static_cast<unsigned char>(i);
  for (std::size_t i = 0; i < keys.size(); ++i)
    table.add(keys[i], StoredValue(static_cast<std::uint32_t>(i + 1), true));
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(table.find(keys[i]), i + 1);
  OwnerRange owner;
  owner.prefix[0] = 7;
  EXPECT_EQ(table.erase(owner), 1u);
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(table.find(keys[i]), i == 7 ? 0 : i + 1);
  EXPECT_EQ(table.size(), 99u);
}

TEST(KeyTable, EqualRowsAreJoined) {
  KeyTable table;
  LedgerKey sum;
  LedgerKey most;
  most.bytes[3] = 1;
  for (const std::uint32_t value : {3U, 5U, 2U}) {
    table.add(sum, StoredValue(value, true));
    table.add(most, StoredValue(value, false));
  }
  EXPECT_EQ(table.find(sum), 10u);
  EXPECT_EQ(table.find(most), 5u);
  EXPECT_EQ(table.size(), 2u);
  table.add(sum, StoredValue(kMostValue - 10, true));
  EXPECT_EQ(table.find(sum), kMostValue);
  table.add(sum, StoredValue(1, true));
  EXPECT_EQ(table.find(sum), kMostValue);
}

TEST(KeyFilter, LetsPassWhatWasAddedAndLittleElse) {
  constexpr std::size_t kEntries = 100'000;
  const auto keys = random_keys(2 * kEntries, 2);
  KeyFilter filter(kEntries);
  for (std::size_t i = 0; i < kEntries; ++i) filter.add(keys[i]);
  std::size_t passed = 0;
  for (std::size_t i = 0; i < kEntries; ++i) {
    EXPECT_TRUE(filter.may_hold(keys[i]));
    passed += filter.may_hold(keys[kEntries + i]) ? 1 : 0;
  }
  EXPECT_LT(passed, kEntries / 1000);
  EXPECT_LE(filter.bytes().size() * 8, kEntries * KeyFilter::kBitsAnEntry + 512);
}

// Rows without an owner share their first six bytes.
TEST(KeyFilter, OneOwnersKeysAreAsGood) {
  constexpr std::size_t kEntries = 100'000;
  auto keys = random_keys(2 * kEntries, 3);
  for (auto& key : keys) std::fill_n(key.bytes.begin(), LedgerKey::kOwnerBytes, 0x55);
  KeyFilter filter(kEntries);
  for (std::size_t i = 0; i < kEntries; ++i) filter.add(keys[i]);
  const auto passed = std::count_if(keys.begin() + kEntries, keys.end(),
                                    [&](const auto& key) { return filter.may_hold(key); });
  EXPECT_LT(passed, static_cast<std::ptrdiff_t>(kEntries / 1000));
}

TEST(KeyFilter, GoesThroughBytes) {
  const auto keys = random_keys(2000, 4);
  KeyFilter filter(1000);
  for (std::size_t i = 0; i < 1000; ++i) filter.add(keys[i]);
  const auto again = KeyFilter::of_bytes(filter.bytes());
  for (const auto& key : keys) EXPECT_EQ(again.may_hold(key), filter.may_hold(key));
  const auto broken = KeyFilter::of_bytes(filter.bytes().substr(1));
  for (const auto& key : keys) EXPECT_TRUE(broken.may_hold(key)) << "the table is asked";
  EXPECT_TRUE(KeyFilter().may_hold(keys[0]));
  EXPECT_FALSE(KeyFilter(0).may_hold(keys[0]));
}

}  // namespace
}  // namespace backstop::store
