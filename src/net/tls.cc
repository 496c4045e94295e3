#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <boost/asio/ssl/context.hpp>
#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace backstop::net {

namespace ssl = boost::asio::ssl;

std::string openssl_words(ErrorOrder which) {
  const auto code = which == ErrorOrder::First ? ERR_peek_error() : ERR_peek_last_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return base::printable(reason ? reason : "unknown error");
}

namespace {

base::Error error_of(const std::string& file, const std::string& what) {
  return {base::printable(file) + ": " + what};
}

// Makes a context for either side. OpenSSL never waits: it writes record by record, and gives its buffers
// back while a session is idle. Reading ahead takes what the socket holds in one call.
TlsContext make_context(ssl::context::method method) {
  auto context = std::make_shared<ssl::context>(method);
  auto* handle = context->native_handle();
  SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
  SSL_CTX_set_options(handle,
                      SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(
      handle, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(handle, 1);
  // The client keeps the tickets by which sessions are resumed; a cache of ours would grow and need a lock.
  SSL_CTX_set_session_cache_mode(handle, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(handle, 1);
  return context;
}

// Never asks for a passphrase on a terminal: a key that needs one is refused.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

base::Result<void> check_key_mode(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) {
    const std::string why = errno == ENOENT   ? "no such file"
                            : errno == EACCES ? "no permission to enter its folder"
                                              : std::strerror(errno);
    return std::unexpected(error_of(file, why + "; a private key in PEM is wanted"));
  }
  if ((status.st_mode & (S_IROTH | S_IWOTH)) == 0) return {};
  return std::unexpected(
      error_of(file, "the key can be read or written by everyone; it should have mode 0600"));
}

}  // namespace

base::Result<TlsContext> server_tls(const std::string& certificate_file, const std::string& key_file) {
  auto context = make_context(ssl::context::tls_server);
  auto* handle = context->native_handle();
  if (auto checked = check_key_mode(key_file); !checked) return std::unexpected(checked.error());
  SSL_CTX_set_default_passwd_cb(handle, no_passphrase);
  ERR_clear_error();
  // The key is read first: after a certificate OpenSSL would report a wrong key and a missing one alike.
  if (SSL_CTX_use_PrivateKey_file(handle, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return std::unexpected(error_of(key_file, "no key in PEM: " + openssl_words(ErrorOrder::First)));
  }
  if (SSL_CTX_use_certificate_chain_file(handle, certificate_file.c_str()) != 1) {
    return std::unexpected(
        error_of(certificate_file, "no certificate in PEM: " + openssl_words(ErrorOrder::First)));
  }
  if (SSL_CTX_check_private_key(handle) != 1) {
    return std::unexpected(
        error_of(key_file, "not the key of the certificate in " + base::printable(certificate_file)));
  }
  return context;
}

base::Result<TlsContext> client_tls(TlsVerify verify, const std::string& ca_file) {
  auto context = make_context(ssl::context::tls_client);
  auto* handle = context->native_handle();
  if (verify == TlsVerify::No) return context;
  SSL_CTX_set_verify(handle, SSL_VERIFY_PEER, nullptr);
  ERR_clear_error();
  if (ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(handle) == 1) return context;
    return std::unexpected(
        base::Error{"the system's certificates can't be read: " + openssl_words(ErrorOrder::First)});
  }
  if (SSL_CTX_load_verify_file(handle, ca_file.c_str()) == 1) return context;
  return std::unexpected(error_of(ca_file, "no certificates in PEM: " + openssl_words(ErrorOrder::First)));
}

}  // namespace backstop::net
