// The whole gateway: workers, their listening sockets, and what they share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "gateway/shared.h"
#include "net/endpoint.h"

namespace backstop::gateway {

class Worker;

class Server {
 public:
  /// Binds every address of every gateway; nothing is accepted yet, and no thread runs. `workers`: at
  /// least 1.
  static base::Result<std::unique_ptr<Server>> bind(std::shared_ptr<const Settings> settings,
                                                    unsigned workers, EventSink& events);
  ~Server();

  struct Listening {
    std::string gateway;
    net::Endpoint endpoint;  ///< with the port that the system chose
  };
  const std::vector<Listening>& listening() const { return listening_; }

  void start();
  /// New transactions see the new settings; listening addresses stay as they were bound. Thread-safe.
  void reload(std::shared_ptr<const Settings> settings);
  /// No new sessions, transactions that run may end; returns when all have, or after `limit`, when the rest
  /// is cut. A client that sends no command in its transaction is not waited for so long. Nothing that was
  /// answered 250 is lost by that.
  void stop(std::chrono::seconds limit);
  /// Whatever still runs is cut now, and stop() returns. Any thread.
  void cut();

 private:
  Server(std::shared_ptr<const Settings> settings, EventSink& events);

  Shared shared_;
  std::vector<Listening> listening_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace backstop::gateway
