// Answers `backstop status`: listens at a socket of the file system, on a thread of its own, so that no mail
// waits for it. A client sends one line and gets one line of JSON, and then the end.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <thread>

#include "net/connection.h"
#include "net/local_socket.h"
#include "net/loop.h"

namespace backstop::service {

/// The one question there is, without its line end.
inline constexpr std::string_view kStatusQuestion = "status";

class StatusServer {
 public:
  struct Limits {
    std::size_t question = 64;  ///< bytes, with the line end
    /// At the same time. One more waits until one of them is gone. The client that has been silent for
    /// longest is cut for it, once that was `grace`.
    std::size_t clients = 16;
    std::chrono::milliseconds grace{500};
    std::chrono::seconds time{5};  ///< for a client to ask, and for each wait while the answer is sent
  };

  /// Returns the line that answers, with its line end. One call at a time; it may wait for the disk.
  using Answer = std::function<std::string()>;

  /// What `answer` uses must outlive this.
  StatusServer(net::LocalSocket socket, Answer answer)
      : StatusServer(std::move(socket), std::move(answer), Limits{}) {}
  StatusServer(net::LocalSocket socket, Answer answer, const Limits& limits);
  /// Cuts all clients. Waits for an answer that is being made.
  ~StatusServer();
  StatusServer(const StatusServer&) = delete;
  StatusServer& operator=(const StatusServer&) = delete;

  const std::string& path() const { return socket_.path(); }

 private:
  using Acceptor = net::asio::basic_socket_acceptor<net::asio::generic::stream_protocol, net::Executor>;

  class Place;
  class Silence;
  /// A client that has not asked yet.
  struct Silent {
    net::Connection* connection;
    net::Deadlines::Clock::time_point since;
  };

  void run();
  void stop();
  net::Task<void> accept();
  net::Task<void> wait_for_place();
  void begin(net::Socket socket);
  net::Task<void> serve(net::Socket socket);
  std::string answer_safely() const;

  net::LocalSocket socket_;
  const Answer answer_;
  const Limits limits_;
  net::asio::thread_pool answering_{1};
  net::Loop loop_{1};
  Acceptor acceptor_;
  net::Timer pause_;  ///< of accept()
  std::size_t clients_ = 0;
  std::list<Silent> silent_;  ///< the longest silent first
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace backstop::service
