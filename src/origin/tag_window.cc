#include "origin/tag_window.h"

namespace backstop::origin {

namespace {

constexpr int kCycle = 1000;

int modulo(int value) {
  return ((value % kCycle) + kCycle) % kCycle;
}

int day_number(std::chrono::sys_days day) {
  return static_cast<int>(day.time_since_epoch().count());
}

}  // namespace

int digits_of(std::chrono::sys_days day) {
  return modulo(day_number(day));
}

TagWindow window(int day_digits, TagFamily family, std::chrono::sys_days today, std::chrono::days lifetime) {
  const int span = static_cast<int>(lifetime.count());
  const int expiry = family == TagFamily::Exim ? day_digits : day_digits + span;
  const int days_left = modulo(expiry - day_number(today));
  if (days_left <= span) return {today + std::chrono::days(days_left), true};
  if (days_left <= span + kMemory.count()) return {today + std::chrono::days(days_left), false};
  return {today - std::chrono::days(kCycle - days_left), false};
}

}  // namespace backstop::origin
