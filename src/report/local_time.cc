#include "report/local_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <optional>

#include "base/day.h"
#include "base/text.h"
#include "base/units.h"

namespace backstop::report {

namespace {

using std::chrono::milliseconds;

/// Takes exactly `digits` digits off the start of `text`; their number may be at most `most`.
std::optional<int> take_number(std::string_view& text, std::size_t digits, int most) {
  const std::string_view part = text.substr(0, digits);
  if (part.size() != digits || !std::ranges::all_of(part, base::is_digit)) return std::nullopt;
  int value = 0;
  std::from_chars(part.data(), part.data() + part.size(), value);
  if (value > most) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// Takes HH:MM[:SS[.mmm]] off the start of `text`, as the time since midnight.
std::optional<milliseconds> take_clock(std::string_view& text) {
  const auto hours = take_number(text, 2, 23);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2, 59);
  if (!minutes) return std::nullopt;
  milliseconds clock = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  if (!take(text, ':')) return clock;
  const auto seconds = take_number(text, 2, 59);
  if (!seconds) return std::nullopt;
  clock += std::chrono::seconds(*seconds);
  if (!take(text, '.')) return clock;
  const auto part = take_number(text, 3, 999);
  if (!part) return std::nullopt;
  return clock + milliseconds(*part);
}

/// Returns the moment at which clocks here show that day and time.
Moment from_local(std::chrono::sys_days day, milliseconds clock) {
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(clock);
  std::tm parts{};
  parts.tm_year = static_cast<int>(date.year()) - 1900;
  parts.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  parts.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  parts.tm_hour = static_cast<int>(time.hours().count());
  parts.tm_min = static_cast<int>(time.minutes().count());
  parts.tm_sec = static_cast<int>(time.seconds().count());
  parts.tm_isdst = -1;
  const std::time_t whole = std::mktime(&parts);
  return std::chrono::floor<milliseconds>(std::chrono::system_clock::from_time_t(whole)) + time.subseconds();
}

std::optional<Moment> parse_date_and_time(std::string_view text) {
  constexpr std::size_t kDay = 10;
  const auto day = base::parse_day(text.substr(0, kDay));
  if (!day) return std::nullopt;
  text.remove_prefix(kDay);
  milliseconds clock{0};
  if (take(text, ' ') || take(text, 'T')) {
    const auto taken = take_clock(text);
    if (!taken) return std::nullopt;
    clock = *taken;
  }
  const bool is_utc = take(text, 'Z');
  if (!text.empty()) return std::nullopt;
  return is_utc ? Moment(*day) + clock : from_local(*day, clock);
}

}  // namespace

base::Result<Moment> parse_moment(std::string_view text, Moment now) {
  if (const auto moment = parse_date_and_time(text)) return *moment;
  if (const auto ago = base::parse_duration(text)) return now - *ago;
  return std::unexpected(base::Error{fmt::format(
      "\"{}\" is no time; write it as 2h, 7d, 2026-11-23, \"2026-11-23 10:00\" or 2026-11-23T10:00:00Z",
      base::printable(text, 80))});
}

LocalTime local_time(Moment moment) {
  const std::time_t whole =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(moment));
  std::tm parts{};
  if (::localtime_r(&whole, &parts) == nullptr) return {};
  const auto text = [&](const char* form) {
    std::array<char, 64> room{};
    return std::string(room.data(), std::strftime(room.data(), room.size(), form, &parts));
  };
  return {text("%Y-%m-%d"), text("%H:%M:%S"), text("%Z")};
}

std::string local_text(Moment moment) {
  const LocalTime time = local_time(moment);
  return fmt::format("{} {} {}", time.day, time.time, time.zone);
}

}  // namespace backstop::report
