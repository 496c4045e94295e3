// Troubles that keep a next hop from taking a message, and the reply of each for our client: one row a case.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/stream.h"
#include "smtp/reply.h"

namespace backstop::next_hop {

/// Never answered with 250. All but NeedsSmtputf8 tell the client to try again.
enum class Trouble : std::uint8_t {
  NoConnection,        ///< it can't be reached
  NoName,              ///< its name can't be looked up
  Full,                ///< we have as many sessions open to it as we may
  ConnectionLost,      ///< it ended the connection before it answered
  NoAnswer,            ///< it did not answer in time
  Nonsense,            ///< what it said is no reply, or none that fits
  Refuses,             ///< its greeting or its EHLO is a refusal
  Tls,                 ///< TLS was demanded, and failed or is not offered
  Maildir,             ///< a file of the Maildir could not be written
  MaildirFull,         ///< there is no space for it
  Interrupted,         ///< we ended the wait ourselves, since we shut down: our client's connection ends
  NeedsSmtputf8,       ///< it can't take internationalised mail
  AuthenticationLost,  ///< its session that the client has logged in to is gone: the client's connection ends
};
inline constexpr std::size_t kTroubleCount = 13;

struct Failed {
  Trouble trouble = Trouble::NoConnection;
  std::string detail = {};  ///< one clause for the log, may be empty: "connection refused"
};

/// Returns the reply for our client. It leaves out the detail, which may name hosts and paths.
smtp::Reply reply_for(const Failed& failed);

/// Returns what the operator is told that the next hop did, such as "did not answer in time"; empty if it did
/// nothing wrong.
std::string_view words_for(Trouble trouble);

/// Returns the trouble for a failed wait for the next hop: Closed and Reset -> ConnectionLost, TimedOut ->
/// NoAnswer, Interrupted -> Interrupted, Tls -> Tls.
Trouble trouble_of(net::Failure failure);

}  // namespace backstop::next_hop
