#include "net/listener.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "net/passed_sockets.h"

namespace backstop::net {

namespace {

using asio::ip::tcp;
using namespace std::chrono_literals;

// The most connections that may wait to be accepted; the system takes net.core.somaxconn if that is less.
constexpr int kBacklog = 4096;

// Time for file descriptors to become free.
constexpr auto kPause = 100ms;

tcp::endpoint to_tcp(const Endpoint& endpoint) {
  return {endpoint.address, endpoint.port};
}

Endpoint bound_endpoint(int descriptor, const Endpoint& asked) {
  tcp::endpoint bound;
  auto size = static_cast<socklen_t>(bound.capacity());
  if (::getsockname(descriptor, bound.data(), &size) != 0) return asked;
  bound.resize(size);
  return {unmapped(bound.address()), bound.port()};
}

bool set_option(int descriptor, int level, int name) {
  const int on = 1;
  return ::setsockopt(descriptor, level, name, &on, sizeof on) == 0;
}

// Accepted connections inherit TCP_NODELAY. The first socket of a group is bound without SO_REUSEPORT, to
// find out whether anybody else listens there. After that it gets the option, even if it stays alone: for the
// rest of its group, and for addresses that overlap with it later.
bool bind_and_listen(int descriptor, const Endpoint& endpoint, bool is_alone) {
  const auto address = to_tcp(endpoint);
  return set_option(descriptor, SOL_SOCKET, SO_REUSEADDR) &&
         set_option(descriptor, IPPROTO_TCP, TCP_NODELAY) &&
         (!endpoint.address.is_v6() || set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY)) &&
         (is_alone || set_option(descriptor, SOL_SOCKET, SO_REUSEPORT)) &&
         ::bind(descriptor, address.data(), static_cast<socklen_t>(address.size())) == 0 &&
         (!is_alone || set_option(descriptor, SOL_SOCKET, SO_REUSEPORT)) &&
         ::listen(descriptor, kBacklog) == 0;
}

std::string system_words() {
  const int error = errno;
  std::string words = std::strerror(error);
  if (!words.empty()) words.front() = base::ascii_lower(words.front());
  if (error == EACCES) words += "; ports below 1024 need root, or the capability CAP_NET_BIND_SERVICE";
  if (error == EADDRINUSE) words += "; \"ss -ltnp\" tells who listens there";
  if (error == EADDRNOTAVAIL) words += "; this host has no such address";
  return words;
}

bool is_out_of_resources(const boost::system::error_code& error) {
  return error == asio::error::no_descriptors ||
         error == boost::system::errc::too_many_files_open_in_system ||
         error == asio::error::no_buffer_space || error == asio::error::no_memory;
}

}  // namespace

ListeningSocket::ListeningSocket(int descriptor, const Endpoint& endpoint)
    : descriptor_(descriptor), endpoint_(endpoint) {}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : descriptor_(other.release()),
      is_local_(other.is_local_),
      is_passed_(other.is_passed_),
      endpoint_(other.endpoint_) {}

ListeningSocket& ListeningSocket::operator=(ListeningSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(is_local_, other.is_local_);
  std::swap(is_passed_, other.is_passed_);
  std::swap(endpoint_, other.endpoint_);
  return *this;
}

ListeningSocket::~ListeningSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

const Endpoint& ListeningSocket::endpoint() const {
  return endpoint_;
}

int ListeningSocket::release() {
  return std::exchange(descriptor_, -1);
}

base::Result<std::vector<ListeningSocket>> ListeningSocket::copies(std::string_view name,
                                                                   std::size_t count) const {
  std::vector<ListeningSocket> sockets;
  for (std::size_t i = 0; i < count; ++i) {
    ListeningSocket one(::fcntl(descriptor_, F_DUPFD_CLOEXEC, 0), endpoint_);
    if (one.descriptor_ < 0)
      return std::unexpected(base::Error{fmt::format("can't listen at {}: {}", name, system_words())});
    one.is_local_ = is_local_;
    one.is_passed_ = is_passed_;
    sockets.push_back(std::move(one));
  }
  return sockets;
}

