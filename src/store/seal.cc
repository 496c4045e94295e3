#include "store/seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "base/derived_key.h"

namespace backstop::store {

namespace {

constexpr std::string_view kInfo = "backstop quarantine 1";
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = kSealBytes - kNonceBytes;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

/// Returns a context with key, nonce and `about`, or null.
Context begin(bool is_sealing, const SealKey& key, std::string_view nonce, std::string_view about) {
  Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  auto derived = base::derive_key(key.secret, kInfo);
  int written = 0;
  const bool is_ready = context && derived &&
                        EVP_CipherInit_ex2(context.get(), EVP_aes_256_gcm(), derived->data(), bytes_of(nonce),
                                           is_sealing ? 1 : 0, nullptr) == 1 &&
                        EVP_CipherUpdate(context.get(), nullptr, &written, bytes_of(about),
                                         static_cast<int>(about.size())) == 1;
  if (derived) OPENSSL_cleanse(derived->data(), derived->size());
  if (!is_ready) context.reset();
  return context;
}

bool update(const Context& context, std::string_view text, unsigned char* out) {
  int written = 0;
  return EVP_CipherUpdate(context.get(), out, &written, bytes_of(text), static_cast<int>(text.size())) == 1;
}

std::unexpected<base::Error> refuse(const char* why) {
  return std::unexpected(base::Error{why});
}

}  // namespace

base::Result<std::string> seal(std::string_view text, const SealKey& key, std::string_view about) {
  if (text.size() > std::numeric_limits<int>::max()) return refuse("it is too long to be encrypted");
  std::string sealed(text.size() + kSealBytes, '\0');
  if (RAND_bytes(bytes_of(sealed), kNonceBytes) != 1) return refuse("OpenSSL has no random numbers");
  const auto context = begin(true, key, std::string_view(sealed).substr(0, kNonceBytes), about);
  unsigned char* const body = bytes_of(sealed) + kNonceBytes;
  unsigned char* const tag = body + text.size();
  int written = 0;
  if (!context || !update(context, text, body) || EVP_CipherFinal_ex(context.get(), tag, &written) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) != 1) {
    return refuse("OpenSSL can't encrypt it");
  }
  return sealed;
}

base::Result<std::string> unseal(std::string_view sealed, const SealKey& key, std::string_view about) {
  if (sealed.size() < kSealBytes || sealed.size() > std::numeric_limits<int>::max())
    return refuse("it is damaged");
  const auto context = begin(false, key, sealed.substr(0, kNonceBytes), about);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string text(sealed.size() - kSealBytes, '\0');
  unsigned char end[kTagBytes];
  int written = 0;
  const bool is_good =
      context && update(context, sealed.substr(kNonceBytes, text.size()), bytes_of(text)) &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_CipherFinal_ex(context.get(), end, &written) == 1;
  if (!is_good) return refuse("it is damaged, or was encrypted with another key");
  return text;
}

}  // namespace backstop::store
