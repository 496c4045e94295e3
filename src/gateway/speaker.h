// What a session says to its client, and whether it goes on: replies wait in the connection's output until
// they are flushed, and each is counted. Belongs to one session; not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/patience.h"
#include "net/connection.h"
#include "smtp/reply.h"

namespace backstop::gateway {

/// How a session ends; each is further gone than the one before.
enum class SessionEnd : std::uint8_t {
  Open,
  Closing,   ///< the last reply is said
  CutShort,  ///< and the client may still be sending: it is let finish before the connection is closed
  Broken,    ///< nothing can be said
};

class Speaker {
 public:
  /// Nothing can be said until greet(). `connection` must outlive this.
  explicit Speaker(net::Connection& connection) : connection_(connection) {}

  /// From now on replies can be said.
  void open() { end_ = SessionEnd::Open; }
  void say(const smtp::Reply& reply);
  /// The same without a copy of the text.
  void say(int code, std::string_view status, std::string_view text);
  /// Says the answer to a recipient. `is_excused`: a refusal is no error of the client.
  void say_to_recipient(const smtp::Reply& reply, bool is_excused);

  /// Says the last reply.
  void close_with(const smtp::Reply& last) { end_with(last, SessionEnd::Closing); }
  /// The same if the client may still be sending.
  void cut_short(const smtp::Reply& last) { end_with(last, SessionEnd::CutShort); }
  /// The session ends in this way, or in one that is further gone.
  void end(SessionEnd end);

  SessionEnd how() const { return end_; }
  bool is_open() const { return end_ == SessionEnd::Open; }
  Patience& patience() { return patience_; }

 private:
  void end_with(const smtp::Reply& last, SessionEnd end);

  net::Connection& connection_;
  Patience patience_;
  SessionEnd end_ = SessionEnd::Broken;
};

}  // namespace backstop::gateway
