// For tests: certificates made on the spot, in files that go with the object.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <filesystem>
#include <memory>
#include <string>

namespace backstop::net {

struct CertificateFiles {
  std::string certificate;
  std::string key;
};

/// A certificate authority of its own, with a folder that is deleted in the end.
class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  /// The authority's own certificate.
  std::string ca_file() const { return path("ca.pem"); }
  std::string path(const std::string& name) const { return folder_ / name; }
  /// `names` as OpenSSL writes them: "DNS:mail.example.org,IP:192.0.2.1". Valid from yesterday for so many
  /// days; key mode 0600.
  CertificateFiles issue(const std::string& file, const std::string& names, int days = 30) const;

 private:
  struct Free {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  using Certificate = std::unique_ptr<X509, Free>;
  using Key = std::unique_ptr<EVP_PKEY, Free>;

  static Key make_key();
  Certificate make_certificate(EVP_PKEY* key, const std::string& name, int days) const;
  void sign(X509* certificate) const;
  CertificateFiles write(const std::string& file, X509* certificate, EVP_PKEY* key) const;

  std::filesystem::path folder_;
  Key key_;
  Certificate certificate_;
};

}  // namespace backstop::net
