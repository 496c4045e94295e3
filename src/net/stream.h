// One connection: plain or TLS, TCP or Unix domain, with a deadline that every wait obeys. Belongs to one
// worker's thread. Make writes few and large: connect() and listen() set TCP_NODELAY.
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
  Reset,        ///< it ended in another way, we closed it, or the system reported another error
  TimedOut,     ///< the deadline passed. After a read the stream can still be used, for a last word under a
                ///< new deadline; a write may have sent a part
  Interrupted,  ///< interrupt() was called; the stream can be used as after TimedOut
  Tls,          ///< an error of the TLS protocol or of a certificate; why() has OpenSSL's words
};

/// Returns one clause: "the connection was closed", "no answer in time" and the like.
std::string_view explain(Failure failure);

template <typename T>
using Outcome = std::expected<T, Failure>;

/// One read and one write may wait at the same time. Destroy it only while no wait is in progress; the loop
/// must outlive it.
class Stream : private TimedWaits {
 public:
  Stream(Socket socket, Deadlines& deadlines);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Sets the deadline, which every wait obeys until it is set anew. The clock is coarse and costs no system
  /// call.
  void expires_after(std::chrono::steady_clock::duration time);
  void expires_at(std::chrono::steady_clock::time_point time);
  /// Brings the deadline forward to `time`, even during a wait. A later `time` changes nothing.
  void expires_by(std::chrono::steady_clock::time_point time);
  bool is_waiting() const { return count > 0; }

  /// Reads at least one byte. `into` must not be empty, and must stay until this returns.
  Task<Outcome<std::size_t>> read_some(std::span<char> into);
  /// Writes both whole, in one system call if the socket takes them. Both must stay until this returns.
  Task<Outcome<void>> write(std::string_view first, std::string_view second = {});
  /// Writes what the socket takes without waiting, which saves a coroutine. Returns nullopt if bytes are
  /// left; call write() with what remains in the two views.
  std::optional<Outcome<void>> write_now(std::string_view& first, std::string_view& second);

  /// Begins TLS as the server. The caller must have used all bytes that it read before. The stream keeps the
  /// context alive.
  Task<Outcome<void>> accept_tls(std::shared_ptr<asio::ssl::context> context);
  /// Begins TLS as the client. `host` is sent as SNI, and checked against the certificate if the context
  /// verifies.
  Task<Outcome<void>> connect_tls(std::shared_ptr<asio::ssl::context> context, std::string host);

  bool is_tls() const;
  /// Returns "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384", as in a Received field; empty without TLS.
  std::string tls_description() const;
  /// Returns OpenSSL's words for the last Failure::Tls; printable, may be empty.
  const std::string& why() const;

  /// Returns true if there is nothing to read and the peer has not closed, so that a pooled connection may be
  /// used again. Does not wait. Don't call it while a wait is in progress.
  bool is_quiet();
  /// Returns true if the peer has closed or reset, as far as can be told without waiting and without taking
  /// bytes.
  bool is_peer_gone();

  /// Acknowledges at once what has come over TCP; elsewhere it does nothing. For peers that leave Nagle's
  /// algorithm on: they hold their next write until the last one is acknowledged, which a reader that has
  /// nothing to answer yet does only 40 ms later. Lasts for the next few segments alone; see tcp(7).
  void acknowledge_now();

  bool is_open() const;
  /// Ends the connection at once; a wait in progress ends with Failure::Reset. Never blocks.
  void close();
  /// Ends all waits in progress with Failure::Interrupted. No byte that came is lost.
  void interrupt();
  /// Sends close_notify with TLS, then FIN; what was written arrives. Does not wait for the peer. Drops bytes
  /// that the peer sent and nobody read, since a close over unread bytes resets the connection.
  Task<void> shut_down();
  /// Call it after shut_down(). Drops what the peer still sends until it closes, the deadline passes, or
  /// `most` bytes came, so that a close does not reset the connection before the peer has read our last
  /// words.
  Task<void> drain(std::size_t most);

 private:
  friend class Deadlines;
  friend class Connector;

  // A wait in progress: the ticker cancels it when the deadline has passed. The reason of a cancellation is
  // kept until the last wait that it ended is over, so that it is never taken for the end of a later wait.
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
