#include "net/passed_sockets.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstring>

#include "base/text.h"

namespace backstop::net {
namespace {

int option_of(int descriptor, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

void set_up(int descriptor) {
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on,
               sizeof on);  // fails for a socket of the file system
}

}  // namespace

PassedSockets::~PassedSockets() {
  close_rest();
}

PassedSockets& PassedSockets::of_process() {
  static PassedSockets sockets;
  return sockets;
}

PassedSockets::Passed PassedSockets::look_at(int descriptor) {
  Passed passed{.descriptor = descriptor, .endpoint = {}, .path = {}};
  if (option_of(descriptor, SO_TYPE) != SOCK_STREAM || option_of(descriptor, SO_ACCEPTCONN) != 1)
    return passed;
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return passed;
  if (address.ss_family == AF_INET || address.ss_family == AF_INET6) {
    asio::ip::tcp::endpoint bound;
    std::memcpy(bound.data(), &address, std::min<std::size_t>(size, bound.capacity()));
    bound.resize(size);
    passed.endpoint = Endpoint{unmapped(bound.address()), bound.port()};
  } else if (address.ss_family == AF_UNIX && size > offsetof(sockaddr_un, sun_path)) {
    sockaddr_un file{};
    std::memcpy(&file, &address, std::min<std::size_t>(size, sizeof file));
    passed.path.assign(file.sun_path, ::strnlen(file.sun_path, size - offsetof(sockaddr_un, sun_path)));
  }
  return passed;
}

void PassedSockets::adopt(const std::vector<int>& descriptors) {
  const std::scoped_lock lock(mutex_);
  for (const int descriptor : descriptors) {
    set_up(descriptor);
    sockets_.push_back(look_at(descriptor));
  }
}

template <typename Match>
std::optional<int> PassedSockets::take_if(Match match) {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find_if(sockets_, match);
  if (found == sockets_.end()) return std::nullopt;
  const int descriptor = found->descriptor;
  sockets_.erase(found);
  return descriptor;
}

std::optional<int> PassedSockets::take(const Endpoint& endpoint) {
  return take_if([&](const Passed& one) { return one.endpoint == endpoint; });
}

std::optional<int> PassedSockets::take(const std::string& path) {
  return take_if([&](const Passed& one) { return !one.path.empty() && one.path == path; });
}

std::vector<std::string> PassedSockets::close_rest() {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> addresses;
  for (const Passed& one : sockets_) {
    ::close(one.descriptor);
    if (one.endpoint) {
      addresses.push_back(one.endpoint->text());
    } else if (!one.path.empty()) {
      addresses.push_back(base::printable(one.path));
    } else {
      addresses.push_back(fmt::format("descriptor {}, which is no listening stream socket", one.descriptor));
    }
  }
  sockets_.clear();
  return addresses;
}

}  // namespace backstop::net
