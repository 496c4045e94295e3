// Events since the start, by what they have in common, for /metrics. In memory. Thread-safe; an event costs a
// lock that nobody holds for long.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "store/event.h"

namespace backstop::http {

/// What one counter counts. Its texts are words of closed lists, so there are not many.
struct EventLabels {
  std::string direction = {};
  std::string kind = {};
  std::string origin = {};
  std::string cause = {};
  std::string done = {};

  auto operator<=>(const EventLabels&) const = default;
};

/// How long transactions took, from MAIL to the reply.
struct TimeCounts {
  /// The upper bounds of the buckets, in milliseconds; the last bucket has none.
  static constexpr std::array<int, 11> kBounds = {1, 2, 5, 10, 25, 50, 100, 250, 1000, 5000, 30'000};

  std::array<std::uint64_t, kBounds.size() + 1> counts = {};
  std::chrono::milliseconds sum{0};

  void add(std::chrono::milliseconds took);
};

class EventCounts {
 public:
  /// More combinations than this are counted under the cause "other".
  static constexpr std::size_t kMost = 2000;

  struct All {
    std::map<EventLabels, std::uint64_t> events;
    std::map<std::string, std::uint64_t> proofs;  ///< responses that came in, by each proof that they had
    std::uint64_t contradictions = 0;
    std::uint64_t surges = 0;
    std::uint64_t emitted = 0;
    TimeCounts took;
  };

  /// Counts an event of a transaction, or the begin of a surge; any other changes nothing.
  void add(const store::Event& event);
  All all() const;

 private:
  mutable std::mutex mutex_;
  All all_;
};

}  // namespace backstop::http
