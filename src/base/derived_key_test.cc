#include "base/derived_key.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace backstop::base {
namespace {

// RFC 5869, A.3: no salt and an empty info; the first 32 octets.
TEST(DerivedKey, IsHkdfSha256) {
  const auto key = derive_key(std::string(22, '\x0b'), "");
  ASSERT_TRUE(key);
  EXPECT_EQ(hex(*key), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(DerivedKey, DependsOnSecretAndUse) {
  EXPECT_NE(derive_key("secret", "a 1"), derive_key("secret", "b 1"));
  EXPECT_NE(derive_key("secret", "a 1"), derive_key("secrets", "a 1"));
  EXPECT_EQ(derive_key("", "a 1"), std::nullopt);
}

}  // namespace
}  // namespace backstop::base
