// Listening sockets: bound before privileges are dropped, one for each worker on the same address
// (SO_REUSEPORT).
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <cstddef>
#include <functional>
#include <vector>

#include "base/error.h"
#include "net/deadlines.h"
#include "net/endpoint.h"
#include "net/local_socket.h"
#include "net/task.h"

namespace backstop::net {

/// Who else may listen on the address that we want.
enum class Sharing : bool {
  No,
  WithOurselves,  ///< sockets of the same user that listen() made: for an address that overlaps with one of
                  ///< ours
};

/// A bound and listening descriptor that is not yet given to a loop; closes itself.
class ListeningSocket {
 public:
  ListeningSocket(ListeningSocket&&) noexcept;
  ListeningSocket& operator=(ListeningSocket&&) noexcept;
  ~ListeningSocket();

  /// The real address, with the port that the system chose; unspecified for a socket of the file system.
  const Endpoint& endpoint() const;
  /// Hands the descriptor to the caller, who closes it.
  int release();

 private:
  friend base::Result<std::vector<ListeningSocket>> listen(const Endpoint& endpoint, std::size_t count,
                                                           Sharing sharing);
  friend base::Result<std::vector<ListeningSocket>> share(const LocalSocket& socket, std::size_t count);
  friend class Listener;
  ListeningSocket(int descriptor, const Endpoint& endpoint);
  base::Result<std::vector<ListeningSocket>> copies(std::string_view name, std::size_t count) const;

  int descriptor_ = -1;
  bool is_local_ = false;
  bool is_passed_ = false;
  Endpoint endpoint_;
};

/// Opens `count` sockets on one address, or copies the one that was passed (passed_sockets.h). If the port is
/// 0, all get the one that the system chose for the first. Errors say "can't listen on 127.0.0.1:25: address
/// already in use", and what to do about it.
base::Result<std::vector<ListeningSocket>> listen(const Endpoint& endpoint, std::size_t count,
                                                  Sharing sharing = Sharing::No);

/// Returns `count` sockets that accept the connections of this one, whichever is first.
base::Result<std::vector<ListeningSocket>> share(const LocalSocket& socket, std::size_t count);

/// Accepts until stop(), and must outlive run(). `on_accept` gets each connection with the peer's address and
/// our own, which are unspecified for a socket of the file system. Without free file descriptors it pauses
/// for a moment instead of spinning.
class Listener {
 public:
  using OnAccept = std::function<void(Socket, Endpoint peer, Endpoint local)>;

  Listener(asio::io_context& loop, ListeningSocket socket, OnAccept on_accept);
  Task<void> run();
  /// Ends accepting; call it on the loop's thread. Connections that wait to be accepted still go to
  /// `on_accept`, so that their clients can be told why; a close would reset them. At a socket that was
  /// passed to us they wait for the next process.
  void stop();
  const Endpoint& endpoint() const;

 private:
  using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, Executor>;

  Task<void> pause();
  void give_away(Socket socket, const asio::generic::stream_protocol::endpoint& peer);
  Endpoint local_of(const Socket& socket) const;
  static asio::generic::stream_protocol protocol_of(const ListeningSocket& socket);

  Endpoint endpoint_;
  bool is_local_;
  bool is_passed_;
  Acceptor acceptor_;
  Timer pause_;
  OnAccept on_accept_;
};

}  // namespace backstop::net
