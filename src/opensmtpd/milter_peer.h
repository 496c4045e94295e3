// Our side of a milter connection: which packets go out, and which answers are still to come. It does no I/O:
// what it says is appended to a text. Belongs to one session; not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "milter/answer.h"
#include "milter/client.h"
#include "milter/negotiation.h"
#include "milter/packet.h"

namespace backstop::opensmtpd {

/// The client of the mail server, as a milter is told of it.
struct Client {
  std::string host = {};
  std::string address = {};
  std::uint16_t port = 0;
  std::string path = {};  ///< of a socket: mail of the mail server itself, or of sendmail(1)
  std::string helo = {};
  std::string user = {};    ///< who logged in
  std::string daemon = {};  ///< the macro {daemon_name}

  bool is_local() const { return !path.empty(); }
};

/// What a milter answered.
struct Heard {
  char step = 0;  ///< the packet that it answers: 'O', 'R', 'N', 'B', 'E'
  milter::Answer answer = milter::Answer::Continue;
  std::string refusal = {};  ///< "550 5.7.1 No such mail"; then the answer doesn't count
};

class MilterPeer {
 public:
  enum class State : std::uint8_t { Closed, Opening, Ready };

  State state() const { return state_; }
  /// True if an answer is to come, so that nothing else may be asked.
  bool is_waiting() const { return !expected_.empty(); }
  bool has_leading_space() const { return agreed_.has(milter::step::kLeadingSpace); }

  /// The connection is being made.
  void open() { state_ = State::Opening; }
  void close() { *this = MilterPeer(); }
  /// The connection is there: says what we can do.
  void greet(const Client& client, std::string& out);

  void mail(const Client& client, std::string_view id, const milter::PathCommand& command, std::string& out);
  void recipient(const milter::PathCommand& command, std::string& out);
  void header(const milter::HeaderField& field, std::string& out);
  void end_header(std::string& out) { ask('N', {}, out); }
  /// At most milter::kMostPiece octets.
  void body(std::string_view piece, std::string& out) { ask('B', piece, out); }
  void end(std::string& out) { ask('E', {}, out); }
  void abort(std::string& out);

  /// Takes a packet. Returns nullopt if it is no answer: a change, or a sign that the milter still works.
  /// The packet 'O' makes it ready, and appends what is told first.
  base::Result<std::optional<Heard>> take(const milter::Packet& packet, const Client& client,
                                          std::string& out);

 private:
  void ask(char letter, std::string_view data, std::string& out);
  base::Result<std::optional<Heard>> negotiate(std::string_view data, const Client& client, std::string& out);
  void tell_client(const Client& client, std::string& out);

  State state_ = State::Closed;
  milter::Negotiation offered_;
  milter::Negotiation agreed_;
  std::deque<char> expected_;
  std::string helo_;
};

}  // namespace backstop::opensmtpd
