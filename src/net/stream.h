// One connection: plain or TLS, TCP or Unix domain, with a deadline that every wait obeys. Belongs to one
// worker's thread. Writes are to be few and large: TCP_NODELAY is set, by connect() and by listen().
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/deadlines.h"
#include "net/task.h"

namespace backstop::net {

class TlsSession;
enum class TlsStep : std::uint8_t;

enum class Failure : std::uint8_t {
  Closed,       ///< the peer ended the connection in order (FIN, or TLS close_notify)
  Reset,        ///< it ended otherwise, or any other error of the system
  TimedOut,     ///< the deadline passed; after a read the stream is as it was, for a last word under a new
                ///< deadline; of a write a part may have left
  Interrupted,  ///< interrupt() was called; the stream is as after TimedOut
  Tls,          ///< a fault of the TLS protocol or of a certificate; why() has OpenSSL's words
};

/// "the connection was closed", "no answer in time", ...
std::string_view explain(Failure failure);

template <typename T>
using Outcome = std::expected<T, Failure>;

/// One read and one write may wait at the same time. To be destroyed when no wait is in progress; the loop
/// has to outlive it.
class Stream : private TimedWaits {
 public:
  Stream(Socket socket, Deadlines& deadlines);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// From now on; obeyed by every wait until it is set anew. A coarse clock: costs no system call.
  void expires_after(std::chrono::steady_clock::duration time);
  void expires_at(std::chrono::steady_clock::time_point time);
  /// Brings the deadline forward to `time`, also that of a wait in progress. A later one changes nothing.
  void expires_by(std::chrono::steady_clock::time_point time);
  bool is_waiting() const { return count > 0; }

  /// At least one byte. `into` has to stay until it returns, and has room for one.
  Task<Outcome<std::size_t>> read_some(std::span<char> into);
  /// All of it, in one system call where the socket takes it. Both have to stay until it returns.
  Task<Outcome<void>> write(std::string_view first, std::string_view second = {});
  /// The same where it takes no wait, which costs no coroutine. Nothing where it does: then write() is to be
  /// called for what is left in the two.
  std::optional<Outcome<void>> write_now(std::string_view& first, std::string_view& second);

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
  /// Always false after bytes came that nobody read. Not to be asked while a wait is in progress.
  bool is_quiet();
  /// The peer has closed or reset, as far as can be told without waiting and without taking bytes.
  bool is_peer_gone();

  bool is_open() const;
  /// Ends the connection at once; a wait in progress ends with Failure::Reset. Never blocks.
  void close();
  /// A wait in progress ends with Failure::Interrupted, and the stream may be used on. Nothing is lost by it.
  void interrupt();
  /// Sends close_notify where TLS is, then FIN: what was written arrives. Does not wait for the peer; what it
  /// sent and nobody read is dropped, since a close over unread bytes resets the connection.
  Task<void> shut_down();
  /// After shut_down(): drops what the peer still sends until it closes, the deadline passes, or `most` bytes
  /// came, so that a close does not reset the connection before the peer has read our last words.
  Task<void> drain(std::size_t most);

 private:
  friend class Deadlines;
  friend class Connector;

  // While one lives the ticker cancels it when the deadline has passed. The reason of a cancellation is kept
  // until the last of the waits that it ended is over, so that it never ends a later one.
  class Wait {
   public:
    explicit Wait(Stream& stream) : stream_(stream) { ++stream_.count; }
    ~Wait() {
      if (--stream_.count == 0) stream_.has_timed_out_ = stream_.is_interrupted_ = false;
    }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

   private:
    Stream& stream_;
  };

  void expire();
  Failure failure_of(const boost::system::error_code& error) const;
  Outcome<std::size_t> read_now(std::span<char> into);
  Task<Outcome<void>> write_rest(std::string_view first, std::string_view second);
  void watch_reads_only(const asio::generic::stream_protocol& protocol, boost::system::error_code& error);
  Task<boost::system::error_code> dial(asio::generic::stream_protocol::endpoint endpoint);

  Task<Outcome<void>> shake_hands();
  Task<Outcome<std::size_t>> read_tls(std::span<char> into);
  Task<Outcome<void>> write_tls(std::string_view first, std::string_view second);
  Task<Outcome<void>> write_records(std::string_view bytes);
  Task<Outcome<void>> wait_for(TlsStep wanted);

  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
  std::uint8_t eager_reads_ = 0;  ///< how many more reads may try the socket before they wait
  bool has_timed_out_ = false;
  bool is_interrupted_ = false;
};

}  // namespace backstop::net
