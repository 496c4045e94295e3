// Reads command lines from a client (RFC 5321 2.3.8, 4.5.3.1.4). CRLF ends a line, which holds no other CR,
// LF or NUL. Belongs to one session; not thread-safe.
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
    TooLong,  ///< the line has more than `most` octets, its CRLF included
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

  /// Reads the next line. Before it waits for the client, it writes what is in the output. The client has
  /// `time` for the whole line, however slowly its bytes come, and at most until `last`.
  net::Task<Next> next(std::size_t most, std::chrono::seconds time, Time last = Time::max());

  /// Takes the next line, without its CRLF, if it has come whole and next() would return it as a Line that
  /// begins with `verb` in any case, and that is no HTTP request. Otherwise returns nullopt and takes
  /// nothing.
  std::optional<std::string_view> take_buffered(std::string_view verb, std::size_t most);
  /// True while next() waits for the client.
  bool is_waiting() const { return is_waiting_; }

  /// A session that waits for a command keeps an input buffer of this many octets, or up to twice as many.
  static constexpr std::size_t kIdleRoom = 512;

 private:
  std::optional<std::string_view> buffered() const;

  net::Connection& connection_;
  std::function<bool()> is_to_end_;
  bool is_waiting_ = false;
};

}  // namespace backstop::gateway
