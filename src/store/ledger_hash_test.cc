#include "store/ledger_hash.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>

namespace backstop::store {
namespace {

TEST(LedgerHash, IsHmacSha256) {
  std::array<unsigned char, 32> secret{};
  for (std::size_t i = 0; i < secret.size(); ++i) secret[i] = static_cast<unsigned char>(7 * i + 1);
  const LedgerHash hash(secret);
  // Up to where the padding needs a block more, to where it doesn't, and past a block.
  for (const std::size_t size : {0UZ, 1UZ, 55UZ, 56UZ, 63UZ, 64UZ, 65UZ, 119UZ, 120UZ, 1000UZ}) {
    const std::string text(size, 'x');
    LedgerHash::Digest want{};
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), want.data(), nullptr);
    EXPECT_EQ(hash.of(text), want) << size;
    EXPECT_EQ(hash.of(text), want) << "the second time";
  }
}

}  // namespace
}  // namespace backstop::store
