// The log: a line for each thing that happens, in a file or on standard error. docs/log.md has the lines.
//
// Nobody waits for it: lines go into a bounded buffer, from which one thread writes them. If the disk is full
// or nobody reads the pipe, lines are lost; once writing works again, a line says how many.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/error.h"
#include "base/log_level.h"

namespace backstop::os {

using base::LogLevel;
enum class LogFormat : std::uint8_t { Human, Json };

struct LogSettings {
  LogLevel level = LogLevel::Info;
  LogFormat format = LogFormat::Human;
  std::string file;  ///< empty: standard error

  bool operator==(const LogSettings&) const = default;
};

/// Thread-safe. Its destructor writes the lines that wait, for two seconds at most.
class Log {
 public:
  using Time = std::chrono::sys_time<std::chrono::milliseconds>;
  /// The most bytes that wait for the writer; further lines are lost.
  static constexpr std::size_t kMostWaiting = 1024UZ * 1024;

  /// Returns an error if the file can't be opened.
  static base::Result<std::unique_ptr<Log>> open(const LogSettings& settings);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Both follow the current settings.
  bool takes(LogLevel level) const;
  LogFormat format() const;

  /// Adds a line with the time, the level and the message, made safe to show. It is never given content of
  /// mail.
  void tell(LogLevel level, std::string_view message);
  /// Adds a line for people; its text is safe to show and has no line end. Or a JSON object on a line by
  /// itself.
  void add(LogLevel level, Time time, std::string_view text);
  void add_json(std::string_view object);

  /// Opens the file again, since another may have its name by now, and takes the settings. On an error
  /// everything stays as it was.
  base::Result<void> reopen(const LogSettings& settings);

  /// Waits until everything that was told is written, at most for `limit`.
  void flush(std::chrono::milliseconds limit);

 private:
  class Writer;

  explicit Log(std::shared_ptr<Writer> writer);

  /// Shared with the thread: one that hangs in a write to a full pipe is left behind with it.
  std::shared_ptr<Writer> writer_;
  std::thread thread_;
};

}  // namespace backstop::os
