#include "store/coverage.h"

#include <algorithm>

namespace backstop::store {

bool Coverage::is_gap(Time from, Time to) {
  // A clock that was set back leaves a time of which nobody knows what was recorded.
  return to - from > kGap || from - to > kGap;
}

CoverageMarks Coverage::opened(const CoverageMarks& found, Time now) {
  const std::lock_guard lock(mutex_);
  const bool is_ours = written_ == found;
  CoverageMarks marks = found;
  if (is_gap(found.heartbeat, now) || (found.is_open && !is_ours)) marks.since = now;
  marks.since = std::max(marks.since, anew_);
  marks.heartbeat = now;
  marks.is_open = true;
  return marks;
}

CoverageMarks Coverage::beat(Time now) const {
  const std::lock_guard lock(mutex_);
  CoverageMarks marks = written_.value_or(CoverageMarks{now, now, now, true});
  if (is_gap(marks.heartbeat, now)) marks.since = now;
  marks.since = std::max(marks.since, anew_);
  marks.heartbeat = now;
  return marks;
}

void Coverage::confirm(const CoverageMarks& written) {
  const std::lock_guard lock(mutex_);
  written_ = written;
}

void Coverage::start_anew(Time now) {
  const std::lock_guard lock(mutex_);
  anew_ = std::max(anew_, now);
}

std::optional<CoverageMarks> Coverage::written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

std::optional<Coverage::Time> Coverage::since() const {
  const std::lock_guard lock(mutex_);
  if (!written_) return std::nullopt;
  return std::max(written_->since, anew_);
}

}  // namespace backstop::store
