// How many bad tags each client has brought lately: who brings many guesses. Clients are told apart by
// net::client_key(), so an IPv6 /64 counts as one. Thread-safe; asked once a bad tag.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <string_view>
#include <vector>

namespace backstop::intake {

class BadTags {
 public:
  using Address = boost::asio::ip::address;
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::hours kWindow{1};
  static constexpr std::size_t kMostRemembered = 10'000;

  /// `most_remembered`: how many clients are remembered, at least 1. The one whose hour ends first is
  /// forgotten first.
  explicit BadTags(std::size_t most_remembered = kMostRemembered);
  BadTags(const BadTags&) = delete;
  BadTags& operator=(const BadTags&) = delete;

  /// Notes a bad tag of a client, folded as addresses are; the same tag counts once. They are counted for an
  /// hour from the client's first one. Once there are `limit`, the client is a guesser for an hour from then
  /// on; after that it starts anew.
  void add(const Address& address, std::string_view tag, Time now, std::size_t limit);
  bool is_guesser(const Address& address, Time now, std::size_t limit) const;
  /// Returns the number of clients that are remembered. Those whose hour is over count until they are looked
  /// at.
  std::size_t remembered() const;

 private:
  struct Seen {
    Address client;
    Time end;
    std::vector<std::size_t> seen;  ///< hashes; no more than the limit
  };

  void forget(Time now);

  mutable std::mutex mutex_;
  const std::size_t most_remembered_;
  std::list<Seen> clients_;  ///< in the order of `end`
  /// Ordered: clients choose their addresses, and could choose them so that hashes collide.
  std::map<Address, std::list<Seen>::iterator> of_;
};

}  // namespace backstop::intake
