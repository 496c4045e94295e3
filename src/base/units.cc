#include "base/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <span>

#include "base/text.h"

namespace backstop::base {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr auto kTimeUnits = std::to_array<Unit>({{"w", 7ULL * 24 * 3600 * 1000},
                                                 {"d", 24ULL * 3600 * 1000},
                                                 {"h", 3600ULL * 1000},
                                                 {"m", 60ULL * 1000},
                                                 {"s", 1000},
                                                 {"ms", 1}});

constexpr auto kSizeUnits = std::to_array<Unit>({{"B", 1},
                                                 {"kB", 1000},
                                                 {"KiB", 1024},
                                                 {"MB", 1000ULL * 1000},
                                                 {"MiB", 1024ULL * 1024},
                                                 {"GB", 1000ULL * 1000 * 1000},
                                                 {"GiB", 1024ULL * 1024 * 1024},
                                                 {"TB", 1000ULL * 1000 * 1000 * 1000},
                                                 {"TiB", 1024ULL * 1024 * 1024 * 1024}});

// Far more than any setting takes, and far from an overflow.
constexpr std::uint64_t kMostValue = std::numeric_limits<std::int64_t>::max() / 16;

struct Amount {
  std::uint64_t number;
  std::string_view unit;
};

/// The number and the letters at the start of `rest`, which is moved past them.
std::optional<Amount> take_amount(std::string_view& rest) {
  Amount amount{};
  const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), amount.number);
  if (read.ec != std::errc()) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(read.ptr - rest.data()));
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  const auto letters = std::ranges::find_if_not(rest, base::is_alpha) - rest.begin();
  amount.unit = rest.substr(0, static_cast<std::size_t>(letters));
  rest.remove_prefix(static_cast<std::size_t>(letters));
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  return amount;
}

/// Number times factor, or nothing where that is out of all reason.
std::optional<std::uint64_t> product(std::uint64_t number, std::uint64_t factor) {
  if (number > kMostValue / factor) return std::nullopt;
  return number * factor;
}

std::unexpected<base::Error> no_duration(std::string_view text) {
  return std::unexpected(base::Error{fmt::format(
      "\"{}\" is no duration; write it as \"7d\", \"5m\", \"300s\" or \"1h30m\"", base::printable(text))});
}

std::unexpected<base::Error> no_size(std::string_view text) {
  return std::unexpected(base::Error{fmt::format(
      "\"{}\" is no size; write it as \"4MiB\", \"50MB\", \"64KiB\" or \"1000B\"", base::printable(text))});
}

}  // namespace

base::Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::string_view rest = text;
  std::uint64_t total = 0;
  std::size_t next_unit = 0;
  do {
    const auto amount = take_amount(rest);
    if (!amount) return no_duration(text);
    const auto* const unit =
        std::ranges::find(kTimeUnits.begin() + next_unit, kTimeUnits.end(), amount->unit, &Unit::name);
    if (unit == kTimeUnits.end()) return no_duration(text);
    next_unit = static_cast<std::size_t>(unit - kTimeUnits.begin()) + 1;
    const auto part = product(amount->number, unit->factor);
    if (!part) return no_duration(text);
    total += *part;
  } while (!rest.empty());
  return std::chrono::milliseconds(total);
}

std::string format_duration(std::chrono::milliseconds time) {
  auto rest = static_cast<std::uint64_t>(time.count());
  if (rest == 0) return "0s";
  std::string text;
  // No weeks: 90 days are better known than 12 weeks and 6 days.
  for (const Unit& unit : std::span(kTimeUnits).subspan(1)) {
    if (rest >= unit.factor) text += fmt::format("{}{}", rest / unit.factor, unit.name);
    rest %= unit.factor;
  }
  return text;
}

base::Result<std::uint64_t> parse_size(std::string_view text) {
  std::string_view rest = text;
  const auto amount = take_amount(rest);
  if (!amount || !rest.empty()) return no_size(text);
  const auto* const unit = std::ranges::find_if(
      kSizeUnits, [&](const Unit& one) { return base::iequals(one.name, amount->unit); });
  if (unit == kSizeUnits.end()) return no_size(text);
  const auto size = product(amount->number, unit->factor);
  if (!size) return no_size(text);
  return *size;
}

std::string format_size(std::uint64_t size) {
  if (size == 0) return "0";
  for (const std::string_view name : {"TiB", "GiB", "MiB", "KiB"}) {
    const auto* const unit = std::ranges::find(kSizeUnits, name, &Unit::name);
    if (size >= unit->factor && size % unit->factor == 0)
      return fmt::format("{}{}", size / unit->factor, name);
  }
  return fmt::format("{}B", size);
}

}  // namespace backstop::base
