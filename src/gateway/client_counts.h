// How many sessions there are, in all and of each client, and how many sessions of next hops and questions to
// DNS each client uses. Clients are told apart by net::client_key(), so an IPv6 /64 counts as one.
// Thread-safe; asked once a connection. Sessions of next hops, one for each mail, are counted without a
// look-up.
#pragma once

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "gateway/limits.h"
#include "next_hop/client_use.h"

namespace backstop::gateway {

class ClientCounts {
 public:
  using Address = boost::asio::ip::address;

  ClientCounts() = default;
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

  std::size_t sessions() const;

 private:
  struct Client {
    std::size_t sessions = 0;                       ///< under sessions_mutex_
    std::atomic<std::size_t> next_hop_sessions{0};  ///< that it uses now
    std::atomic<std::size_t> questions{0};          ///< to DNS, that are open now
  };

  void close(const std::optional<Address>& address);
  /// Counts one more session of this client; null if its limit is reached. The lock must be held.
  std::shared_ptr<Client> add(const Address& address, const Limits& limits);
  void take_off(const Address& address);

  // Ordered: clients choose their addresses, and could choose them so that hashes collide.
  mutable std::mutex sessions_mutex_;
  std::size_t sessions_ = 0;
  std::map<Address, std::shared_ptr<Client>> clients_;
};

}  // namespace backstop::gateway
