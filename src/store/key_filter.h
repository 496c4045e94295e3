// A Bloom filter over ledger keys: blocks of 64 bytes, so that a question touches one line of the cache; 20
// bits an entry; a bit in each of a block's eight words. Block and bits are taken from the key itself. About
// 3 of 10,000 keys that were not added pass: a question is asked of a hundred filters, and each that lets it
// pass costs a search in its table. Not thread-safe while keys are added.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "store/ledger_key.h"

namespace backstop::store {

class KeyFilter {
 public:
  static constexpr std::size_t kBitsAnEntry = 20;

  /// Lets every key pass.
  KeyFilter() = default;
  /// Has room for that many entries, and lets no key pass.
  explicit KeyFilter(std::size_t entries);
  /// Takes what bytes() gave. Bytes of another size make a filter that lets every key pass.
  static KeyFilter of_bytes(std::string_view bytes);

  void add(const LedgerKey& key);
  /// False if the key was certainly not added.
  bool may_hold(const LedgerKey& key) const;

  /// Begins to fetch what may_hold() will read: many filters are asked about one key.
  void prefetch(const LedgerKey& key) const {
    if (!blocks_.empty()) __builtin_prefetch(&blocks_[block_of(key)]);
  }

  std::string_view bytes() const;

 private:
  struct alignas(64) Block {
    std::array<std::uint64_t, 8> words{};
  };
  static_assert(sizeof(Block) == 64);

  std::size_t block_of(const LedgerKey& key) const {
    return static_cast<std::size_t>(((key.bits() >> 32U) * blocks_.size()) >> 32U);
  }

  std::vector<Block> blocks_;
};

}  // namespace backstop::store
