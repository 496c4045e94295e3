#include "net/connect.h"

#include <sys/un.h>

#include <algorithm>
#include <boost/asio/ip/basic_resolver.hpp>
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
using Resolver = asio::ip::basic_resolver<tcp, Executor>;
using boost::system::error_code;

std::string duration_text(Clock::duration duration) {
  const auto milliseconds = std::chrono::round<std::chrono::milliseconds>(duration).count();
  if (milliseconds % 1000 != 0) return std::to_string(milliseconds) + " ms";
  return std::to_string(milliseconds / 1000) + " s";
}

// The system's words, as a clause: "connection refused".
std::string words_for(const error_code& error, Clock::duration limit) {
  if (error == asio::error::timed_out) return "no answer in " + duration_text(limit);
  if (error == asio::error::host_not_found || error == asio::error::no_data) return "no such host";
  auto words = error.message();
  if (!words.empty()) words.front() = base::ascii_lower(words.front());
  return words;
}

// A look-up that may be left alone: the system's resolver can't be stopped, so what it finds too late is
// dropped with the last owner.
struct LookUp {
  explicit LookUp(const Executor& loop) : resolver(loop), answered(loop) {}

  Resolver resolver;
  Timer answered;  ///< rings at the end of the limit, or when there is an answer
  error_code error = asio::error::timed_out;
  std::vector<Address> addresses;
};

void start(const std::shared_ptr<LookUp>& look_up, const Target& target) {
  look_up->resolver.async_resolve(target.host, std::to_string(target.port), tcp::resolver::numeric_service,
                                  [look_up](const error_code& error, const Resolver::results_type& results) {
                                    look_up->error = error;
                                    for (const auto& result : results) {
                                      look_up->addresses.emplace_back(result.endpoint());
                                    }
                                    look_up->answered.cancel();
                                  });
}

Task<std::expected<std::vector<Address>, error_code>> look_up_name(Target target, Clock::time_point end) {
  const auto look_up = std::make_shared<LookUp>(co_await asio::this_coro::executor);
  look_up->answered.expires_at(end);
  start(look_up, target);
  co_await look_up->answered.async_wait(kUseTask);
  if (look_up->error) co_return std::unexpected(look_up->error);
  co_return std::move(look_up->addresses);
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

  // Each address has an equal part of the time that is left, so that a silent one leaves some to the next.
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

Task<std::expected<std::unique_ptr<Stream>, ConnectError>> connect(Target target, Deadlines& deadlines,
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
    auto found = co_await look_up_name(target, end);
    if (!found) co_return std::unexpected(ConnectError{true, words_for(found.error(), limit)});
    addresses = *std::move(found);
  }
  Connector connector(deadlines, end);
  auto stream = co_await connector.try_each(std::move(addresses));
  if (!stream) co_return std::unexpected(ConnectError{false, words_for(stream.error(), limit)});
  co_return *std::move(stream);
}

}  // namespace backstop::net
