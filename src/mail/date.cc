#include "mail/date.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"

namespace backstop::mail {
namespace {

using std::chrono::day;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::year;

constexpr std::size_t kDateMost = 256;

constexpr auto kMonths =
    std::to_array<std::string_view>({"January", "February", "March", "April", "May", "June", "July", "August",
                                     "September", "October", "November", "December"});
constexpr auto kDays = std::to_array<std::string_view>(
    {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"});

struct NamedZone {
  std::string_view name;
  hours offset;
};

// RFC 5322 4.3. Any other name counts as "-0000", military letters too, since RFC 822 had their signs
// backwards.
constexpr auto kZones = std::to_array<NamedZone>({
    {"EST", hours(-5)},
    {"EDT", hours(-4)},
    {"CST", hours(-6)},
    {"CDT", hours(-5)},
    {"MST", hours(-7)},
    {"MDT", hours(-6)},
    {"PST", hours(-8)},
    {"PDT", hours(-7)},
});

// Returns the index of the name that begins with `word`, which has three letters or more; -1 if there is
// none.
int index_of(std::span<const std::string_view> names, std::string_view word) {
  if (word.size() < 3) return -1;
  const auto found =
      std::ranges::find_if(names, [&](std::string_view name) { return base::istarts_with(name, word); });
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

struct Number {
  int value = 0;
  std::size_t digits = 0;
};

// Cuts a date into words, numbers and single characters, and passes over comments and white space (RFC
// 5322 3.2.2) before each.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool take(char c) {
    skip_white_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool is_at(char c) {
    skip_white_space();
    return !rest_.empty() && rest_.front() == c;
  }

  bool is_at_digit() {
    skip_white_space();
    return !rest_.empty() && base::is_digit(rest_.front());
  }

  // Takes a run of letters; may be empty. Bytes above 127 count, for day names of other languages.
  std::string_view word() {
    skip_white_space();
    return take_while([](char c) { return base::is_alpha(c) || static_cast<unsigned char>(c) > 127; });
  }

  // Takes a run of `least` to `most` digits; `most` is at most 4.
  std::optional<Number> number(std::size_t least, std::size_t most) {
    skip_white_space();
    const std::string_view digits = take_while(base::is_digit);
    if (digits.size() < least || digits.size() > most) return std::nullopt;
    Number number{.digits = digits.size()};
    for (const char c : digits) number.value = number.value * 10 + (c - '0');
    return number;
  }

  void skip_digits() { take_while(base::is_digit); }

 private:
  template <typename Predicate>
  std::string_view take_while(Predicate is_wanted) {
    const auto end = std::ranges::find_if_not(rest_, is_wanted);
    const std::string_view taken(rest_.begin(), end);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  void skip_white_space() {
    while (!rest_.empty() && (base::is_space(rest_.front()) || rest_.front() == '(')) {
      if (rest_.front() == '(') {
        skip_comment();
      } else {
        rest_.remove_prefix(1);
      }
    }
  }

  // A comment that isn't closed takes all that is left.
  void skip_comment() {
    std::size_t depth = 0;
    for (std::size_t at = 0; at < rest_.size(); ++at) {
      const char c = rest_[at];
      if (c == '\\') ++at;
      if (c == '(') ++depth;
      if (c == ')' && --depth == 0) return rest_.remove_prefix(at + 1);
    }
    rest_ = {};
  }

  std::string_view rest_;
};

// Each reading step returns false if the text is no date.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : cursor_(text) {}

  std::optional<std::chrono::sys_seconds> read() {
    skip_day_name();
    if (!(cursor_.is_at_digit() ? read_number_first() : read_month_first())) return std::nullopt;
    const std::chrono::year_month_day date(year_, month_, day_);
    if (!date.ok() || year_ < year(1900)) return std::nullopt;
    return std::chrono::sys_days(date) + time_ - offset_;
  }

 private:
  void skip_day_name() {
    const Cursor before = cursor_;
    const std::string_view word = cursor_.word();
    const bool is_day = index_of(kDays, word) >= 0;
    if (is_day) cursor_.take('.');
    if (!cursor_.take(',') && !is_day) cursor_ = before;
  }

  // "23 Nov 2026 17:46:17 +0100", or ISO 8601.
  bool read_number_first() {
    const auto first = cursor_.number(1, 4);
    if (!first) return false;
    if (first->digits == 4) return read_iso8601(*first);
    if (first->digits > 2) return false;
    day_ = day(static_cast<unsigned>(first->value));
    cursor_.take('.');
    cursor_.take('-');
    if (!read_month()) return false;
    cursor_.take('-');
    if (!read_year()) return false;
    cursor_.take(',');
    return read_time() && read_zone();
  }

  bool read_iso8601(Number first) {
    const char separator = cursor_.is_at('/') ? '/' : '-';
    if (!cursor_.take(separator)) return false;
    const auto month_number = cursor_.number(1, 2);
    if (!month_number || !cursor_.take(separator)) return false;
    const auto day_number = cursor_.number(1, 2);
    if (!day_number) return false;
    year_ = year(first.value);
    month_ = month(static_cast<unsigned>(month_number->value));
    day_ = day(static_cast<unsigned>(day_number->value));
    const std::string_view separating = cursor_.word();
    return (separating.empty() || base::iequals(separating, "T")) && read_time() && read_zone();
  }

  // asctime, with a zone on either side of the year, and "Nov 23, 2026 17:46".
  bool read_month_first() {
    if (!read_month()) return false;
    const auto day_number = cursor_.number(1, 2);
    if (!day_number) return false;
    day_ = day(static_cast<unsigned>(day_number->value));
    if (cursor_.take(',')) return read_year() && read_time() && read_zone();
    const Cursor before = cursor_;
    if (read_time()) return read_zone() && read_year() && (!is_at_zone() || read_zone());
    cursor_ = before;
    return read_year() && read_time() && read_zone();
  }

  bool read_month() {
    const int index = index_of(kMonths, cursor_.word());
    if (index < 0) return false;
    cursor_.take('.');
    month_ = month(static_cast<unsigned>(index) + 1);
    return true;
  }

  // RFC 5322 4.3, obs-year.
  bool read_year() {
    const auto number = cursor_.number(2, 4);
    if (!number) return false;
    const bool is_of_this_century = number->digits == 2 && number->value < 50;
    year_ = year(number->value + (number->digits == 4 ? 0 : is_of_this_century ? 2000 : 1900));
    return true;
  }

  bool read_time() {
    const auto hour = cursor_.number(1, 2);
    if (!hour || hour->value > 23 || !cursor_.take(':')) return false;
    const auto minute = cursor_.number(2, 2);
    if (!minute || minute->value > 59) return false;
    Number second;
    if (cursor_.take(':')) {
      const auto number = cursor_.number(2, 2);
      if (!number || number->value > 60) return false;
      second = *number;
      if (cursor_.take('.')) cursor_.skip_digits();
    }
    time_ = hours(hour->value) + minutes(minute->value) + seconds(second.value);
    return read_half_of_day(hour->value);
  }

  bool read_half_of_day(int hour) {
    const Cursor before = cursor_;
    const std::string_view word = cursor_.word();
    const bool is_afternoon = base::iequals(word, "PM");
    if (!is_afternoon && !base::iequals(word, "AM")) {
      cursor_ = before;
      return true;
    }
    if (hour < 1 || hour > 12) return false;
    if (hour == 12) time_ -= hours(12);
    if (is_afternoon) time_ += hours(12);
    return true;
  }

  bool is_at_zone() {
    Cursor ahead = cursor_;
    return ahead.is_at('+') || ahead.is_at('-') || !ahead.word().empty();
  }

  bool read_zone() {
    const std::string_view name = cursor_.word();
    if (cursor_.is_at('+') || cursor_.is_at('-')) return read_offset();
    const auto zone =
        std::ranges::find_if(kZones, [&](const NamedZone& known) { return base::iequals(known.name, name); });
    offset_ = zone == kZones.end() ? hours(0) : zone->offset;
    return true;
  }

  // "+0900", and ISO 8601's "+09:00" and "+09".
  bool read_offset() {
    const bool is_west = cursor_.take('-');
    if (!is_west) cursor_.take('+');
    const auto number = cursor_.number(2, 4);
    if (!number || number->digits == 3) return false;
    int hour = number->digits == 4 ? number->value / 100 : number->value;
    int minute = number->digits == 4 ? number->value % 100 : 0;
    if (number->digits == 2 && cursor_.take(':')) {
      const auto after_colon = cursor_.number(2, 2);
      if (!after_colon) return false;
      minute = after_colon->value;
    }
    if (minute > 59) return false;
    offset_ = hours(hour) + minutes(minute);
    if (is_west) offset_ = -offset_;
    return true;
  }

  Cursor cursor_;
  year year_{0};
  month month_{0};
  day day_{0};
  seconds time_{0};
  minutes offset_{0};
};

}  // namespace

std::optional<std::chrono::sys_seconds> parse_date(std::string_view text) {
  return DateReader(text.substr(0, kDateMost)).read();
}

// Many mails come in one second, so its text is made once.
const std::string& date_text(std::chrono::system_clock::time_point time) {
  thread_local std::chrono::sys_seconds last = std::chrono::sys_seconds::min();
  thread_local std::string text;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  if (seconds != last) {
    text = fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000", fmt::gmtime(time));
    last = seconds;
  }
  return text;
}

}  // namespace backstop::mail
