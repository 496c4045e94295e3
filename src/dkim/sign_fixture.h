// For tests: signs a header with an ed25519 key of its own, relaxed, as example.org and selector "s".
#pragma once

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "dkim/canonical.h"
#include "dkim/digest.h"
#include "dkim/header_block.h"
#include "dkim/public_key.h"
#include "dkim/signature.h"

namespace backstop::dkim {

class Signer {
 public:
  Signer() : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free) {}

  /// The text of the TXT record.
  std::string record() const {
    std::array<unsigned char, 32> raw{};
    std::size_t size = raw.size();
    if (EVP_PKEY_get_raw_public_key(key_.get(), raw.data(), &size) != 1) std::abort();
    return "v=DKIM1; k=ed25519; p=" + base64({raw.data(), size});
  }
  PublicKey key() const { return PublicKey::parse(record()).value(); }

  /// How a signature differs from the usual one.
  struct As {
    std::string_view selector = "s";
    std::string_view domain = "example.org";
    std::string_view more = {};  ///< further tags, "t=1; "
    std::string_view body = {};  ///< canonical
  };

  /// Returns the header with a signature over `names` ("from:date") on top.
  std::string sign(std::string_view header, std::string_view names, std::string_view selector = "s") const {
    return sign_as(header, names, {.selector = selector});
  }
  std::string sign_as(std::string_view header, std::string_view names, const As& as) const {
    const auto front = fmt::format(
        "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d={};\r\n s={}; h={}; {}\r\n bh={}; b=",
        as.domain, as.selector, names, as.more, base64(sha256(as.body)));
    const HeaderBlock block(header);
    const std::string unsigned_field = front + "AAAA";
    const auto signature = parse_signature(unsigned_field).value();
    std::string bytes;
    for (const auto* const field : select_signed(block, signature.names, signature.field)) {
      if (field == nullptr) continue;
      append_canonical(signature.header, text_of(*field), bytes);
      bytes += "\r\n";
    }
    const Digest digest = sha256(bytes + canonical_signature_field(signature));
    std::array<unsigned char, 64> value{};
    std::size_t size = value.size();
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), value.data(), &size, digest.data(), digest.size()) != 1)
      std::abort();
    return front + base64(value) + "\r\n" + std::string(header);
  }

 private:
  static std::string base64(std::span<const unsigned char> bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

}  // namespace backstop::dkim
