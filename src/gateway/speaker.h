// Writes a session's replies, and knows whether the session goes on. Replies wait in the connection's output
// until they are flushed. Its Patience counts each. A reply with 421 ends the session. Belongs to one
// session; not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/patience.h"
#include "net/connection.h"
#include "smtp/reply.h"

namespace backstop::gateway {

/// How a session ends. A later value replaces an earlier one, and never the other way round.
enum class SessionEnd : std::uint8_t {
  Open,
  Closing,   ///< the last reply is in the output
  CutShort,  ///< the same, but the client may still be sending: what it sends is read before we close
  Broken,    ///< no reply can be sent
};

class Speaker {
 public:
  /// how() is Broken until open(). `connection` must outlive this.
  explicit Speaker(net::Connection& connection) : connection_(connection) {}

  /// From now on replies can be said.
  void open() { end_ = SessionEnd::Open; }
  void say(const smtp::Reply& reply);
  /// Says a reply without copying its text.
  void say(int code, std::string_view status, std::string_view text);
  /// Says the answer to a recipient. `is_excused`: a refusal doesn't count as an error of the client.
  void say_to_recipient(const smtp::Reply& reply, bool is_excused);

  /// Says the last reply.
  void close_with(const smtp::Reply& last) { end_with(last, SessionEnd::Closing); }
  /// Says the last reply to a client that may still be sending.
  void cut_short(const smtp::Reply& last) { end_with(last, SessionEnd::CutShort); }
  /// Ends the session in this way, unless it already ends in a later one.
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
