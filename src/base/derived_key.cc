#include "base/derived_key.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <memory>

namespace backstop::base {

namespace {

OSSL_PARAM octets(const char* name, std::string_view bytes) {
  // OpenSSL only reads them.
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(bytes.data()), bytes.size());
}

}  // namespace

std::optional<DerivedKey> derive_key(std::string_view secret, std::string_view info) {
  if (secret.empty()) return std::nullopt;
  static char sha256[] = "SHA256";
  const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr),
                                                              EVP_KDF_free);
  const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(EVP_KDF_CTX_new(kdf.get()),
                                                                          EVP_KDF_CTX_free);
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, sha256, 0),
                               octets(OSSL_KDF_PARAM_KEY, secret), octets(OSSL_KDF_PARAM_INFO, info),
                               OSSL_PARAM_construct_end()};
  DerivedKey key{};
  if (!context || EVP_KDF_derive(context.get(), key.data(), key.size(), params) != 1) return std::nullopt;
  return key;
}

}  // namespace backstop::base
