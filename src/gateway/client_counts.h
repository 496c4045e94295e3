// How many sessions there are, in all and of each client, how many sessions of next hops and questions to DNS
// each client uses, and how many bad tags it has brought lately. Clients are told apart by net::client_key(),
// so an IPv6 /64 counts as one. Thread-safe; asked once a connection and once a bad tag. Sessions of next
// hops, one for each mail, are counted without a look-up.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <expected>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/limits.h"
#include "next_hop/client_use.h"

namespace backstop::gateway {

class ClientCounts {
 public:
  using Address = boost::asio::ip::address;
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::hours kBadTagWindow{1};
  static constexpr std::size_t kMostRemembered = 10'000;

  /// `most_remembered`: how many clients with bad tags are remembered, at least 1. The one whose hour ends
  /// first is forgotten first.
  explicit ClientCounts(std::size_t most_remembered = kMostRemembered);
  ClientCounts(const ClientCounts&) = delete;
  ClientCounts& operator=(const ClientCounts&) = delete;

 private:
  struct Client;

 public:
  /// Counts one session for as long as this lives. The counts must outlive it.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept;
    Ticket& operator=(Ticket&& other) noexcept;
    ~Ticket();

    /// Returns what counts the sessions with next hops that the client uses; null for a ticket of no client.
    /// It may outlive the ticket.
    next_hop::ClientCount next_hop_count() const;
    /// Returns what counts the questions to DNS about the client's mail in the same way.
    next_hop::ClientCount question_count() const;

   private:
    friend class ClientCounts;
    Ticket(ClientCounts& counts, const std::optional<Address>& address, std::shared_ptr<Client> client)
        : counts_(&counts), address_(address), client_(std::move(client)) {}

    ClientCounts* counts_ = nullptr;
    std::optional<Address> address_;  ///< none for a front end
    std::shared_ptr<Client> client_;  ///< with an address
  };

  /// Counts one more session of a client. Exceeded::Sessions or Exceeded::SessionsPerClient if the limit is
  /// reached.
  std::expected<Ticket, Exceeded> open(const Address& address, const Limits& limits);
  /// Counts one more session of a trusted host that may name its client later: among all sessions, and for
  /// no client. Exceeded::Sessions if the limit is reached.
  std::expected<Ticket, Exceeded> open_for_front_end(const Limits& limits);
  /// Counts the session for this client from now on, or for a front end if there is no address.
  /// Exceeded::SessionsPerClient if the client's limit is reached: then it counts for whom it did before.
  std::expected<void, Exceeded> pass_on(Ticket& ticket, const std::optional<Address>& address,
                                        const Limits& limits);

  /// Notes a bad tag of a client, folded as addresses are; the same tag counts once. They are counted for an
  /// hour from the client's first one. Once there are `limits.bad_tags`, the client is a guesser for an hour
  /// from then on; after that it starts anew.
  void add_bad_tag(const Address& address, std::string_view tag, Time now, const Limits& limits);
  bool is_guesser(const Address& address, Time now, const Limits& limits) const;

  std::size_t sessions() const;
  /// Returns the number of clients with bad tags. Those whose hour is over count until they are looked at.
  std::size_t remembered() const;

 private:
  struct Client {
    std::size_t sessions = 0;                       ///< under sessions_mutex_
    std::atomic<std::size_t> next_hop_sessions{0};  ///< that it uses now
    std::atomic<std::size_t> questions{0};          ///< to DNS, that are open now
  };
  struct BadTags {
    Address client;
    Time end;
    std::vector<std::size_t> seen;  ///< hashes; no more than the limit
  };

  void close(const std::optional<Address>& address);
  /// Counts one more session of this client; null if its limit is reached. The lock must be held.
  std::shared_ptr<Client> add(const Address& address, const Limits& limits);
  void take_off(const Address& address);
  void forget(Time now);

  // Maps that are ordered: clients choose their addresses, and could choose them so that hashes collide.
  mutable std::mutex sessions_mutex_;
  std::size_t sessions_ = 0;
  std::map<Address, std::shared_ptr<Client>> clients_;

  mutable std::mutex bad_tags_mutex_;
  const std::size_t most_remembered_;
  std::list<BadTags> bad_tags_;  ///< in the order of `end`
  std::map<Address, std::list<BadTags>::iterator> bad_tags_of_;
};

}  // namespace backstop::gateway
