#include "response/word_set.h"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace backstop::response {
namespace {

constexpr WordSet kWords(std::to_array<std::string_view>({"mutt", "the bat!", "(imp)", "Gnus", "abbé"}));

TEST(WordSet, FindsAWordAnywhere) {
  for (const std::string_view text :
       {"mutt", "mutt 1.5", "x mutt", "xmutty", "The Bat! 4", "h3 (imp)", "mumutt", "l'abbé"}) {
    EXPECT_TRUE(kWords.is_in(text)) << text;
  }
}

TEST(WordSet, IgnoresTheCaseOfAscii) {
  for (const std::string_view text : {"MUTT", "Mutt", "GNUS", "gnus", "ABBé"})
    EXPECT_TRUE(kWords.is_in(text)) << text;
  EXPECT_FALSE(kWords.is_in("abbÉ"));
}

TEST(WordSet, NeedsTheWholeWord) {
  for (const std::string_view text : {"", "m", "mut", "mut t", "imp)", "the bat", "gnu s", "abb"}) {
    EXPECT_FALSE(kWords.is_in(text)) << text;
  }
}

}  // namespace
}  // namespace backstop::response
