// What stands before the message in a line of a log: the time, and for syslog the host and the program; and
// the interface of what reads the lines of one form. Not thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace backstop::mailbox {

/// Turns the times of one file into moments. Times without a zone are local ones of this machine (TZ).
class LogClock {
 public:
  /// Lines without a year are not later than `latest` by more than a day.
  explicit LogClock(std::chrono::sys_seconds latest) : latest_(latest) {}

  std::chrono::sys_seconds latest() const { return latest_; }
  std::chrono::sys_seconds from_local(std::chrono::local_seconds time);
  /// Returns the last moment that fits; nullopt for a day that doesn't exist.
  std::optional<std::chrono::sys_seconds> without_year(std::chrono::month_day day, std::chrono::seconds time);

 private:
  std::chrono::sys_seconds latest_;
  // The difference to UTC is asked for once an hour of the log, since asking costs more than reading a line.
  std::optional<std::chrono::local_time<std::chrono::hours>> hour_;
  std::chrono::seconds offset_{0};
};

/// Reads the time at the start of `rest` and moves `rest` past it and the space after it. Forms: "Nov 29
/// 10:00:00" (RFC 3164), "2026-11-29T10:00:00.123456+01:00" (RFC 3339; journalctl's short-iso has no colon in
/// the zone), "2026-11-29 10:00:00.123 +0100" (Exim), "Sun 2026-11-29 10:00:00 CET" (journalctl's
/// short-full), and seconds since 1970 (short-unix). Fractions are dropped. Names of zones but UTC and GMT
/// mean local time.
std::optional<std::chrono::sys_seconds> take_log_time(std::string_view& rest, LogClock& clock);

struct LogLine {
  std::chrono::sys_seconds time;
  std::string_view host;
  std::string_view program;  ///< "postfix/smtpd", without its process id
  std::string_view message;
};

/// Reads a line of syslog or journald: RFC 3164 or RFC 5424, with or without the priority. Returns nullopt
/// for any other line.
std::optional<LogLine> parse_log_line(std::string_view line, LogClock& clock);

/// Reads the time with which a line of any of these forms begins, also after a priority.
std::optional<std::chrono::sys_seconds> time_of_line(std::string_view line, LogClock& clock);

/// Reads the lines of one form of log.
class LogReader {
 public:
  virtual ~LogReader() = default;
  /// Reads a line. Returns false if it is no line of such a log.
  virtual bool line(std::string_view text, LogClock& clock) = 0;
  /// Called after the last line of the last file.
  virtual void end() = 0;
};

/// Takes "<address>" off the start of `rest` and returns the address, which may be empty. A quoted local part
/// may hold ">". Returns nullopt, and takes nothing, if there is none.
std::optional<std::string_view> take_bracketed(std::string_view& rest);

/// Takes `prefix` off the start of `rest`. Returns false, and takes nothing, if it isn't there.
inline bool take_prefix(std::string_view& rest, std::string_view prefix) {
  if (!rest.starts_with(prefix)) return false;
  rest.remove_prefix(prefix.size());
  return true;
}

}  // namespace backstop::mailbox
