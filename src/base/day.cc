#include "base/day.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace backstop::base {

namespace {

int number(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = text.substr(0, 4);
  const auto month = text.substr(5, 2);
  const auto day = text.substr(8, 2);
  for (const auto part : {year, month, day}) {
    if (!std::ranges::all_of(part, is_digit)) return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(number(year)),
                                         std::chrono::month(static_cast<unsigned>(number(month))),
                                         std::chrono::day(static_cast<unsigned>(number(day)))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::string format_day(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

void append_time(std::chrono::sys_time<std::chrono::milliseconds> time, std::string& out) {
  // A second has many lines, and its text is made once.
  thread_local std::chrono::sys_seconds last{};
  thread_local std::string text;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  if (text.empty() || seconds != last) {
    text = fmt::format("{:%FT%T}", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
    last = seconds;
  }
  const auto thousandths = static_cast<int>((time - seconds).count());
  const auto digit = [](int value) { return static_cast<char>('0' + value % 10); };
  out += text;
  for (const char c : {'.', digit(thousandths / 100), digit(thousandths / 10), digit(thousandths), 'Z'})
    out += c;
}

std::string format_time(std::chrono::sys_time<std::chrono::milliseconds> time) {
  std::string text;
  append_time(time, text);
  return text;
}

}  // namespace backstop::base
