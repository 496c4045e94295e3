// What came and left, minute by minute, since the start: for the pages that show what happens now and for
// /metrics. In memory. Thread-safe; an event costs a lock that nobody holds for long.
#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <string_view>
#include <vector>

#include "store/event.h"

namespace backstop::http {

/// Mails of one span of time.
struct Sums {
  // Responses that came in, by their origin.
  std::uint64_t genuine = 0;
  std::uint64_t forged = 0;
  std::uint64_t unproven = 0;
  // What was done with those.
  std::uint64_t refused = 0;
  std::uint64_t labelled = 0;
  std::uint64_t quarantined = 0;
  // Responses of our own servers that were held, and those that left although nobody had asked for them.
  std::uint64_t held = 0;
  std::uint64_t emitted = 0;
  std::uint64_t ordinary = 0;  ///< other mail that came in
  std::uint64_t left = 0;      ///< other mail that left

  /// Counts an event of a transaction; any other changes nothing.
  void add(const store::Event& event);
  Sums& operator+=(const Sums& more);
  bool operator==(const Sums&) const = default;
};

struct SumName {
  std::string_view name;
  std::uint64_t Sums::* member;
};
/// How JSON spells them.
inline constexpr SumName kSums[] = {
    {"genuine", &Sums::genuine}, {"forged", &Sums::forged},     {"unproven", &Sums::unproven},
    {"refused", &Sums::refused}, {"labelled", &Sums::labelled}, {"quarantined", &Sums::quarantined},
    {"held", &Sums::held},       {"emitted", &Sums::emitted},   {"ordinary", &Sums::ordinary},
    {"left", &Sums::left},
};
static_assert(sizeof(Sums) == std::size(kSums) * sizeof(std::uint64_t));

/// {"time":...,"genuine":...}
boost::json::object to_json(const Sums& sums, std::chrono::sys_seconds begin);

class LiveCounts {
 public:
  static constexpr std::size_t kMinutes = 60;

  void add(const store::Event& event);
  /// Returns the last kMinutes minutes, the oldest first; the last one is not over.
  std::vector<Sums> minutes(std::chrono::sys_seconds now);
  /// Returns the sums of the day (UTC), as far as this process has seen it.
  Sums today(std::chrono::sys_seconds now);

 private:
  void advance(std::chrono::sys_time<std::chrono::minutes> minute);

  std::mutex mutex_;
  std::array<Sums, kMinutes> minutes_ = {};  ///< by the number of the minute
  std::chrono::sys_time<std::chrono::minutes> latest_{};
  std::chrono::sys_days day_{};
  Sums today_;
};

}  // namespace backstop::http
