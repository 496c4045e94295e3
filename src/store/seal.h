// Encrypts what is kept on the disk: AES-256-GCM with a key that is derived from a key of the ring. Sealed
// bytes are a random nonce (12), the text, and the tag (16). Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace backstop::store {

/// A key of the ring, by its number.
struct SealKey {
  int number = 0;
  std::string secret;
};

/// By this much sealed bytes are longer than their text.
inline constexpr std::size_t kSealBytes = 12 + 16;

/// `about` is authenticated with the text and not stored: it says what the bytes are and where they belong.
/// Error: OpenSSL has no random numbers, or the secret is empty.
base::Result<std::string> seal(std::string_view text, const SealKey& key, std::string_view about);

/// Error: the bytes are damaged, or were sealed with another key or about something else.
base::Result<std::string> unseal(std::string_view sealed, const SealKey& key, std::string_view about);

}  // namespace backstop::store
