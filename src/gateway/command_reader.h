// Reads command lines from a client (RFC 5321 2.3.8, 4.5.3.1.4): CRLF ends one, and it holds no other CR, LF
// or NUL. Belongs to one session; not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "net/connection.h"
#include "net/task.h"

namespace backstop::gateway {

class CommandReader {
 public:
  using Time = std::chrono::steady_clock::time_point;

  enum class Outcome : std::uint8_t {
    Line,     ///< `text` is the line without its CRLF
    Ending,   ///< the session must end before it waits again
    TooLong,  ///< more than `most` octets came without an end
    NotText,  ///< `text` is the line as it came
    Failed,   ///< `failure` says why nothing more comes
  };
  struct Next {
    Outcome outcome;
    std::string_view text{};  ///< good until the next read
    net::Failure failure{};
  };

  /// `is_to_end` is asked before each wait. `connection` must outlive this.
  CommandReader(net::Connection& connection, std::function<bool()> is_to_end)
      : connection_(connection), is_to_end_(std::move(is_to_end)) {}

  /// Reads the next line; what waits to be written is written first. The client has `time` for the whole line
  /// however slowly its bytes come, and no longer than until `last`.
  net::Task<Next> next(std::size_t most, std::chrono::seconds time, Time last = Time::max());

  /// Returns the next line with its line end if it is whole already.
  std::optional<std::string_view> buffered() const;
  /// True for a line with its line end that is text.
  static bool is_text(std::string_view line);
  /// next() waits for the client.
  bool is_waiting() const { return is_waiting_; }

  /// What a session that waits for a command keeps for its input.
  static constexpr std::size_t kIdleRoom = 512;

 private:
  net::Connection& connection_;
  std::function<bool()> is_to_end_;
  bool is_waiting_ = false;
};

}  // namespace backstop::gateway
