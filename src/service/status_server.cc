#include "service/status_server.h"

#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <new>
#include <optional>
#include <utility>

#include "base/text.h"
#include "net/blocking.h"
#include "net/connection.h"

namespace backstop::service {

namespace {

// Time for file descriptors to become free.
constexpr std::chrono::milliseconds kPause{100};

constexpr std::string_view kUnknown = "{\"error\":\"the only question is: status\"}\n";
constexpr std::string_view kFailed = "{\"error\":\"there is no memory for an answer\"}\n";

/// What a client asked.
enum class Asked : std::uint8_t { Nothing, Status, Other };

net::Task<Asked> read_question(net::Connection& connection, std::size_t most) {
  while (!connection.input().contains('\n')) {
    const std::size_t used = connection.input().size();
    if (used >= most) co_return Asked::Other;
    if (const auto done = co_await connection.fill_exactly(most - used); !done)
      co_return connection.input().empty() ? Asked::Nothing : Asked::Other;
  }
  const auto line = connection.input().substr(0, connection.input().find('\n'));
  co_return base::trim(line) == kStatusQuestion ? Asked::Status : Asked::Other;
}

}  // namespace

/// One of the clients that are served at the same time.
class StatusServer::Place {
 public:
  explicit Place(StatusServer& server) : server_(server) { ++server_.clients_; }
  ~Place() {
    --server_.clients_;
    server_.pause_.cancel();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  StatusServer& server_;
};

/// A client that has not asked yet.
class StatusServer::Silence {
 public:
  Silence(StatusServer& server, net::Connection& connection)
      : server_(server),
        place_(server.silent_.insert(server.silent_.end(), {&connection, net::Deadlines::Clock::now()})) {}
  ~Silence() { server_.silent_.erase(place_); }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  StatusServer& server_;
  std::list<Silent>::iterator place_;
};

StatusServer::StatusServer(net::LocalSocket socket, Answer answer, const Limits& limits)
    : socket_(std::move(socket)),
      answer_(std::move(answer)),
      limits_(limits),
      acceptor_(loop_.context(), net::asio::generic::stream_protocol(AF_UNIX, 0), socket_.release()),
      pause_(loop_.context()),
      thread_([this] { run(); }) {}

StatusServer::~StatusServer() {
  net::asio::post(loop_.context(), [this] { stop(); });
  thread_.join();
  answering_.join();
}

void StatusServer::run() {
  net::asio::co_spawn(loop_.context(), loop_.deadlines().run(), net::asio::detached);
  net::asio::co_spawn(loop_.context(), accept(), net::asio::detached);
  while (true) {
    try {
      loop_.context().run();
      return;
    } catch (const std::exception&) {
      // No memory for one client; the others go on.
    }
  }
}

// The loop ends once the last client has left by its normal path.
void StatusServer::stop() {
  is_stopping_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  loop_.close_all();
  loop_.deadlines().stop();
}

// A client that only connects keeps nobody who asks from an answer. One that has just connected gets the time
// to ask.
net::Task<void> StatusServer::wait_for_place() {
  using Clock = net::Deadlines::Clock;
  while (clients_ >= limits_.clients && !is_stopping_) {
    const auto patience = silent_.empty() ? Clock::time_point::max() : silent_.front().since + limits_.grace;
    const bool is_over = patience <= Clock::now();
    if (is_over) silent_.front().connection->stream().close();
    pause_.expires_at(is_over ? Clock::time_point::max() : patience);
    co_await pause_.async_wait(net::kUseTask);
  }
}

net::Task<void> StatusServer::accept() {
  while (!is_stopping_) {
    net::Socket socket(loop_.context());
    const auto [error] = co_await acceptor_.async_accept(socket, net::kUseTask);
    if (!error) {
      co_await wait_for_place();
      if (!is_stopping_) begin(std::move(socket));
    } else if (!is_stopping_) {
      pause_.expires_after(kPause);
      co_await pause_.async_wait(net::kUseTask);
    }
  }
}

// Without memory this client is dropped, and the next one is still accepted.
void StatusServer::begin(net::Socket socket) {
  try {
    net::asio::co_spawn(loop_.context(), serve(std::move(socket)), net::asio::detached);
  } catch (const std::bad_alloc&) {
    return;
  }
}

net::Task<void> StatusServer::serve(net::Socket socket) {
  const Place place(*this);
  net::Connection connection(std::move(socket), loop_.deadlines());
  connection.give_time(limits_.time, net::Deadlines::now() + limits_.time);
  std::optional<Silence> silence(std::in_place, *this, connection);
  const auto asked = co_await read_question(connection, limits_.question);
  silence.reset();
  if (asked == Asked::Nothing || is_stopping_) co_return;
  auto& output = connection.output();
  output = asked == Asked::Other ? std::string(kUnknown)
                                 : co_await net::run_blocking(answering_, [this] { return answer_safely(); });
  connection.give_time(limits_.time);
  if (!is_stopping_ && co_await connection.flush()) co_await connection.stream().shut_down();
}

std::string StatusServer::answer_safely() const {
  try {
    return answer_();
  } catch (const std::exception&) {
    return std::string(kFailed);
  }
}

}  // namespace backstop::service
