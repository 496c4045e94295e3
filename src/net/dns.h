// Looks up DNS records, which the system's resolver (net/look_ups.h) can't, by c-ares on the worker's own
// loop: no thread, and one socket for all questions. c-ares keeps its port while it has questions, so ask a
// resolver on the same machine, which validates: on a network an answer could be forged.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "net/dns_answer.h"
#include "net/endpoint.h"
#include "net/task.h"

namespace backstop::net {

struct DnsSettings {
  std::vector<Endpoint> servers = {};     ///< none: those of /etc/resolv.conf
  std::chrono::milliseconds limit{3000};  ///< for one look-up, with all its tries
  std::size_t most = 256;                 ///< look-ups at a time
};

/// Belongs to one worker; not thread-safe. The loop must outlive it. Remembers nothing.
class Dns {
 public:
  static base::Result<Dns> open(asio::io_context& loop, DnsSettings settings = {});
  ~Dns();
  Dns(Dns&&) noexcept;
  Dns& operator=(Dns&&) = delete;

  /// Asks for the records of one type; tries again over TCP if the answer is cut. Names that DNS can't have,
  /// and those with a space, a backslash or a byte that isn't printable ASCII, are NoName at once. Failed at
  /// the limit, past `most`, and after stop().
  Task<DnsAnswer> ask(Question question);
  /// Ends every look-up as Failed, and each later one at once.
  void stop();

 private:
  class Channel;
  explicit Dns(std::shared_ptr<Channel> channel);

  std::shared_ptr<Channel> channel_;
};

}  // namespace backstop::net
