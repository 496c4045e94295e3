// Listening sockets that the process was started with (socket activation, sd_listen_fds(3)): who started it
// keeps them, so that clients wait and are not refused while it is started anew. listen() and listen_local()
// take the one that is bound to the wanted address, in place of a new one.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/endpoint.h"

namespace backstop::net {

/// Thread-safe.
class PassedSockets {
 public:
  PassedSockets() = default;
  ~PassedSockets();
  PassedSockets(const PassedSockets&) = delete;
  PassedSockets& operator=(const PassedSockets&) = delete;

  /// Returns those of this process. There is one such list, as there is one environment.
  static PassedSockets& of_process();

  /// Takes the descriptors over.
  void adopt(const std::vector<int>& descriptors);
  /// Hands over the socket that listens on this address, or in the file system at this path, if there is one.
  /// The caller closes it.
  std::optional<int> take(const Endpoint& endpoint);
  std::optional<int> take(const std::string& path);
  /// Closes those that nobody took, and returns their addresses; for one that is no listening stream socket,
  /// "descriptor 3, which is no listening stream socket". Nobody would accept what comes to them.
  std::vector<std::string> close_rest();

 private:
  struct Passed {
    int descriptor = -1;
    std::optional<Endpoint> endpoint;  ///< of TCP
    std::string path;                  ///< of a socket of the file system
  };

  static Passed look_at(int descriptor);
  template <typename Match>
  std::optional<int> take_if(Match match);

  std::mutex mutex_;
  std::vector<Passed> sockets_;
};

}  // namespace backstop::net