base::Result<std::vector<ListeningSocket>> listen(const Endpoint& endpoint, std::size_t count,
                                                  Sharing sharing) {
  if (const auto passed = PassedSockets::of_process().take(endpoint)) {
    ListeningSocket socket(*passed, endpoint);
    socket.is_passed_ = true;
    return socket.copies(endpoint.text(), count);
  }
  std::vector<ListeningSocket> sockets;
  Endpoint asked = endpoint;
  for (std::size_t i = 0; i < count; ++i) {
    const int family = endpoint.address.is_v6() ? AF_INET6 : AF_INET;
    ListeningSocket socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), asked);
    const bool is_alone = i == 0 && sharing == Sharing::No;
    if (socket.descriptor_ < 0 || !bind_and_listen(socket.descriptor_, asked, is_alone)) {
      const auto words = system_words();  // before anything else: writing an address changes errno
      return std::unexpected(base::Error{"can't listen on " + asked.text() + ": " + words});
    }
    socket.endpoint_ = asked = bound_endpoint(socket.descriptor_, asked);
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

base::Result<std::vector<ListeningSocket>> share(const LocalSocket& socket, std::size_t count) {
  ListeningSocket one(socket.descriptor(), {});
  one.is_local_ = true;
  one.is_passed_ = socket.is_passed();
  auto sockets = one.copies(base::printable(socket.path()), count);
  one.release();
  return sockets;
}

Listener::Listener(asio::io_context& loop, ListeningSocket socket, OnAccept on_accept)
    : endpoint_(socket.endpoint()),
      is_local_(socket.is_local_),
      is_passed_(socket.is_passed_),
      acceptor_(loop, protocol_of(socket), socket.release()),
      pause_(loop),
      on_accept_(std::move(on_accept)) {}

Task<void> Listener::run() {
  while (acceptor_.is_open()) {
    Socket socket(acceptor_.get_executor());
    asio::generic::stream_protocol::endpoint peer;
    const auto [error] = co_await acceptor_.async_accept(socket, peer, kUseTask);
    if (!error) {
      give_away(std::move(socket), peer);
    } else if (is_out_of_resources(error) && acceptor_.is_open()) {
      co_await pause();
    }
  }
}

void Listener::give_away(Socket socket, const asio::generic::stream_protocol::endpoint& peer) {
  const auto local = local_of(socket);
  on_accept_(std::move(socket), endpoint_of(peer).value_or(Endpoint{}), local);
}

Task<void> Listener::pause() {
  pause_.expires_after(kPause);
  co_await pause_.async_wait(kUseTask);
}

asio::generic::stream_protocol Listener::protocol_of(const ListeningSocket& socket) {
  if (socket.is_local_) return {AF_UNIX, 0};
  return to_tcp(socket.endpoint()).protocol();
}

// Asks the system only if the connection may have come to one of several addresses.
Endpoint Listener::local_of(const Socket& socket) const {
  if (is_local_ || !endpoint_.address.is_unspecified()) return endpoint_;
  boost::system::error_code error;
  const auto local = socket.local_endpoint(error);
  return error ? endpoint_ : endpoint_of(local).value_or(endpoint_);
}

void Listener::stop() {
  boost::system::error_code ignored;
  acceptor_.non_blocking(true, ignored);
  // At most a full backlog, so that a flood of connections can't keep stop() busy.
  for (int i = 0; i < kBacklog && !is_passed_; ++i) {
    Socket socket(acceptor_.get_executor());
    asio::generic::stream_protocol::endpoint peer;
    boost::system::error_code nothing;
    acceptor_.accept(socket, peer, nothing);
    if (nothing) break;
    give_away(std::move(socket), peer);
  }
  acceptor_.close(ignored);
  pause_.cancel();
}

const Endpoint& Listener::endpoint() const {
  return endpoint_;
}

}  // namespace backstop::net
