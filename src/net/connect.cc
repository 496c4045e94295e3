#include "net/connect.h"

#include <sys/un.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <utility>
#include <vector>

#include "base/text.h"
#include "net/endpoint.h"

namespace backstop::net {

namespace {

using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Address = asio::generic::stream_protocol::endpoint;
using boost::system::error_code;

std::string duration_text(Clock::duration duration) {
  const auto milliseconds = std::chrono::round<std::chrono::milliseconds>(duration).count();
  if (milliseconds % 1000 != 0) return std::to_string(milliseconds) + " ms";
  return std::to_string(milliseconds / 1000) + " s";
}

// Returns the system's words as a clause: "connection refused".
std::string words_for(const error_code& error, Clock::duration limit) {
  if (error == asio::error::timed_out) return "no answer in " + duration_text(limit);
  if (error == asio::error::host_not_found || error == asio::error::no_data) return "no such host";
  auto words = error.message();
  if (!words.empty()) words.front() = base::ascii_lower(words.front());
  return words;
}

std::string words_for_look_up(const error_code& error, Clock::duration limit) {
  if (error == asio::error::try_again) return "too many names are being looked up";
  return words_for(error, limit);
}

}  // namespace

std::string Target::text() const {
  if (!path.empty()) return path;
  return (host.contains(':') ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

/// Tries the addresses of one target.
class Connector {
 public:
  Connector(Deadlines& deadlines, Clock::time_point end) : deadlines_(deadlines), end_(end) {}

  // Each address gets an equal share of the time that is left, so that a silent one leaves some for the next.
  Task<std::expected<std::unique_ptr<Stream>, error_code>> try_each(std::vector<Address> addresses) {
    error_code error = asio::error::host_not_found;
    const Executor loop = co_await asio::this_coro::executor;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      const auto left = std::max(end_ - Clock::now(), Clock::duration::zero());
      auto stream = std::make_unique<Stream>(Socket(loop), deadlines_);
      stream->expires_at(Clock::now() + left / static_cast<int>(addresses.size() - i));
      error = co_await stream->dial(addresses[i]);
      if (error) continue;
      stream->expires_at(Clock::time_point::max());
      co_return stream;
    }
    co_return std::unexpected(error);
  }

 private:
  Deadlines& deadlines_;
  Clock::time_point end_;
};

Task<std::expected<std::unique_ptr<Stream>, ConnectError>> connect(Target target, Loop& loop,
                                                                   Clock::duration limit) {
  const auto end = Clock::now() + limit;
  std::vector<Address> addresses;
  if (target.path.size() >= sizeof(sockaddr_un::sun_path)) {
    co_return std::unexpected(ConnectError{.message = "the path of a socket has at most 107 bytes"});
  }
  if (!target.path.empty()) {
    addresses.emplace_back(asio::local::stream_protocol::endpoint(target.path));
  } else if (const auto address = parse_address(target.host)) {
    addresses.emplace_back(tcp::endpoint(*address, target.port));
  } else {
    const auto found = co_await loop.look_ups().look_up(target.host, end);
    if (!found) co_return std::unexpected(ConnectError{true, words_for_look_up(found.error(), limit)});
    for (const auto& one : *found) addresses.emplace_back(tcp::endpoint(one, target.port));
  }
  Connector connector(loop.deadlines(), end);
  auto stream = co_await connector.try_each(std::move(addresses));
  if (!stream) co_return std::unexpected(ConnectError{false, words_for(stream.error(), limit)});
  co_return *std::move(stream);
}

}  // namespace backstop::net
