// For tests: a loop with its ticker, and connections on it.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "net/loop.h"
#include "net/stream.h"

namespace backstop::net {

/// A descriptor that closes itself: the far end of a stream, in the hands of the test.
class Peer {
 public:
  explicit Peer(int descriptor) : descriptor_(descriptor) {}
  Peer(Peer&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Peer& operator=(Peer&&) = delete;
  ~Peer() { close(); }

  void send(std::string_view bytes) const {
    if (::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
      std::abort();
    }
  }
  /// Returns what comes until the end, or until there are `most` bytes.
  std::string receive(std::size_t most = std::string::npos) const {
    std::string got;
    std::array<char, 4096> buffer;
    while (got.size() < most) {
      const auto size = ::recv(descriptor_, buffer.data(), std::min(buffer.size(), most - got.size()), 0);
      if (size <= 0) break;
      got.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return got;
  }
  void shut_down() const { ::shutdown(descriptor_, SHUT_WR); }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  /// TCP: the other end gets a reset.
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }
  int descriptor() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

  /// Returns the error that a reset left, even one that came after the end; else 0.
  int error() const {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
  }

 private:
  int descriptor_;
};

/// Returns the two ends of a TCP connection over the loopback interface.
inline std::pair<Peer, Peer> tcp_ends() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  const Peer listening(::socket(AF_INET, SOCK_STREAM, 0));
  const int near = ::socket(AF_INET, SOCK_STREAM, 0);
  const bool is_connected =
      ::bind(listening.descriptor(), any, size) == 0 && ::listen(listening.descriptor(), 1) == 0 &&
      ::getsockname(listening.descriptor(), any, &size) == 0 && ::connect(near, any, size) == 0;
  if (!is_connected) std::abort();
  const int far = ::accept(listening.descriptor(), nullptr, nullptr);
  const int on = 1;
  for (const int end : {near, far}) ::setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return {Peer(near), Peer(far)};
}

class LoopTest : public testing::Test {
 protected:
  LoopTest() { spawn(loop_.deadlines().run()); }

  /// Runs the tasks side by side until all have ended.
  template <typename... Tasks>
  void run(Tasks... tasks) {
    left_ += sizeof...(tasks);
    (spawn(counted(std::move(tasks))), ...);
    loop_.context().restart();
    loop_.context().run();
    ASSERT_EQ(left_, 0u) << "a task did not end";
  }

  std::unique_ptr<Stream> stream_of(Peer end) {
    Socket socket(loop_.context(), asio::generic::stream_protocol(AF_INET, IPPROTO_TCP), end.release());
    return std::make_unique<Stream>(std::move(socket), loop_.deadlines());
  }
  std::pair<std::unique_ptr<Stream>, Peer> stream_and_peer() {
    auto [near, far] = tcp_ends();
    return {stream_of(std::move(near)), std::move(far)};
  }
  std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> streams() {
    auto [near, far] = tcp_ends();
    return {stream_of(std::move(near)), stream_of(std::move(far))};
  }

  /// Waits until the ticker has ticked `ticks` times.
  Task<void> tick(int ticks = 2) {
    Timer timer(loop_.context());
    timer.expires_after(ticks * Deadlines::kTick);
    co_await timer.async_wait(kUseTask);
  }

  Loop loop_{1};

 private:
  void spawn(Task<void> task) { asio::co_spawn(loop_.context(), std::move(task), asio::detached); }
  Task<void> counted(Task<void> task) {
    co_await std::move(task);
    if (--left_ == 0) loop_.context().stop();
  }

  std::size_t left_ = 0;
};

/// Reads until there are `size` bytes.
inline Task<std::string> read_exactly(Stream& stream, std::size_t size) {
  std::string got(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const auto more = co_await stream.read_some(std::span(got).subspan(have));
    if (!more) break;
    have += *more;
  }
  got.resize(have);
  co_return got;
}

/// Reads until the stream fails, and says how it failed.
inline Task<void> read_to_end(Stream& stream, std::string& got, Failure& end) {
  std::array<char, 65536> buffer;
  for (;;) {
    const auto size = co_await stream.read_some(buffer);
    if (!size) {
      end = size.error();
      co_return;
    }
    got.append(buffer.data(), *size);
  }
}

/// Returns how one read failed; nullopt if it got a byte.
inline Task<std::optional<Failure>> how_it_ends(Stream& stream) {
  char byte = 0;
  const auto size = co_await stream.read_some({&byte, 1});
  if (size) co_return std::nullopt;
  co_return size.error();
}

/// Returns bytes without a pattern.
inline std::string long_text(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 1;
  for (auto& c : text) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return text;
}

}  // namespace backstop::net
