#include "store/key_filter.h"

#include <algorithm>
#include <cstring>

namespace backstop::store {

namespace {

constexpr std::size_t kWords = 8;
constexpr std::size_t kBlockBits = 512;
/// Odd numbers that take another six bits out of the same 32 for each word.
constexpr std::array<std::uint32_t, kWords> kSalts = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU,
                                                      0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};

constexpr std::uint64_t bit_of(std::uint32_t bits, std::size_t word) {
  return std::uint64_t{1} << ((bits * kSalts[word]) >> 26U);
}

}  // namespace

KeyFilter::KeyFilter(std::size_t entries) : blocks_(entries * kBitsAnEntry / kBlockBits + 1) {}

KeyFilter KeyFilter::of_bytes(std::string_view bytes) {
  KeyFilter filter;
  if (bytes.size() % sizeof(Block) != 0) return filter;
  filter.blocks_.resize(bytes.size() / sizeof(Block));
  if (!bytes.empty()) std::memcpy(filter.blocks_.data(), bytes.data(), bytes.size());
  return filter;
}

std::string_view KeyFilter::bytes() const {
  return {reinterpret_cast<const char*>(blocks_.data()), blocks_.size() * sizeof(Block)};
}

void KeyFilter::add(const LedgerKey& key) {
  const auto bits = static_cast<std::uint32_t>(key.bits());
  auto& words = blocks_[block_of(key)].words;
  for (std::size_t word = 0; word < kWords; ++word) words[word] |= bit_of(bits, word);
}

bool KeyFilter::may_hold(const LedgerKey& key) const {
  if (blocks_.empty()) return true;
  const auto bits = static_cast<std::uint32_t>(key.bits());
  const auto& words = blocks_[block_of(key)].words;
  std::uint64_t missing = 0;
  for (std::size_t word = 0; word < kWords; ++word) missing |= bit_of(bits, word) & ~words[word];
  return missing == 0;
}

}  // namespace backstop::store
