// HMAC-SHA256 (RFC 2104) under one secret, with the two blocks that depend on the secret alone hashed
// beforehand. Each mail takes some ten of them. EVP_MAC does the same, but copies its state by taking and
// clearing memory twice for each text, which costs more than the hash.
#pragma once

#include <openssl/sha.h>

#include <array>
#include <span>
#include <string_view>

namespace backstop::store {

/// Thread-safe.
class LedgerHash {
 public:
  using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;
  using Secret = std::span<const unsigned char, 32>;

  explicit LedgerHash(Secret secret);
  ~LedgerHash();
  LedgerHash(const LedgerHash&) = delete;
  LedgerHash& operator=(const LedgerHash&) = delete;

  Digest of(std::string_view text) const;

 private:
  SHA256_CTX inner_;
  SHA256_CTX outer_;
};

}  // namespace backstop::store
