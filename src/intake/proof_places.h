// How often a proof may count: whoever has a bounce, a public archive or a newsletter has a header with a
// proof in it, and can send it again. Each response takes a place in the count of its proof, keeps it when it
// is delivered, and gives it back when it is not. docs/proofs.md has the numbers. If the store that counts is
// down a proof counts, for a missing count never refuses.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/task.h"
#include "origin/origin.h"
#include "store/ledger.h"
#include "store/use_counter.h"

namespace backstop::intake {

/// What a proof is counted with.
struct ProofCaps {
  static constexpr std::uint32_t kAddressee = 10;          ///< for each addressee that is recorded
  static constexpr std::uint32_t kUnrecorded = 20;         ///< for all others of a proof together
  static constexpr std::uint32_t kRecipientsAPlace = 200;  ///< or one for this many recorded recipients
  static constexpr std::uint32_t kUnrecordedHour = 5;      ///< of them from one network
  static constexpr std::uint32_t kTag = 50;
  static constexpr std::uint32_t kTagRecipient = 3;  ///< or this many for each recipient of the tag's day
  static constexpr std::uint32_t kTagHour = 10;
  static constexpr std::uint32_t kRepeats = 2;        ///< of a delivered response, that don't count
  static constexpr std::chrono::days kRepeatTime{5};  ///< from the first of them
};

/// The response, as its proofs are counted. Views, which must outlive the places.
struct CountedResponse {
  std::string_view digest;   ///< of its content; empty: each delivery counts
  std::string_view network;  ///< of the client
  std::chrono::sys_seconds now;
};

/// The places of one response. Not thread-safe. The destructor gives back what keep() did not keep.
class ProofPlaces {
 public:
  /// Both must outlive this; null: nothing is counted.
  ProofPlaces(store::UseCounter* counter, store::LedgerWriter* ledger) : counter_(counter), ledger_(ledger) {}
  ~ProofPlaces() { give_back(); }
  ProofPlaces(ProofPlaces&& other) noexcept;
  ProofPlaces& operator=(ProofPlaces&& other) noexcept;

  /// Takes the places of the strongest proofs for `owner`, a text of origin::owner_of(), and marks those
  /// that have none left as worn. Weaker ones are asked only if none of the stronger ones counts.
  /// `tag_recipients`: to how many the owner wrote on the day of the tag, 0 if that is not known.
  net::Task<void> weigh(std::span<origin::Evidence> evidence, std::string owner, CountedResponse response,
                        std::uint32_t tag_recipients);
  /// The response was delivered, or kept for its owner.
  void keep();

 private:
  net::Task<bool> has_place(const origin::Evidence& proof, const std::string& owner,
                            const CountedResponse& response, std::uint32_t tag_recipients);
  net::Task<bool> take(std::string owner, std::string what, std::uint32_t limit, std::chrono::seconds life);
  net::Task<bool> is_free(const std::string& owner, const std::string& digest);
  net::Task<bool> take_places(const origin::Evidence& proof, const std::string& owner,
                              const CountedResponse& response, std::uint32_t tag_recipients);
  void give_back(std::size_t from = 0);

  /// A response that was seen, by owner and digest.
  struct Seen {
    std::string owner;
    std::string digest;
  };

  store::UseCounter* counter_;
  store::LedgerWriter* ledger_;
  std::vector<store::UsePlace> places_;
  std::vector<Seen> seen_;
};

}  // namespace backstop::intake
