// A few words that are looked for together in a short text, without regard to ASCII case. The tables are made
// with the program; for long texts and many words there is PhraseSet.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.h"

namespace backstop::response {

/// Words of at least two bytes, at most 64 of them.
template <std::size_t N>
class WordSet {
 public:
  static_assert(N <= 64, "a word has a bit");

  consteval explicit WordSet(const std::array<std::string_view, N>& words) : words_(words) {
    for (std::size_t i = 0; i < N; ++i) {
      add(first_, words[i].at(0), i);
      add(second_, words[i].at(1), i);
    }
  }

  /// Returns whether one of the words is anywhere in `text`.
  bool is_in(std::string_view text) const {
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
      const auto begun = first_[static_cast<unsigned char>(text[at])];
      if (begun == 0) continue;
      for (auto left = begun & second_[static_cast<unsigned char>(text[at + 1])]; left != 0;
           left &= left - 1) {
        const auto word = static_cast<std::size_t>(std::countr_zero(left));
        if (base::istarts_with(text.substr(at), words_[word])) return true;
      }
    }
    return false;
  }

 private:
  using Bits = std::array<std::uint64_t, 256>;  // by byte: the words that have it, in either case

  static consteval void add(Bits& bits, char c, std::size_t word) {
    const char lower = base::ascii_lower(c);
    const char upper = base::is_alpha(lower) ? static_cast<char>(lower - ('a' - 'A')) : lower;
    bits[static_cast<unsigned char>(lower)] |= std::uint64_t{1} << word;
    bits[static_cast<unsigned char>(upper)] |= std::uint64_t{1} << word;
  }

  std::array<std::string_view, N> words_;
  Bits first_{};
  Bits second_{};
};

}  // namespace backstop::response
