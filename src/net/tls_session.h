// The TLS of one stream: OpenSSL over the stream's descriptor. It never waits; the stream does that. Its only
// buffer is a small one, and OpenSSL's exist only while they hold something, so that an idle session costs no
// more than OpenSSL's state. (asio::ssl::stream keeps 68 KiB for each.)
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace backstop::net {

enum class TlsStep : std::uint8_t {
  Done,
  WantRead,   ///< try again after inbox() was filled
  WantWrite,  ///< try again when the descriptor takes bytes
  Closed,     ///< the peer sent close_notify
  Cut,        ///< the connection ended without it
  Fault,      ///< why() says which
};

class TlsSession {
 public:
  static constexpr std::size_t kInbox = 1024;

  struct Moved {
    TlsStep step;
    std::size_t size;  ///< the number of bytes, if Done
  };

  TlsSession(std::shared_ptr<boost::asio::ssl::context> context, int descriptor);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  void accept();
  /// Returns false if `host` can't be a host name.
  bool connect(const std::string& host);
  TlsStep shake_hands();
  bool is_established() const { return is_established_; }

  Moved read(std::span<char> into);
  /// Writes at least one record, if Done. After WantWrite it must be called with the same bytes.
  Moved write(std::string_view bytes);
  /// Tries once to send close_notify.
  void shut_down();

  /// The stream puts the first bytes that it waited for here; the rest is read from the descriptor.
  std::span<char> inbox() { return inbox_; }
  void filled(std::size_t size);

  /// Returns true if no bytes wait, here or in the socket, and the peer has not closed.
  bool is_quiet();
  bool is_closed_by_peer() const;

  std::string description() const;
  const std::string& why() const { return why_; }

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  friend struct TlsSocketIo;

  TlsStep step_of(int result);
  std::string words_of_fault() const;

  std::shared_ptr<boost::asio::ssl::context> context_;
  std::unique_ptr<SSL, Free> ssl_;
  std::string why_;
  int descriptor_;
  std::uint16_t inbox_begin_ = 0;
  std::uint16_t inbox_end_ = 0;
  std::uint8_t direct_reads_ =
      0;  ///< how many more reads may try the descriptor before the stream waits for it
  bool is_established_ = false;
  TlsStep end_ = TlsStep::Done;  ///< once it is Cut or Fault, OpenSSL must not be called again
  std::array<char, kInbox> inbox_;
};

}  // namespace backstop::net
