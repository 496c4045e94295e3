// SHA-256 by OpenSSL.
#pragma once

#include <openssl/types.h>

#include <array>
#include <string_view>

namespace backstop::dkim {

using Digest = std::array<unsigned char, 32>;

/// Returns OpenSSL's SHA-256, which is looked up once a process. Thread-safe.
const EVP_MD* sha256_method();

/// Throws std::bad_alloc if there is no memory for it.
Digest sha256(std::string_view bytes);

}  // namespace backstop::dkim
