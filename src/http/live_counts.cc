#include "http/live_counts.h"

#include <algorithm>

#include "base/day.h"

namespace backstop::http {
namespace {

using store::Direction;
using store::Done;

constexpr std::string_view kNoResponse = "none";

bool is_kept_from_users(Done done) {
  return done == Done::Refused || done == Done::Quarantined;
}

}  // namespace

void Sums::add(const store::Event& event) {
  if (!event.done || !event.direction) return;
  const Done done = *event.done;
  const bool is_through = done == Done::Delivered || done == Done::Labelled;
  if (event.kind.empty()) return;
  if (event.kind == kNoResponse) {
    if (is_through) ++(*event.direction == Direction::Inbound ? ordinary : left);
    return;
  }
  if (*event.direction == Direction::Outbound) {
    held += done == Done::Quarantined ? 1 : 0;
    emitted += is_through && event.next_stage == store::Verdict::Quarantine ? 1 : 0;
    return;
  }
  if (!is_through && !is_kept_from_users(done)) return;
  genuine += event.origin == "genuine" ? 1 : 0;
  forged += event.origin == "forged" ? 1 : 0;
  unproven += event.origin == "unproven" ? 1 : 0;
  refused += done == Done::Refused ? 1 : 0;
  labelled += done == Done::Labelled ? 1 : 0;
  quarantined += done == Done::Quarantined ? 1 : 0;
}

Sums& Sums::operator+=(const Sums& more) {
  for (const auto& sum : kSums) this->*sum.member += more.*sum.member;
  return *this;
}

boost::json::object to_json(const Sums& sums, std::chrono::sys_seconds begin) {
  boost::json::object json{{"time", base::format_time(begin)}};
  for (const auto& sum : kSums) json[sum.name] = sums.*sum.member;
  return json;
}

void LiveCounts::advance(std::chrono::sys_time<std::chrono::minutes> minute) {
  if (minute <= latest_) return;
  const auto steps = std::min<std::int64_t>((minute - latest_).count(), kMinutes);
  for (std::int64_t i = 0; i < steps; ++i) {
    minutes_[static_cast<std::size_t>((minute.time_since_epoch().count() - i)) % kMinutes] = {};
  }
  latest_ = minute;
  const auto day = std::chrono::floor<std::chrono::days>(minute);
  if (day != day_) today_ = {};
  day_ = day;
}

void LiveCounts::add(const store::Event& event) {
  const std::scoped_lock lock(mutex_);
  advance(std::chrono::floor<std::chrono::minutes>(event.time));
  minutes_[static_cast<std::size_t>(latest_.time_since_epoch().count()) % kMinutes].add(event);
  today_.add(event);
}

std::vector<Sums> LiveCounts::minutes(std::chrono::sys_seconds now) {
  const std::scoped_lock lock(mutex_);
  advance(std::chrono::floor<std::chrono::minutes>(now));
  std::vector<Sums> result;
  const auto last = static_cast<std::size_t>(latest_.time_since_epoch().count());
  for (std::size_t i = 1; i <= kMinutes; ++i) result.push_back(minutes_[(last + i) % kMinutes]);
  return result;
}

Sums LiveCounts::today(std::chrono::sys_seconds now) {
  const std::scoped_lock lock(mutex_);
  advance(std::chrono::floor<std::chrono::minutes>(now));
  return today_;
}

}  // namespace backstop::http
