#include "base/timestamp.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace backstop::base {

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
