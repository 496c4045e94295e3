#include "dkim/public_key.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "dkim/tag_list.h"

namespace backstop::dkim {

namespace {

constexpr std::size_t kEd25519Size = 32;
constexpr int kMostExponentBits = 64;  // a larger one only makes verifying slow

struct Free {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIGNUM* number) const { BN_free(number); }
};

/// Drops the errors that OpenSSL notes meanwhile: a bad key or signature is no error of ours.
class QuietErrors {
 public:
  QuietErrors() { ERR_set_mark(); }
  ~QuietErrors() { ERR_pop_to_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

using Step = std::expected<void, Fault>;

std::unexpected<Fault> refuse(Outcome outcome, std::string why) {
  return std::unexpected(Fault{outcome, std::move(why)});
}

std::shared_ptr<EVP_PKEY> owned(EVP_PKEY* key) {
  return {key, EVP_PKEY_free};
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool is_rsa(const std::shared_ptr<EVP_PKEY>& key) {
  return key && EVP_PKEY_is_a(key.get(), "RSA") == 1;
}

/// Returns null for anything but one whole RSA key. RFC 6376 3.6.1 asks for bare PKCS #1, and nearly
/// everybody publishes SubjectPublicKeyInfo (its appendix C).
std::shared_ptr<EVP_PKEY> rsa_of(std::string_view der) {
  const auto* const end = bytes_of(der) + der.size();
  const auto* at = bytes_of(der);
  auto key = owned(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (is_rsa(key) && at == end) return key;
  at = bytes_of(der);
  key = owned(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size())));
  return is_rsa(key) && at == end ? key : nullptr;
}

std::shared_ptr<EVP_PKEY> ed25519_of(std::string_view bytes) {
  if (bytes.size() != kEd25519Size) return nullptr;
  return owned(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(bytes), bytes.size()));
}

Step check_rsa(EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < PublicKey::kLeastBits) {
    return refuse(Outcome::WeakKey, fmt::format("the key is RSA of {} bits, and {} are the least", bits,
                                                PublicKey::kLeastBits));
  }
  if (bits > PublicKey::kMostBits) {
    return refuse(Outcome::BadKey,
                  fmt::format("the key is RSA of {} bits, and {} are the most", bits, PublicKey::kMostBits));
  }
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &number);
  const std::unique_ptr<BIGNUM, Free> exponent(number);
  if (!exponent || BN_num_bits(number) > kMostExponentBits) {
    return refuse(Outcome::BadKey, "the key's exponent is too large");
  }
  if (BN_is_odd(number) == 0 || BN_is_one(number)) {
    return refuse(Outcome::WeakKey, "the key's exponent is 1 or even");
  }
  return {};
}

bool has(const TagList& tags, std::string_view name, std::string_view word) {
  const Tag* const tag = tags.find(name);
  return tag != nullptr && has_item(*tag, word);
}

/// What the record says about its use, besides the key itself.
Step check_use(const TagList& tags) {
  const Tag* const version = tags.find("v");
  if (version != nullptr && (version != &tags.tags().front() || version->value != "DKIM1")) {
    return refuse(Outcome::BadKey, "v= is not DKIM1, or not the first tag");
  }
  if (tags.find("h") != nullptr && !has(tags, "h", "sha256")) {
    return refuse(Outcome::KeyForbids, "h= does not allow sha256");
  }
  if (tags.find("s") != nullptr && !has(tags, "s", "*") && !has(tags, "s", "email")) {
    return refuse(Outcome::KeyForbids, "s= does not allow email");
  }
  return {};
}

std::expected<Algorithm, Fault> algorithm_of(const TagList& tags) {
  const Tag* const type = tags.find("k");
  if (type == nullptr || type->value == "rsa") return Algorithm::RsaSha256;
  if (type->value == "ed25519") return Algorithm::Ed25519Sha256;
  return refuse(Outcome::WrongAlgorithm, fmt::format("k={} is not known", base::printable(type->value, 40)));
}

std::expected<std::shared_ptr<EVP_PKEY>, Fault> read_key(Algorithm algorithm, const TagList& tags) {
  const Tag* const tag = tags.find("p");
  if (tag == nullptr) return refuse(Outcome::BadKey, "p= is missing");
  if (tag->value.empty()) return refuse(Outcome::KeyRevoked, "p= is empty: the key is revoked");
  const auto bytes = decode_base64_value(tag->value);
  if (!bytes) return refuse(Outcome::BadKey, "p= is no base64");
  const bool is_of_rsa = algorithm == Algorithm::RsaSha256;
  auto key = is_of_rsa ? rsa_of(*bytes) : ed25519_of(*bytes);
  if (!key) return refuse(Outcome::BadKey, is_of_rsa ? "p= is no RSA key" : "p= is no ed25519 key");
  if (!is_of_rsa) return key;
  if (auto good = check_rsa(key.get()); !good) return std::unexpected(std::move(good.error()));
  return key;
}

bool verifies_rsa(EVP_PKEY* key, const Digest& digest, std::string_view value) {
  const std::unique_ptr<EVP_PKEY_CTX, Free> context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return context && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context.get(), sha256_method()) == 1 &&
         EVP_PKEY_verify(context.get(), bytes_of(value), value.size(), digest.data(), digest.size()) == 1;
}

/// RFC 8463 3: the digest itself is what is signed.
bool verifies_ed25519(EVP_PKEY* key, const Digest& digest, std::string_view value) {
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  return context &&
         EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key, nullptr) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(value), value.size(), digest.data(), digest.size()) == 1;
}

}  // namespace

std::expected<PublicKey, Fault> PublicKey::parse(std::string_view record) {
  if (record.size() > kMostRecord) {
    return refuse(Outcome::BadKey, fmt::format("the record has more than {} bytes", kMostRecord));
  }
  const auto tags = TagList::parse(record);
  if (!tags) return refuse(Outcome::BadKey, tags.error().message);
  if (auto good = check_use(*tags); !good) return std::unexpected(std::move(good.error()));
  const auto algorithm = algorithm_of(*tags);
  if (!algorithm) return std::unexpected(algorithm.error());
  const QuietErrors quiet;
  auto key = read_key(*algorithm, *tags);
  if (!key) return std::unexpected(std::move(key.error()));
  PublicKey made;
  made.bits_ = EVP_PKEY_get_bits(key->get());
  made.key_ = std::move(*key);
  made.algorithm_ = *algorithm;
  made.is_testing_ = has(*tags, "t", "y");
  made.forbids_subdomains_ = has(*tags, "t", "s");
  return made;
}

std::expected<PublicKey, Fault> PublicKey::parse_first(std::span<const std::string> records) {
  std::expected<PublicKey, Fault> first = refuse(Outcome::NoKey, "there is no record");
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto key = parse(records[i]);
    if (key) return key;
    if (i == 0) first = std::move(key);
  }
  return first;
}

std::string PublicKey::description() const {
  return algorithm_ == Algorithm::RsaSha256 ? fmt::format("RSA {}", bits_) : "ed25519";
}

bool PublicKey::verifies(const Digest& digest, std::string_view value) const {
  const QuietErrors quiet;
  return algorithm_ == Algorithm::RsaSha256 ? verifies_rsa(key_.get(), digest, value)
                                            : verifies_ed25519(key_.get(), digest, value);
}

}  // namespace backstop::dkim
