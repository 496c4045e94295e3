// How much of messages all sessions hold in memory together. One client network may use an eighth of that, so
// that nobody can use it up for the others. Headers that are not whole yet have an account of their own,
// which responses can't fill: ordinary mail holds nothing else. Thread-safe; a Share belongs to one session.
#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

#include "intake/message_limits.h"

namespace backstop::intake {

class HeldMemory {
 public:
  using Address = boost::asio::ip::address;
  enum class Account : std::uint8_t { Headers, Responses };

  /// This much of a header that is not whole counts nothing. A session that receives data costs as much in
  /// any case, and hardly any mail has a longer header.
  static constexpr std::size_t kFreeHeader = 16UZ * 1024;

  /// Counts what one message holds. Its destructor gives it back.
  class Share {
   public:
    Share(HeldMemory& memory, const Address& client) : memory_(memory), client_(client) {}
    ~Share() { release(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    /// Makes `size` what this message holds, all of it in `account`. Returns false, and changes nothing, if
    /// its network or all together would then hold more than they may.
    bool hold(Account account, std::uint64_t size, const MessageLimits& limits);
    void release() {
      if (size_ != 0) give_back();
    }

   private:
    friend class HeldMemory;
    void give_back();

    HeldMemory& memory_;
    Address client_;
    Account account_ = Account::Headers;
    std::uint64_t size_ = 0;  ///< counted for the client's network while it is more than 0
  };

  /// Returns what all may hold in an account. Headers always have room for eight of the largest, so that a
  /// network's share of it is one of them at least.
  static std::uint64_t most(Account account, const MessageLimits& limits);

  std::uint64_t total(Account account) const;
  std::uint64_t total() const { return total(Account::Headers) + total(Account::Responses); }
  /// Returns the number of networks that hold something.
  std::size_t networks() const;

 private:
  using Sizes = std::array<std::uint64_t, 2>;  ///< by Account

  mutable std::mutex mutex_;
  Sizes total_{};
  /// By net::network_key(). Ordered: clients choose their addresses, and could choose them so that hashes
  /// collide.
  std::map<Address, Sizes> held_by_;
};

}  // namespace backstop::intake
