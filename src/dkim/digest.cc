#include "dkim/digest.h"

#include <openssl/evp.h>

#include <new>

namespace backstop::dkim {

const EVP_MD* sha256_method() {
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return method;
}

Digest sha256(std::string_view bytes) {
  Digest digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, sha256_method(), nullptr) != 1) {
    throw std::bad_alloc();
  }
  return digest;
}

}  // namespace backstop::dkim
