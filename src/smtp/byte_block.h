// Compares 64 bytes at once with a character: one bit for each byte, the first byte the lowest. The vectors
// are the compiler's, so that one source becomes SSE2, AVX2 or NEON.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// Marks a function that looks at many blocks. It is compiled a second time for processors with wider vectors,
// and one of the two is chosen when the program starts.
#if defined(__x86_64__)
#define BACKSTOP_WIDE_VECTORS __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define BACKSTOP_WIDE_VECTORS
#endif

namespace backstop::smtp {

class ByteBlock {
 public:
  static constexpr std::size_t kSize = 64;

  /// Takes the first bytes of `bytes`, which has at least one. If there are fewer than 64, spaces follow.
  explicit ByteBlock(std::string_view bytes) {
    if (bytes.size() >= kSize) {
      std::memcpy(&bytes_, bytes.data(), kSize);
    } else {
      bytes_ = Vector{} + ' ';
      std::memcpy(&bytes_, bytes.data(), bytes.size());
    }
  }

  /// Returns the bits of the bytes that are `c`.
  std::uint64_t where(char c) const {
    return std::bit_cast<std::uint64_t>(__builtin_convertvector(bytes_ == c, Bits));
  }

 private:
  using Vector = char __attribute__((vector_size(kSize)));
  using Bits = bool __attribute__((ext_vector_type(kSize)));

  Vector bytes_;
};

/// Returns bit `size - 1`, which is that of the last byte in a block of `size` bytes.
constexpr std::uint64_t last_bit(std::uint64_t bits, std::size_t size) {
  return (bits >> (size - 1)) & 1;
}

/// Returns the lowest `size` bits.
constexpr std::uint64_t first_bits(std::uint64_t bits, std::size_t size) {
  return size >= ByteBlock::kSize ? bits : bits & ((std::uint64_t{1} << size) - 1);
}

}  // namespace backstop::smtp
