// What the history knows of one domain of ours on one day, as sums. They are kept apart from the events,
// longer than these, and of all mail, whether or not its events are kept. Readiness is computed from them
// (policy/readiness.h, which has the same counts).
#pragma once

#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

namespace backstop::store {

struct DayCounts {
  std::uint64_t left = 0;            ///< mails that left with the domain in the envelope sender or in From
  std::uint64_t watermark = 0;       ///< of these, those that carried a watermark
  std::uint64_t dkim = 0;            ///< a DKIM signature of our domain
  std::uint64_t message = 0;         ///< either of these
  std::uint64_t tag = 0;             ///< a tag in the envelope sender
  std::uint64_t genuine = 0;         ///< bounces with a proof that came in
  std::uint64_t contradictions = 0;  ///< events with Event::contradiction
  std::uint64_t unproven = 0;        ///< responses without a proof that came in

  DayCounts& operator+=(const DayCounts& more);
  bool operator==(const DayCounts&) const = default;
};

/// How tables spell the counts.
struct DayCount {
  std::string_view name;
  std::uint64_t DayCounts::* member;
};
inline constexpr DayCount kDayCounts[] = {
    {"left", &DayCounts::left},
    {"watermark", &DayCounts::watermark},
    {"dkim", &DayCounts::dkim},
    {"message", &DayCounts::message},
    {"tag", &DayCounts::tag},
    {"genuine", &DayCounts::genuine},
    {"contradictions", &DayCounts::contradictions},
    {"unproven", &DayCounts::unproven},
};
static_assert(sizeof(DayCounts) == std::size(kDayCounts) * sizeof(std::uint64_t));

inline DayCounts& DayCounts::operator+=(const DayCounts& more) {
  for (const auto& count : kDayCounts) this->*count.member += more.*count.member;
  return *this;
}

struct DaySums {
  std::string domain;           ///< A-label in lower case
  std::chrono::sys_days day{};  ///< UTC
  DayCounts counts = {};

  bool operator==(const DaySums&) const = default;
};

/// How long the history keeps sums, whatever its size: policy looks no further back.
inline constexpr std::chrono::days kSumsKept{400};

}  // namespace backstop::store
