// Writes a session's replies, and knows whether the session goes on. Replies wait in the connection's output
// until they are flushed; each is counted. Belongs to one session; not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/patience.h"
#include "net/connection.h"
#include "smtp/reply.h"

namespace backstop::gateway {

/// How a session ends. Later ones are further gone, and replace earlier ones.
enum class SessionEnd : std::uint8_t {
  Open,
  Closing,   ///< the last reply is in the output
  CutShort,  ///< the same, but the client may still be sending: what it sends is read before we close
  Broken,    ///< no reply can be sent
};

class Speaker {
 public:
  /// Broken until open(). `connection` must outlive this.
  explicit Speaker(net::Connection& connection) : connection_(connection) {}

  /// From now on replies can be said.
  void open() { end_ = SessionEnd::Open; }
  void say(const smtp::Reply& reply);
  /// Says a reply without copying its text.
  void say(int code, std::string_view status, std::string_view text);
  /// Says the answer to a recipient. `is_excused`: a refusal is no error of the client.
  void say_to_recipient(const smtp::Reply& reply, bool is_excused);

  /// Says the last reply.
  void close_with(const smtp::Reply& last) { end_with(last, SessionEnd::Closing); }
  /// Says the last reply to a client that may still be sending.
  void cut_short(const smtp::Reply& last) { end_with(last, SessionEnd::CutShort); }
  /// The session ends in this way, or in one that is further gone.
  void end(SessionEnd end);

  SessionEnd how() const { return end_; }
  bool is_open() const { return end_ == SessionEnd::Open; }
  Patience& patience() { return patience_; }

 private:
  void count(int code);
  void end_with(const smtp::Reply& last, SessionEnd end);

  net::Connection& connection_;
  Patience patience_;
  SessionEnd end_ = SessionEnd::Broken;
};

}  // namespace backstop::gateway
