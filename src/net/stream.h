// One connection: plain or TLS, TCP or Unix domain, with a deadline that every wait obeys. Belongs to one
// worker's thread. TCP_NODELAY is set: writes are to be few and large.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/deadlines.h"
#include "net/task.h"

namespace backstop::net {

enum class Failure : std::uint8_t {
  Closed,    ///< the peer ended the connection in order (FIN, or TLS close_notify)
  Reset,     ///< it ended otherwise, or any other error of the system
  TimedOut,  ///< the deadline passed; the stream is closed
  Tls,       ///< a fault of the TLS protocol or of a certificate; why() has OpenSSL's words
};

/// "the connection was closed", "no answer in time", ...
std::string_view explain(Failure failure);

template <typename T>
using Outcome = std::expected<T, Failure>;

class Stream {
 public:
  Stream(Socket socket, Deadlines& deadlines);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// From now on; obeyed by every wait until it is set anew. A coarse clock: costs no system call.
  void expires_after(std::chrono::steady_clock::duration time);
  void expires_at(std::chrono::steady_clock::time_point time);

  /// At least one byte. `into` has to stay until it returns.
  Task<Outcome<std::size_t>> read_some(std::span<char> into);
  /// All of it, in one system call where the socket takes it (writev of both pieces).
  Task<Outcome<void>> write(std::string_view first, std::string_view second = {});

  /// TLS from here on. Bytes that came before and were not read from the stream are gone by the caller's own
  /// check: it must hold none. The context is kept alive by the stream.
  Task<Outcome<void>> accept_tls(std::shared_ptr<asio::ssl::context> context);
  /// `host` is sent as SNI, and checked against the certificate where the context verifies.
  Task<Outcome<void>> connect_tls(std::shared_ptr<asio::ssl::context> context, std::string host);

  bool is_tls() const;
  /// "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384", as a Received field has it; empty without TLS.
  std::string tls_description() const;
  /// What OpenSSL said of the last Failure::Tls; printable, may be empty.
  const std::string& why() const;

  /// Nothing to read and not closed, looked at without waiting: a pooled connection that may be used again.
  /// Always false after bytes came that nobody read.
  bool is_quiet();
  /// The peer has closed or reset, as far as can be told without waiting and without taking bytes.
  bool is_peer_gone();

  bool is_open() const;
  /// Ends the connection at once; a wait in progress ends with Failure::Reset. Never blocks.
  void close();
  /// Sends close_notify where TLS is, then FIN: what was written arrives. Does not wait for the peer.
  Task<void> shut_down();

 private:
  friend class Deadlines;
  // The implementer's.
};

}  // namespace backstop::net
