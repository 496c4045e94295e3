// A worker's look-ups of DKIM keys. DNS is opened with the first one, since most installations never need it.
// Belongs to one worker; not thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/settings.h"
#include "intake/key_look_ups.h"
#include "net/dns.h"
#include "net/task.h"

namespace backstop::gateway {

class KeyDns {
 public:
  /// Both must outlive it.
  KeyDns(net::asio::io_context& loop, intake::KeyMemory& memory);

  /// Returns null if the settings want no look-up. What is asked from now on is asked at their `resolvers`.
  intake::KeyLookUps* look_ups(const Settings& settings);
  /// Ends all look-ups, and each later one at once.
  void stop();

 private:
  net::Task<net::DnsAnswer> ask(std::string name);

  net::asio::io_context& loop_;
  intake::KeyLookUps look_ups_;
  std::vector<net::Endpoint> resolvers_;
  std::shared_ptr<net::Dns> dns_;  ///< shared with the questions that wait; null: not open yet
  bool is_stopped_ = false;
};

}  // namespace backstop::gateway
