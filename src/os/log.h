// The log: a line for each thing that happens, in a file or on standard error. docs/log.md has the lines.
//
// Nobody waits for it: lines go into a bounded buffer, from which one thread writes them. Where the disk is
// full or nobody reads the pipe, lines are lost, and how many is said once writing works again.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/error.h"

namespace backstop::os {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };
enum class LogFormat : std::uint8_t { Human, Json };

struct LogSettings {
  LogLevel level = LogLevel::Info;
  LogFormat format = LogFormat::Human;
  std::string file;  ///< empty: standard error

  bool operator==(const LogSettings&) const = default;
};

/// "debug", "info", "warning", "error".
std::string_view name(LogLevel level);

/// Thread-safe. Destroying it writes what waits, for two seconds at most.
class Log {
 public:
  using Time = std::chrono::sys_time<std::chrono::milliseconds>;
  /// What waits for the writer at most, in octets.
  static constexpr std::size_t kMostWaiting = 1024UZ * 1024;

  /// An error where the file can't be opened.
  static base::Result<std::unique_ptr<Log>> open(const LogSettings& settings);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Of the settings of the moment.
  bool takes(LogLevel level) const;
  LogFormat format() const;

  /// A line that says when, how grave, and what: the message, made safe to show. No content of mail is ever
  /// given to it.
  void tell(LogLevel level, std::string_view message);
  /// A line for people, of text that is safe to show and has no line end; and an object on a line by itself.
  void add(LogLevel level, Time time, std::string_view text);
  void add_json(std::string_view object);

  /// Opens the file anew, where another may have its name by now, and takes the settings. On an error all
  /// stays as it was.
  base::Result<void> reopen(const LogSettings& settings);

  /// Until all that was told is written, or for so long.
  void flush(std::chrono::milliseconds limit);

 private:
  class Writer;

  explicit Log(std::shared_ptr<Writer> writer);

  /// The thread's, too: one that waits for a full pipe is left behind with it.
  std::shared_ptr<Writer> writer_;
  std::thread thread_;
};

}  // namespace backstop::os
