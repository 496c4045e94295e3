// How many sessions there are, in all and of each client, and how many bad tags each client has brought
// lately. A client is what net::client_key() makes of its address: an IPv6 /64 counts as one. Thread-safe;
// asked once a connection and once a bad tag.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <expected>
#include <list>
#include <map>
#include <mutex>

#include "gateway/limits.h"
#include "gateway/replies.h"

namespace backstop::gateway {

class ClientCounts {
 public:
  using Address = boost::asio::ip::address;
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::hours kBadTagWindow{1};
  static constexpr std::size_t kMostRemembered = 10'000;

  /// `most_remembered`: of how many clients bad tags are remembered; whose first one is the oldest is
  /// forgotten first. At least one.
  explicit ClientCounts(std::size_t most_remembered = kMostRemembered);
  ClientCounts(const ClientCounts&) = delete;
  ClientCounts& operator=(const ClientCounts&) = delete;

  /// A session that is counted for as long as this lives. The counts have to outlive it.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept;
    Ticket& operator=(Ticket&& other) noexcept;
    ~Ticket();

   private:
    friend class ClientCounts;
    Ticket(ClientCounts& counts, const Address& client) : counts_(&counts), client_(client) {}

    ClientCounts* counts_ = nullptr;
    Address client_;
  };

  /// Exceeded::Sessions or Exceeded::SessionsPerClient where there are as many as there may be.
  std::expected<Ticket, Exceeded> open(const Address& address, const Limits& limits);

  /// Counts one more; true when that is past the limit. The hour begins with a client's first bad tag, and
  /// when it is over the client starts anew.
  bool add_bad_tag(const Address& address, Time now, const Limits& limits);
  bool has_too_many_bad_tags(const Address& address, Time now, const Limits& limits) const;

  std::size_t sessions() const;
  /// Clients with bad tags, also those whose hour is over and who were not looked at since.
  std::size_t remembered() const;

 private:
  struct BadTags {
    Address client;
    Time first;
    std::size_t count = 0;
  };

  void close(const Address& client);
  void forget(Time now);

  // Maps that are ordered: clients choose their addresses, and could choose them so that hashes collide.
  mutable std::mutex sessions_mutex_;
  std::size_t sessions_ = 0;
  std::map<Address, std::size_t> sessions_of_;

  mutable std::mutex bad_tags_mutex_;
  const std::size_t most_remembered_;
  std::list<BadTags> bad_tags_;  ///< in the order of `first`
  std::map<Address, std::list<BadTags>::iterator> bad_tags_of_;
};

}  // namespace backstop::gateway
