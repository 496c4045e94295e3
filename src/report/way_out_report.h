// Sums up what became of the responses of our own servers on their way out, as a postmaster wants to read it
// before a stage of [way_out] is changed. Memory does not grow with the number of events. Pure.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/top_list.h"
#include "store/event.h"

namespace backstop::report {

/// The cause of a response of which it is not known whether it is owed. It leaves within the rates.
inline constexpr std::string_view kUnclear = "unclear";
/// That of one that could not be held, and may not leave.
inline constexpr std::string_view kNotHeld = "not-held";
/// That of one whose mail is still being checked.
inline constexpr std::string_view kNotCheckedYet = "not-checked-yet";

class WayOutReport {
 public:
  /// More causes than these are counted together, under "".
  static constexpr std::size_t kMostCauses = 32;
  /// More addresses than these are counted inexactly, as TopList does, and have no examples.
  static constexpr std::size_t kMostAddresses = 20'000;
  static constexpr std::size_t kMostExamples = 3;                    ///< of one address
  using Counts = std::map<std::string, std::uint64_t, std::less<>>;  ///< by cause

  /// Counts the event of a response that was to leave, or what somebody did with one that was held; any other
  /// changes nothing.
  void add(const store::Event& event);
  /// How many the held store has now.
  void set_waiting(std::uint64_t waiting) { waiting_ = waiting; }
  /// Why that is not known.
  void set_waiting_unknown(std::string why) { why_unknown_ = std::move(why); }

  /// True if there is nothing to say.
  bool is_empty() const;
  std::uint64_t of_held() const { return held_; }
  const Counts& held() const { return held_causes_; }
  /// Of those that left: what the next stage would have held.
  const Counts& would_be_held() const { return would_be_held_; }
  /// Of those with the cause kUnclear.
  std::uint64_t left_within_rates() const { return left_within_rates_; }
  /// Those that should have been held and could not be: how many left, and how often one was put off.
  std::uint64_t left_not_held() const { return left_not_held_; }
  std::uint64_t put_off() const { return put_off_; }
  /// How often one was put off because the mail that it answers was still being checked.
  std::uint64_t not_checked_yet() const { return not_checked_yet_; }
  std::uint64_t released() const { return released_; }
  std::uint64_t deleted() const { return deleted_; }
  std::optional<std::uint64_t> waiting() const { return waiting_; }
  /// The addressees of would_be_held().
  const TopList& would_be_addresses() const { return would_be_addresses_; }
  /// Those to whom the held ones were to go.
  const TopList& addresses() const { return addresses_; }

  /// Returns a part of the page, or an empty text if there is nothing to say.
  std::string text() const;
  boost::json::object to_json() const;

 private:
  void add_held(const store::Event& event);
  void add_would_be_held(const store::Event& event);
  std::string would_be_sum() const;
  std::string would_be_text() const;
  boost::json::array would_be_json() const;

  std::uint64_t held_ = 0;
  std::uint64_t left_within_rates_ = 0;
  std::uint64_t left_not_held_ = 0;
  std::uint64_t put_off_ = 0;
  std::uint64_t not_checked_yet_ = 0;
  std::uint64_t released_ = 0;
  std::uint64_t deleted_ = 0;
  Counts held_causes_;
  Counts would_be_held_;
  std::uint64_t observed_ = 0;  ///< of those, what left at the stage observe
  std::optional<std::uint64_t> waiting_;
  std::string why_unknown_;
  TopList addresses_{kMostAddresses};
  TopList would_be_addresses_{kMostAddresses};
  /// Ids of the first events of each address, of the first kMostAddresses addresses.
  std::map<std::string, std::vector<std::string>, std::less<>> examples_;
};

}  // namespace backstop::report
