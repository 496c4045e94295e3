// The value of a Date field: a time that is read, written in ISO 8601, is read as the same time again.
#include <fmt/chrono.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mail/date.h"

namespace {

using namespace backstop;
using namespace std::chrono_literals;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto time = mail::parse_date(text);
  if (!time) return 0;
  // A zone may move the first day into the year before, and the last day into the year after.
  if (*time < std::chrono::sys_days(1900y / 1 / 1) || *time >= std::chrono::sys_days(10000y / 1 / 1))
    return 0;
  const auto written = fmt::format("{:%FT%TZ}", fmt::gmtime(time->time_since_epoch().count()));
  require(written.size() == 20);
  require(mail::parse_date(written) == time);
  return 0;
}
