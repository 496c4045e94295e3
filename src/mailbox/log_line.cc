#include "mailbox/log_line.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/text.h"
#include "mail/address_syntax.h"

namespace backstop::mailbox {

namespace {

using std::chrono::sys_seconds;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr int kYearsBack = 8;  // a 29 February is at most that far from the next

// Takes exactly `digits` digits.
std::optional<int> take_number(std::string_view& rest, std::size_t digits) {
  if (rest.size() < digits) return std::nullopt;
  int number = 0;
  for (const char c : rest.substr(0, digits)) {
    if (!base::is_digit(c)) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  rest.remove_prefix(digits);
  return number;
}

std::string_view take_digits(std::string_view& rest) {
  const auto end = std::ranges::find_if_not(rest, base::is_digit);
  const auto digits = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(digits.size());
  return digits;
}

void skip_fraction(std::string_view& rest) {
  if (rest.size() > 1 && (rest[0] == '.' || rest[0] == ',') && base::is_digit(rest[1])) {
    rest.remove_prefix(1);
    take_digits(rest);
  }
}

// hh:mm:ss with a fraction or without. A leap second is the one after it.
std::optional<std::chrono::seconds> take_time_of_day(std::string_view& rest) {
  const auto hour = take_number(rest, 2);
  if (!hour || !take_prefix(rest, ":")) return std::nullopt;
  const auto minute = take_number(rest, 2);
  if (!minute || !take_prefix(rest, ":")) return std::nullopt;
  const auto second = take_number(rest, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  skip_fraction(rest);
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

// "+01:00" or "+0100".
std::optional<std::chrono::seconds> take_offset(std::string_view& rest) {
  if (!rest.starts_with('+') && !rest.starts_with('-')) return std::nullopt;
  const bool is_west = rest.front() == '-';
  std::string_view ahead = rest.substr(1);
  const auto hours = take_number(ahead, 2);
  if (!hours) return std::nullopt;
  take_prefix(ahead, ":");
  const auto minutes = take_number(ahead, 2);
  if (!minutes) return std::nullopt;
  rest = ahead;
  const std::chrono::seconds offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return is_west ? -offset : offset;
}

// "CET " as journalctl writes it. Only names of capitals, since a host's name may follow where there is none.
std::string_view take_zone_name(std::string_view& rest) {
  const std::size_t end = rest.find(' ');
  if (end == std::string_view::npos || end < 3 || end > 5) return {};
  const auto name = rest.substr(0, end);
  if (!std::ranges::all_of(name, [](char c) { return c >= 'A' && c <= 'Z'; })) return {};
  rest.remove_prefix(end);
  return name;
}

std::optional<std::chrono::local_days> take_date(std::string_view& rest) {
  const auto year = take_number(rest, 4);
  if (!year || !take_prefix(rest, "-")) return std::nullopt;
  const auto month = take_number(rest, 2);
  if (!month || !take_prefix(rest, "-")) return std::nullopt;
  const auto day = take_number(rest, 2);
  if (!day) return std::nullopt;
  const auto date = std::chrono::year(*year) / *month / *day;
  if (!date.ok() || *year < 1970) return std::nullopt;
  return std::chrono::local_days(date);
}

// The time of day and the zone, after the date. `has_zone_name`: a zone's name comes after a space.
std::optional<sys_seconds> take_rest_of_iso(std::string_view& rest, std::chrono::local_days day,
                                            bool has_zone_name, LogClock& clock) {
  const auto time = take_time_of_day(rest);
  if (!time) return std::nullopt;
  const std::chrono::local_seconds local = day + *time;
  if (take_prefix(rest, "Z")) return sys_seconds(local.time_since_epoch());
  std::string_view ahead = rest;
  take_prefix(ahead, " ");
  if (const auto offset = take_offset(ahead)) {
    rest = ahead;
    return sys_seconds((local - *offset).time_since_epoch());
  }
  if (has_zone_name) {
    const auto name = take_zone_name(ahead);
    if (!name.empty()) rest = ahead;
    if (name == "UTC" || name == "GMT") return sys_seconds(local.time_since_epoch());
  }
  return clock.from_local(local);
}

std::optional<sys_seconds> take_iso(std::string_view& rest, bool has_zone_name, LogClock& clock) {
  const auto day = take_date(rest);
  if (!day || !(take_prefix(rest, "T") || take_prefix(rest, " "))) return std::nullopt;
  return take_rest_of_iso(rest, *day, has_zone_name, clock);
}

// "Nov 29 10:00:00" or "Nov  9 10:00:00".
std::optional<sys_seconds> take_rfc3164(std::string_view& rest, LogClock& clock) {
  const auto month = std::ranges::find(kMonths, rest.substr(0, 3));
  if (month == kMonths.end()) return std::nullopt;
  rest.remove_prefix(3);
  if (!take_prefix(rest, " ")) return std::nullopt;
  const auto day = take_number(rest, take_prefix(rest, " ") ? 1 : 2);
  if (!day || !take_prefix(rest, " ")) return std::nullopt;
  const auto time = take_time_of_day(rest);
  if (!time) return std::nullopt;
  const auto number = static_cast<unsigned>(month - kMonths.begin()) + 1;
  return clock.without_year(std::chrono::month(number) / *day, *time);
}

std::optional<sys_seconds> take_unix(std::string_view& rest) {
  const auto digits = take_digits(rest);
  if (digits.size() < 9 || digits.size() > 10) return std::nullopt;
  std::int64_t seconds = 0;
  for (const char c : digits) seconds = seconds * 10 + (c - '0');
  skip_fraction(rest);
  return sys_seconds(std::chrono::seconds(seconds));
}

std::optional<sys_seconds> take_any_form(std::string_view& rest, LogClock& clock) {
  if (rest.size() < 12) return std::nullopt;  // shorter than any of them with what follows
  if (base::is_digit(rest[0])) return rest[4] == '-' ? take_iso(rest, false, clock) : take_unix(rest);
  if (rest[3] == ' ' && base::is_digit(rest[4]) && rest[8] == '-') {
    rest.remove_prefix(4);
    return take_iso(rest, true, clock);
  }
  return take_rfc3164(rest, clock);
}

// "<22>", and "1 " of RFC 5424. Returns true if that version follows.
bool skip_priority(std::string_view& line) {
  if (!line.starts_with('<')) return false;
  std::string_view ahead = line.substr(1);
  const auto digits = take_digits(ahead);
  if (digits.empty() || digits.size() > 3 || !take_prefix(ahead, ">")) return false;
  const bool is_rfc5424 = take_prefix(ahead, "1 ");
  line = ahead;
  return is_rfc5424;
}

std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

// "-", or "[id name="value"]" once or more; `\]` stands within values (RFC 5424 6.3).
bool skip_structured_data(std::string_view& rest) {
  if (take_prefix(rest, "-")) return true;
  if (!rest.starts_with('[')) return false;
  bool is_quoted = false;
  std::size_t at = 0;
  for (; at < rest.size(); ++at) {
    if (rest[at] == '\\' && is_quoted) {
      ++at;
    } else if (rest[at] == '"') {
      is_quoted = !is_quoted;
    } else if (rest[at] == ']' && !is_quoted && (at + 1 == rest.size() || rest[at + 1] != '[')) {
      rest.remove_prefix(at + 1);
      return true;
    }
  }
  return false;
}

// After the host: APP-NAME PROCID MSGID STRUCTURED-DATA MSG (RFC 5424 6).
bool read_rfc5424(std::string_view rest, LogLine& line) {
  line.program = take_word(rest);
  take_word(rest);
  take_word(rest);
  if (!skip_structured_data(rest)) return false;
  take_prefix(rest, " ");
  take_prefix(rest, "\xEF\xBB\xBF");
  line.message = rest;
  return !line.program.empty();
}

// After the host: "postfix/smtpd[123]: message"; the process id may be missing.
bool read_tag(std::string_view rest, LogLine& line) {
  const std::size_t end = rest.find_first_of("[: ");
  if (end == std::string_view::npos || end == 0) return false;
  line.program = rest.substr(0, end);
  rest.remove_prefix(end);
  if (take_prefix(rest, "[")) {
    take_digits(rest);
    if (!take_prefix(rest, "]")) return false;
  }
  if (!take_prefix(rest, ":")) return false;
  take_prefix(rest, " ");
  line.message = rest;
  return true;
}

}  // namespace

sys_seconds LogClock::from_local(std::chrono::local_seconds time) {
  const auto hour = std::chrono::floor<std::chrono::hours>(time);
  if (hour_ != hour) {
    const auto day = std::chrono::floor<std::chrono::days>(hour);
    const std::chrono::year_month_day date(day);
    std::tm parts{};
    parts.tm_year = static_cast<int>(date.year()) - 1900;
    parts.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
    parts.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
    parts.tm_hour = static_cast<int>((hour - day).count());
    parts.tm_isdst = -1;
    hour_ = hour;
    offset_ = hour.time_since_epoch() - std::chrono::seconds(std::mktime(&parts));
  }
  return sys_seconds(time.time_since_epoch() - offset_);
}

std::optional<sys_seconds> LogClock::without_year(std::chrono::month_day day, std::chrono::seconds time) {
  const auto last_day = std::chrono::floor<std::chrono::days>(latest_ + std::chrono::days(2));
  const auto last_year = std::chrono::year_month_day(last_day).year();
  for (int back = 0; back <= kYearsBack; ++back) {
    const auto date = (last_year - std::chrono::years(back)) / day.month() / day.day();
    if (!date.ok()) continue;
    const sys_seconds moment = from_local(std::chrono::local_days(date) + time);
    if (moment <= latest_ + std::chrono::days(1)) return moment;
  }
  return std::nullopt;
}

std::optional<sys_seconds> take_log_time(std::string_view& rest, LogClock& clock) {
  std::string_view ahead = rest;
  const auto time = take_any_form(ahead, clock);
  if (!time || !take_prefix(ahead, " ")) return std::nullopt;
  rest = ahead;
  return time;
}

std::optional<LogLine> parse_log_line(std::string_view line, LogClock& clock) {
  const bool is_rfc5424 = skip_priority(line);
  const auto time = take_log_time(line, clock);
  if (!time) return std::nullopt;
  LogLine read{.time = *time, .host = take_word(line), .program = {}, .message = {}};
  if (is_rfc5424 ? read_rfc5424(line, read) : read_tag(line, read)) return read;
  return std::nullopt;
}

std::optional<sys_seconds> time_of_line(std::string_view line, LogClock& clock) {
  skip_priority(line);
  return take_log_time(line, clock);
}

std::optional<std::string_view> take_bracketed(std::string_view& rest) {
  if (!rest.starts_with('<')) return std::nullopt;
  const std::size_t quoted = mail::quoted_length(rest.substr(1));
  const std::size_t end = rest.find('>', 1 + quoted);
  if (end == std::string_view::npos) return std::nullopt;
  const auto address = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  return address;
}

}  // namespace backstop::mailbox
