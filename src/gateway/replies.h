// The one place where what happens becomes an SMTP reply: verdicts, limits, faults of the data, troubles with the next hop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/stream.h"
#include "policy/verdict.h"
#include "smtp/data_scanner.h"
#include "smtp/reply.h"

namespace backstop::gateway {

/// A limit of Limits that a client has passed.
enum class Exceeded : std::uint8_t {
  CommandLine,
  Header,
  Message,
  Recipients,
  CommandsWithoutMail,
  Errors,
  ReceivedFields,
  Sessions,
  SessionsPerClient,
  BadTags,
  CommandTime,  ///< no command came in time
  DataTime,     ///< no data came in time, or not all of it
};

/// What keeps a message from being handed on. All but the last two are answered 451: the client tries again.
enum class Trouble : std::uint8_t {
  NoConnection,      ///< the next hop can't be reached
  ConnectionLost,    ///< it ended the connection before it answered
  NoAnswer,          ///< it did not answer in time
  Nonsense,          ///< what it said is no reply, or none that fits
  Refuses,           ///< its greeting or its EHLO is a refusal
  Tls,               ///< TLS was demanded, and failed or is not offered
  Maildir,           ///< a file of the Maildir could not be written
  MaildirFull,       ///< no space for it: 452
  Stopping,          ///< we are shutting down: 421
  GatewayGone,       ///< a reload took this gateway out of the configuration: 421
  NeedsSmtputf8,     ///< the next hop can't take internationalised mail: 550 5.6.7
  AuthenticationLost ///< the next hop's session that the client has authenticated is gone: 421
};

struct NextHopTrouble {
  Trouble trouble = Trouble::NoConnection;
  std::string detail;  ///< one clause for people, may be empty: "connection refused"
};

/// For Refuse and Defer. `help_url` may be empty.
smtp::Reply reply_for(const policy::Verdict& verdict, std::string_view help_url);
smtp::Reply reply_for(Exceeded limit);
smtp::Reply reply_for(smtp::DataFault fault);
smtp::Reply reply_for(const NextHopTrouble& trouble);
/// What a wait that failed means for a next hop: Closed and Reset -> ConnectionLost, TimedOut -> NoAnswer, Tls -> Tls.
Trouble trouble_of(net::Failure failure);

}  // namespace backstop::gateway
