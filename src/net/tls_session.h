// The TLS of one stream: OpenSSL over the stream's descriptor, without waiting. Whoever waits is the stream.
// It holds no buffers of its own but a small one: OpenSSL's are there only while they hold something, so that
// an idle session costs what OpenSSL's state costs. (asio::ssl::stream keeps 68 KiB for each.)
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
  WantRead,   ///< to be tried again after inbox() was filled
  WantWrite,  ///< to be tried again when the descriptor takes bytes
  Closed,     ///< the peer sent close_notify
  Cut,        ///< the connection ended without it
  Fault,      ///< why() says what
};

class TlsSession {
 public:
  static constexpr std::size_t kInbox = 1024;

  struct Moved {
    TlsStep step;
    std::size_t size;  ///< how many bytes, when Done
  };

  TlsSession(std::shared_ptr<boost::asio::ssl::context> context, int descriptor);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  void accept();
  /// False where `host` can't be a host name.
  bool connect(const std::string& host);
  TlsStep shake_hands();
  bool is_established() const { return is_established_; }

  Moved read(std::span<char> into);
  /// At least one record's worth, when Done. After WantWrite it must be called with the same bytes.
  Moved write(std::string_view bytes);
  /// One attempt to send close_notify.
  void shut_down();

  /// Where the stream puts the first bytes that it waited for; the rest is taken from the descriptor.
  std::span<char> inbox() { return inbox_; }
  void filled(std::size_t size);

  /// No bytes wait, here or in the socket, and the peer has not closed.
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
  std::uint8_t direct_reads_ = 0;  ///< how many more reads may go to the descriptor before it is waited for
  bool is_established_ = false;
  TlsStep end_ = TlsStep::Done;  ///< Cut or Fault once it has come to that: OpenSSL may not be asked again
  std::array<char, kInbox> inbox_;
};

}  // namespace backstop::net
