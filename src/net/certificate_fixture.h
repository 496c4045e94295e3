// For tests: certificates made on the spot, in files that are deleted with the object.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "base/folder_fixture.h"

namespace backstop::net {

struct CertificateFiles {
  std::string certificate;
  std::string key;
};

/// A certificate authority with a temporary folder.
class TestAuthority {
 public:
  TestAuthority();

  /// The authority's own certificate.
  std::string ca_file() const { return path("ca.pem"); }
  std::string path(const std::string& name) const { return folder_.path(name); }
  /// `names` as OpenSSL writes them: "DNS:mail.example.org,IP:192.0.2.1". Valid from two days ago until
  /// `days` from now; the key has mode 0600.
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

  base::TemporaryFolder folder_;
  Key key_;
  Certificate certificate_;
};

}  // namespace backstop::net
