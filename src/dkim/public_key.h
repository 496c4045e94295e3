// A domain's key, read from the text of its TXT record (RFC 6376 3.6.1, RFC 8463 3) and held ready.
#pragma once

#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "dkim/digest.h"
#include "dkim/outcome.h"
#include "dkim/signature.h"

namespace backstop::dkim {

/// Immutable; copies share the key. Thread-safe.
class PublicKey {
 public:
  static constexpr int kLeastBits = 1024;  ///< of RSA (RFC 8301 3.2)
  static constexpr int kMostBits = 8192;
  static constexpr std::size_t kMostRecord = 8UZ * 1024;  ///< bytes of a record

  /// Takes RSA as SubjectPublicKeyInfo and as bare PKCS #1, and ed25519 as its 32 bytes. Refuses a key that
  /// could verify no mail.
  static std::expected<PublicKey, Fault> parse(std::string_view record);
  /// Returns the first key of all TXT records of a name that can verify; else why the first one can't. There
  /// should be one record (RFC 6376 3.6.2.2).
  static std::expected<PublicKey, Fault> parse_first(std::span<const std::string> records);

  Algorithm algorithm() const { return algorithm_; }
  int bits() const { return bits_; }
  /// `t=y`: the domain only tries DKIM.
  bool is_testing() const { return is_testing_; }
  /// `t=s`: `i=` must be of the domain itself.
  bool forbids_subdomains() const { return forbids_subdomains_; }
  /// "RSA 2048" or "ed25519".
  std::string description() const;

  /// True if `value` is this key's signature of the digest. Leaves OpenSSL's queue of errors as it was.
  bool verifies(const Digest& digest, std::string_view value) const;

 private:
  PublicKey() = default;

  std::shared_ptr<EVP_PKEY> key_;
  Algorithm algorithm_ = Algorithm::RsaSha256;
  int bits_ = 0;
  bool is_testing_ = false;
  bool forbids_subdomains_ = false;
};

}  // namespace backstop::dkim
