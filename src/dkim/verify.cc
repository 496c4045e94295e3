#include "dkim/verify.h"

#include <string>

#include "dkim/canonical.h"

namespace backstop::dkim {

namespace {

Digest digest_of(const HeaderBlock& block, const Signature& signature) {
  std::string bytes;
  for (const auto* const field : select_signed(block, signature.names, signature.field)) {
    if (field == nullptr) continue;
    append_canonical(signature.header, text_of(*field), bytes);
    bytes += "\r\n";
  }
  bytes += canonical_signature_field(signature);
  return sha256(bytes);
}

}  // namespace

Outcome verify(const HeaderBlock& block, const Signature& signature, const PublicKey* key,
               const std::optional<Digest>& body_hash) {
  if (key == nullptr) return Outcome::NoKey;
  if (key->algorithm() != signature.algorithm) return Outcome::WrongAlgorithm;
  if (key->forbids_subdomains() && signature.identity_domain != signature.key.domain) {
    return Outcome::KeyForbids;
  }
  if (body_hash && *body_hash != signature.body_hash) return Outcome::BodyChanged;
  return key->verifies(digest_of(block, signature), signature.value) ? Outcome::Good : Outcome::BadSignature;
}

}  // namespace backstop::dkim
