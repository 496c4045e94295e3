#include "net/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cassert>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/text.h"
#include "net/tls.h"

namespace backstop::net {

namespace {

// After this many reads past the inbox the other streams of the worker have their turn.
constexpr std::uint8_t kDirectReads = 8;

}  // namespace

// OpenSSL's access to the socket: reads take the inbox first, and nothing ever waits.
struct TlsSocketIo {
  static TlsSession& session(BIO* bio) { return *static_cast<TlsSession*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    auto& self = session(bio);
    const int read = self.inbox_begin_ < self.inbox_end_ ? from_inbox(self, into, size)
                                                         : from_descriptor(self, into, size);
    if (read < 0 && errno == EAGAIN) BIO_set_retry_read(bio);
    return read;
  }

  static int from_inbox(TlsSession& self, char* into, int size) {
    const auto take = std::min<int>(size, self.inbox_end_ - self.inbox_begin_);
    std::memcpy(into, self.inbox_.data() + self.inbox_begin_, take);
    self.inbox_begin_ = static_cast<std::uint16_t>(self.inbox_begin_ + take);
    return take;
  }

  // A read that does not fill its room has emptied the socket: the next would find nothing.
  static int from_descriptor(TlsSession& self, char* into, int size) {
    if (self.direct_reads_ == 0) {
      errno = EAGAIN;
      return -1;
    }
    ssize_t read = 0;
    do {
      read = ::recv(self.descriptor_, into, size, MSG_DONTWAIT);
    } while (read < 0 && errno == EINTR);
    self.direct_reads_ = read == size ? self.direct_reads_ - 1 : 0;
    return static_cast<int>(read);
  }

  static int write(BIO* bio, const char* from, int size) {
    BIO_clear_retry_flags(bio);
    ssize_t sent = 0;
    do {
      sent = ::send(session(bio).descriptor_, from, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0 && errno == EAGAIN) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
  }

  // OpenSSL flushes at the end of a flight; there is nothing to flush here.
  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO_METHOD* method() {
    static BIO_METHOD* const method = make();
    return method;
  }

  static BIO_METHOD* make() {
    auto* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream");
    BIO_meth_set_read(method, read);
    BIO_meth_set_write(method, write);
    BIO_meth_set_ctrl(method, control);
    return method;
  }
};

TlsSession::TlsSession(std::shared_ptr<boost::asio::ssl::context> context, int descriptor)
    : context_(std::move(context)), ssl_(SSL_new(context_->native_handle())), descriptor_(descriptor) {
  auto* bio = BIO_new(TlsSocketIo::method());
  if (!ssl_ || !bio) throw std::bad_alloc();
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
}

void TlsSession::accept() {
  SSL_set_accept_state(ssl_.get());
}

bool TlsSession::connect(const std::string& host) {
  SSL_set_connect_state(ssl_.get());
  boost::system::error_code is_name;
  boost::asio::ip::make_address(host, is_name);
  const bool is_verified = SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE;
  bool is_set = true;
  if (!is_name) {
    if (is_verified) is_set = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) == 1;
  } else if (!host.empty()) {
    is_set = SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) == 1 &&
             SSL_set1_host(ssl_.get(), host.c_str()) == 1;
    SSL_set_hostflags(ssl_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  } else {
    is_set = !is_verified;
  }
  if (!is_set)
    why_ = "the certificate can't be checked against the host name '" + base::printable(host) + "'";
  return is_set;
}

TlsStep TlsSession::step_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return TlsStep::WantRead;
    case SSL_ERROR_WANT_WRITE:
      return TlsStep::WantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return TlsStep::Closed;
    case SSL_ERROR_SYSCALL:
      return end_ = TlsStep::Cut;
    default:
      why_ = words_of_fault();
      return end_ = TlsStep::Fault;
  }
}

// "certificate verify failed: self-signed certificate"
std::string TlsSession::words_of_fault() const {
  auto words = openssl_words(ErrorOrder::Last);
  const bool is_verified = SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE;
  const auto verdict = SSL_get_verify_result(ssl_.get());
  if (is_verified && verdict != X509_V_OK)
    words += std::string(": ") + X509_verify_cert_error_string(verdict);
  return words;
}

TlsStep TlsSession::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) return step_of(result);
  is_established_ = true;
  return TlsStep::Done;
}

TlsSession::Moved TlsSession::read(std::span<char> into) {
  if (end_ != TlsStep::Done) return {end_, 0};
  ERR_clear_error();
  std::size_t size = 0;
  const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &size);
  return result == 1 ? Moved{TlsStep::Done, size} : Moved{step_of(result), 0};
}

TlsSession::Moved TlsSession::write(std::string_view bytes) {
  if (end_ != TlsStep::Done) return {end_, 0};
  ERR_clear_error();
  std::size_t size = 0;
  const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &size);
  return result == 1 ? Moved{TlsStep::Done, size} : Moved{step_of(result), 0};
}

void TlsSession::shut_down() {
  if (!is_established_ || end_ != TlsStep::Done) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
}

void TlsSession::filled(std::size_t size) {
  assert(inbox_begin_ == inbox_end_ && size <= kInbox);
  inbox_begin_ = 0;
  inbox_end_ = static_cast<std::uint16_t>(size);
  direct_reads_ = size == kInbox ? kDirectReads : 0;
}

// SSL_peek() also handles records that are no data, such as the session tickets of TLS 1.3.
bool TlsSession::is_quiet() {
  if (end_ != TlsStep::Done) return false;
  direct_reads_ = kDirectReads;
  ERR_clear_error();
  char byte = 0;
  const int result = SSL_peek(ssl_.get(), &byte, 1);
  return result <= 0 && step_of(result) == TlsStep::WantRead && SSL_has_pending(ssl_.get()) == 0;
}

bool TlsSession::is_closed_by_peer() const {
  return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

std::string TlsSession::description() const {
  return std::string(SSL_get_version(ssl_.get())) + " with cipher " + SSL_get_cipher_name(ssl_.get());
}

}  // namespace backstop::net
