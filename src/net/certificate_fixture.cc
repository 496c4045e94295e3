#include "net/certificate_fixture.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>

namespace backstop::net {

namespace {

constexpr long kDay = 24 * 60 * 60;

void require(bool holds) {
  if (!holds) std::abort();
}

void add_extension(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto* const extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

FILE* create(const std::string& path) {
  auto* const file = std::fopen(path.c_str(), "w");
  require(file != nullptr);
  return file;
}

}  // namespace

TestAuthority::TestAuthority()
    : key_(make_key()),
      certificate_(make_certificate(key_.get(), "Authority of " + folder_.path().filename().string(), 30)) {
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  add_extension(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  sign(certificate_.get());
  write("ca", certificate_.get(), key_.get());
}

CertificateFiles TestAuthority::issue(const std::string& file, const std::string& names, int days) const {
  const auto key = make_key();
  const auto certificate = make_certificate(key.get(), "server", days);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
  add_extension(certificate.get(), certificate_.get(), NID_subject_alt_name, names);
  sign(certificate.get());
  return write(file, certificate.get(), key.get());
}

TestAuthority::Key TestAuthority::make_key() {
  Key key(EVP_EC_gen("P-256"));
  require(key != nullptr);
  return key;
}

TestAuthority::Certificate TestAuthority::make_certificate(EVP_PKEY* key, const std::string& name,
                                                           int days) const {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1 + std::rand());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -2 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * kDay);
  X509_set_pubkey(certificate.get(), key);
  const auto* const text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC, text, -1, -1, 0);
  return certificate;
}

void TestAuthority::sign(X509* certificate) const {
  require(X509_sign(certificate, key_.get(), EVP_sha256()) > 0);
}

CertificateFiles TestAuthority::write(const std::string& file, X509* certificate, EVP_PKEY* key) const {
  const CertificateFiles files{path(file + ".pem"), path(file + ".key")};
  auto* out = create(files.certificate);
  require(PEM_write_X509(out, certificate) == 1);
  std::fclose(out);
  out = create(files.key);
  require(::chmod(files.key.c_str(), 0600) == 0);
  require(PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  std::fclose(out);
  return files;
}

}  // namespace backstop::net
