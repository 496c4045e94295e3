#include "net/tls.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "net/certificate_fixture.h"

namespace backstop::net {
namespace {

class TlsTest : public testing::Test {
 protected:
  std::string file_with(const std::string& name, const std::string& text) const {
    std::ofstream(authority_.path(name)) << text;
    ::chmod(authority_.path(name).c_str(), 0600);
    return authority_.path(name);
  }

  TestAuthority authority_;
  CertificateFiles files_ = authority_.issue("server", "DNS:mail.example.org");
};

TEST_F(TlsTest, ReadsACertificateAndItsKey) {
  const auto context = server_tls(files_.certificate, files_.key);
  ASSERT_TRUE(context) << context.error().message;
  auto* const handle = (*context)->native_handle();
  EXPECT_EQ(SSL_CTX_get_min_proto_version(handle), TLS1_2_VERSION);
  EXPECT_NE(SSL_CTX_get_options(handle) & SSL_OP_NO_RENEGOTIATION, 0u);
  EXPECT_NE(SSL_CTX_get_options(handle) & SSL_OP_NO_COMPRESSION, 0u);
  EXPECT_NE(SSL_CTX_get_mode(handle) & SSL_MODE_RELEASE_BUFFERS, 0);
}

TEST_F(TlsTest, RefusesFilesThatAreNoPair) {
  const auto other = authority_.issue("other", "DNS:other.example.org");
  const auto garbage = file_with("garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  const auto empty = file_with("empty", "");
  const auto nowhere = authority_.path("nowhere");
  const auto locked = file_with(
      "locked", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
  struct Row {
    const char* name;
    std::string certificate, key;
    std::string want_start, want_part;
  };
  const Row rows[] = {
      {"no certificate file", nowhere, files_.key, nowhere, "o such file"},
      {"no key file", files_.certificate, nowhere, nowhere, "o such file"},
      {"an empty certificate file", empty, files_.key, empty, "no certificate in PEM"},
      {"an empty key file", files_.certificate, empty, empty, "no key in PEM"},
      {"garbage for a certificate", garbage, files_.key, garbage, "no certificate in PEM"},
      {"a certificate for a key", files_.certificate, files_.certificate, files_.certificate, "everyone"},
      {"a key under a passphrase", files_.certificate, locked, locked, "no key in PEM"},
      {"another's key", files_.certificate, other.key, other.key, "not the key of the certificate in"},
      {"a folder", authority_.path(""), files_.key, authority_.path(""), "no certificate in PEM"},
  };
  ::chmod(files_.certificate.c_str(), 0644);
  for (const auto& row : rows) {
    const auto context = server_tls(row.certificate, row.key);
    ASSERT_FALSE(context) << row.name;
    const auto& message = context.error().message;
    EXPECT_TRUE(message.starts_with(row.want_start + ": ")) << row.name << ": " << message;
    EXPECT_TRUE(message.contains(row.want_part)) << row.name << ": " << message;
    EXPECT_FALSE(message.contains('\n')) << row.name;
  }
}

TEST_F(TlsTest, RefusesAKeyThatOthersCanRead) {
  struct Row {
    mode_t mode;
    bool want;
  };
  for (const auto& row : {Row{0600, true}, Row{0400, true}, Row{0640, true}, Row{0660, true},
                          Row{0604, false}, Row{0602, false}, Row{0644, false}, Row{0666, false}}) {
    ASSERT_EQ(::chmod(files_.key.c_str(), row.mode), 0);
    const auto context = server_tls(files_.certificate, files_.key);
    EXPECT_EQ(context.has_value(), row.want) << std::oct << row.mode;
    if (!context) EXPECT_TRUE(context.error().message.contains("0600")) << context.error().message;
  }
}

TEST_F(TlsTest, ReadsAuthorities) {
  EXPECT_TRUE(client_tls(TlsVerify::Yes));
  EXPECT_TRUE(client_tls(TlsVerify::No));
  EXPECT_TRUE(client_tls(TlsVerify::Yes, authority_.ca_file()));
  EXPECT_TRUE(client_tls(TlsVerify::No, authority_.path("nowhere"))) << "nothing is verified against it";
  for (const auto& file : {authority_.path("nowhere"), file_with("empty", "")}) {
    const auto context = client_tls(TlsVerify::Yes, file);
    ASSERT_FALSE(context) << file;
    EXPECT_TRUE(context.error().message.starts_with(file + ": no certificates in PEM"))
        << context.error().message;
  }
}

}  // namespace
}  // namespace backstop::net
