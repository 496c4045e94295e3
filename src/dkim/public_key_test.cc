#include "dkim/public_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "dkim/mail_fixture.h"

namespace backstop::dkim {
namespace {

using Key = std::shared_ptr<EVP_PKEY>;

std::string base64(const std::vector<unsigned char>& bytes) {
  std::string text(bytes.size() / 3 * 4 + 5, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string base64_of(const Key& key) {
  std::vector<unsigned char> der(static_cast<std::size_t>(i2d_PUBKEY(key.get(), nullptr)));
  unsigned char* at = der.data();
  i2d_PUBKEY(key.get(), &at);
  return base64(der);
}

/// An RSA key of that size that nobody has the private half of: the modulus is only odd.
Key rsa_of_bits(int bits, unsigned long exponent = 65537) {
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> n(BN_new(), BN_free);
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> e(BN_new(), BN_free);
  BN_set_bit(n.get(), bits - 1);
  BN_set_bit(n.get(), 0);
  BN_set_word(e.get(), exponent);
  RSA* rsa = nullptr;
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
  rsa = RSA_new();
  RSA_set0_key(rsa, BN_dup(n.get()), BN_dup(e.get()), nullptr);
  Key key(EVP_PKEY_new(), EVP_PKEY_free);
  EVP_PKEY_assign_RSA(key.get(), rsa);
#pragma clang diagnostic pop
  return key;
}

std::string rsa_record(int bits, unsigned long exponent = 65537) {
  return "v=DKIM1; p=" + base64_of(rsa_of_bits(bits, exponent));
}

std::string ed_base64(std::size_t size = 32) {
  return base64(std::vector<unsigned char>(size, 1));
}

std::string outcome_of(std::string_view record) {
  const auto key = PublicKey::parse(record);
  return key ? key->description() : std::string(name(key.error().outcome)) + ": " + key.error().why;
}

TEST(PublicKey, Records) {
  const std::string rsa = base64_of(rsa_of_bits(2048));
  const std::string ed = "k=ed25519; p=" + ed_base64();
  const std::string old = parse_key_file(fixture("old._domainkey.example.org"))->record;
  ASSERT_FALSE(old.ends_with('=')) << "more can be put behind it";
  struct Row {
    const char* name;
    std::string record;
    std::string want;
  };
  const Row rows[] = {
      {"the least that is there", "p=" + rsa, "RSA 2048"},
      {"all tags", "v=DKIM1; k=rsa; h=sha1:sha256; s=email; t=y:s; n=a note; p=" + rsa + ";", "RSA 2048"},
      {"unknown tags", "v=DKIM1; g=*; zz=1; p=" + rsa, "RSA 2048"},
      {"any service", "s=*; p=" + rsa, "RSA 2048"},
      {"folded base64", "p=" + rsa.substr(0, 100) + "\r\n\t" + rsa.substr(100), "RSA 2048"},
      {"PKCS #1", old, "RSA 1536"},
      {"more behind PKCS #1", old + "QUJD", "bad-key: p= is no RSA key"},
      {"ed25519", ed, "ed25519"},
      {"version last", "p=" + rsa + "; v=DKIM1", "bad-key: v= is not DKIM1, or not the first tag"},
      {"another version", "v=DKIM2; p=" + rsa, "bad-key: v= is not DKIM1, or not the first tag"},
      {"version in lower case", "v=dkim1; p=" + rsa, "bad-key: v= is not DKIM1, or not the first tag"},
      {"sha1 only", "h=sha1; p=" + rsa, "key-forbids: h= does not allow sha256"},
      {"another service", "s=tlsrpt; p=" + rsa, "key-forbids: s= does not allow email"},
      {"another type", "k=dsa; p=" + rsa, "wrong-algorithm: k=dsa is not known"},
      {"no key", "v=DKIM1; k=rsa", "bad-key: p= is missing"},
      {"revoked", "v=DKIM1; p=", "key-revoked: p= is empty: the key is revoked"},
      {"revoked, with white space", "v=DKIM1; p= \t;", "key-revoked: p= is empty: the key is revoked"},
      {"no base64", "p=a*b", "bad-key: p= is no base64"},
      {"no key in it", "p=QUJD", "bad-key: p= is no RSA key"},
      {"cut", "p=" + rsa.substr(0, 200), "bad-key: p= is no RSA key"},
      {"more behind it", "p=" + rsa.substr(0, rsa.size() - 4) + "AQABQUJD", "bad-key: p= is no RSA key"},
      {"ed25519 called RSA", "p=" + ed_base64(), "bad-key: p= is no RSA key"},
      {"RSA called ed25519", "k=ed25519; p=" + rsa, "bad-key: p= is no ed25519 key"},
      {"ed25519 of 31 bytes", "k=ed25519; p=" + ed_base64(31), "bad-key: p= is no ed25519 key"},
      {"ed25519 of 33 bytes", "k=ed25519; p=" + ed_base64(33), "bad-key: p= is no ed25519 key"},
      {"the same tag twice", "p=" + rsa + "; p=" + rsa, "bad-key: p= is there twice"},
      {"SPF", "v=spf1 -all", "bad-key: v= is not DKIM1, or not the first tag"},
      {"nothing", "", "bad-key: there is no tag"},
      {"1023 bits", rsa_record(1023), "weak-key: the key is RSA of 1023 bits, and 1024 are the least"},
      {"1024 bits", rsa_record(1024), "RSA 1024"},
      {"8192 bits", rsa_record(8192), "RSA 8192"},
      {"8193 bits", rsa_record(8193), "bad-key: the key is RSA of 8193 bits, and 8192 are the most"},
      {"exponent 1", rsa_record(2048, 1), "weak-key: the key's exponent is 1 or even"},
      {"exponent 2", rsa_record(2048, 2), "weak-key: the key's exponent is 1 or even"},
      {"exponent 3", rsa_record(2048, 3), "RSA 2048"},
      {"exponent of 64 bits", rsa_record(2048, 0xFFFFFFFFFFFFFFFF), "RSA 2048"},
      {"record of 8192 bytes", "n=" + std::string(8192 - 2 - ed.size() - 1, 'x') + ";" + ed, "ed25519"},
      {"record of 8193 bytes", "n=" + std::string(8193 - 2 - ed.size() - 1, 'x') + ";" + ed,
       "bad-key: the record has more than 8192 bytes"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(outcome_of(row.record), row.want) << row.name;
    EXPECT_EQ(ERR_peek_error(), 0u) << row.name << " leaves an error behind";
  }
}

TEST(PublicKey, AnExponentPast64BitsIsTooLarge) {
  const Key key = rsa_of_bits(2048, 0xFFFFFFFFFFFFFFFF);
  std::vector<unsigned char> der(static_cast<std::size_t>(i2d_PUBKEY(key.get(), nullptr)));
  unsigned char* at = der.data();
  i2d_PUBKEY(key.get(), &at);
  // The exponent's nine bytes begin with a zero, for its sign: a one there is a number of 65 bits.
  der[der.size() - 9] = 1;
  EXPECT_EQ(outcome_of("p=" + base64(der)), "bad-key: the key's exponent is too large");
}

TEST(PublicKey, TellsItsFlags) {
  const std::string p = "; k=ed25519; p=" + ed_base64();
  const auto key = PublicKey::parse("v=DKIM1; t=y" + p);
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->is_testing());
  EXPECT_FALSE(key->forbids_subdomains());
  EXPECT_EQ(key->algorithm(), Algorithm::Ed25519Sha256);
  EXPECT_TRUE(PublicKey::parse("v=DKIM1; t= s : x" + p)->forbids_subdomains());
}

TEST(PublicKey, TheFirstGoodRecordCounts) {
  const std::string good = "k=ed25519; p=" + ed_base64();
  const std::vector<std::string> both = {"v=spf1", good};
  EXPECT_EQ(PublicKey::parse_first(both)->description(), "ed25519");
  const std::vector<std::string> bad = {"v=DKIM1; p=", "v=spf1"};
  EXPECT_EQ(PublicKey::parse_first(bad).error().outcome, Outcome::KeyRevoked);
  EXPECT_EQ(PublicKey::parse_first({}).error().outcome, Outcome::NoKey);
}

}  // namespace
}  // namespace backstop::dkim
