#include "store/seal.h"

#include <gtest/gtest.h>

#include <string>

namespace backstop::store {
namespace {

const SealKey kKey{3, "a secret"};
constexpr std::string_view kAbout = "message 1f";

std::string sealed(std::string_view text) {
  auto bytes = seal(text, kKey, kAbout);
  EXPECT_TRUE(bytes);
  return bytes.value_or("");
}

TEST(Seal, OpensWhatItSealed) {
  for (const std::string& text : {std::string(), std::string("a"), std::string(100'000, 'x')}) {
    const auto bytes = sealed(text);
    EXPECT_EQ(bytes.size(), text.size() + kSealBytes);
    EXPECT_EQ(unseal(bytes, kKey, kAbout).value_or("none"), text);
  }
}

TEST(Seal, SealsTheSameTextDifferentlyEachTime) {
  EXPECT_NE(sealed("text"), sealed("text"));
}

TEST(Seal, ShowsNothingOfTheText) {
  EXPECT_EQ(sealed("bob@example.org").find("example"), std::string::npos);
}

TEST(Seal, OpensNothingElse) {
  struct Row {
    const char* name;
    SealKey key;
    std::string_view about;
  };
  for (const auto& row :
       {Row{"another secret", {3, "a secre"}, kAbout}, Row{"no secret", {3, ""}, kAbout},
        Row{"of another row", kKey, "message 2f"}, Row{"the other part", kKey, "envelope 1f"}}) {
    EXPECT_FALSE(unseal(sealed("text"), row.key, row.about)) << row.name;
  }
}

TEST(Seal, NoticesEveryChange) {
  const auto good = sealed("text");
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(unseal(bad, kKey, kAbout)) << i;
    EXPECT_FALSE(unseal(good.substr(0, i), kKey, kAbout)) << i;
  }
  EXPECT_FALSE(unseal(good + '\0', kKey, kAbout));
}

TEST(Seal, TakesNoEmptySecret) {
  EXPECT_FALSE(seal("text", {1, ""}, kAbout));
}

}  // namespace
}  // namespace backstop::store
