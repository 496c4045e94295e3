// A worker's look-ups in DNS: for the checks of arriving mail, through a cache that all workers share, and of
// DKIM keys of ours. DNS is opened with the first question, since many installations never ask one. Belongs
// to one worker; not thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "auth/resolver.h"
#include "gateway/settings.h"
#include "intake/dns_silence.h"
#include "intake/key_look_ups.h"
#include "net/dns.h"
#include "net/task.h"
#include "next_hop/client_use.h"

namespace backstop::gateway {

class WorkerDns {
 public:
  /// All must outlive it, and the cache its loop.
  WorkerDns(net::asio::io_context& loop, intake::KeyMemory& keys, auth::AnswerCache& answers);

  /// From now on the `resolvers` of these settings are asked.
  void use(const Settings& settings);
  /// Returns null if the settings want no look-up of keys.
  intake::KeyLookUps* key_look_ups(const Settings& settings);
  /// Returns what asks about one client's mail. A client may have kMostOfClient questions open, as `count`
  /// counts them; more are Failed at once. Null: any number.
  auth::Ask ask_for(next_hop::ClientCount count) const;
  static constexpr std::size_t kMost = 1024;  ///< questions that are open
  static constexpr std::size_t kMostOfClient = kMost / 8;
  const intake::DnsSilence& silence() const { return silence_; }
  /// Ends all look-ups, and each later one at once.
  void stop();

 private:
  net::Task<net::DnsAnswer> ask_server(net::Question question);

  net::asio::io_context& loop_;
  intake::KeyLookUps key_look_ups_;
  const auth::Ask ask_;
  intake::DnsSilence silence_;
  std::vector<net::Endpoint> resolvers_;
  std::shared_ptr<net::Dns> dns_;  ///< shared with the questions that wait; null: not open yet
  bool is_stopped_ = false;
};

}  // namespace backstop::gateway
