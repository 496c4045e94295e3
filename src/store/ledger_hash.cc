#include "store/ledger_hash.h"

#include <openssl/crypto.h>

#include <algorithm>

// OpenSSL 3 advises against SHA256_*, and has nothing else whose state is a plain value. None of them can
// fail.
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

namespace backstop::store {

namespace {

void begin(LedgerHash::Secret secret, unsigned char pad, SHA256_CTX& state) {
  std::array<unsigned char, SHA256_CBLOCK> block{};
  std::ranges::copy(secret, block.begin());
  for (auto& byte : block) byte ^= pad;
  SHA256_Init(&state);
  SHA256_Update(&state, block.data(), block.size());
  OPENSSL_cleanse(block.data(), block.size());
}

}  // namespace

LedgerHash::LedgerHash(Secret secret) {
  begin(secret, 0x36, inner_);
  begin(secret, 0x5c, outer_);
}

LedgerHash::~LedgerHash() {
  OPENSSL_cleanse(&inner_, sizeof inner_);
  OPENSSL_cleanse(&outer_, sizeof outer_);
}

LedgerHash::Digest LedgerHash::of(std::string_view text) const {
  Digest digest{};
  SHA256_CTX state = inner_;
  SHA256_Update(&state, text.data(), text.size());
  SHA256_Final(digest.data(), &state);
  state = outer_;
  SHA256_Update(&state, digest.data(), digest.size());
  SHA256_Final(digest.data(), &state);
  return digest;
}

}  // namespace backstop::store
