// The one place where what happens becomes an SMTP reply: verdicts, limits, faults of the data, troubles with
// the next hop. One row a case. Codes after RFC 5321 4.2.3, enhanced statuses after RFC 3463 and the registry
// of RFC 5248.
#pragma once

#include <array>
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
  Held,  ///< what all sessions hold in memory
  Recipients,
  CommandsWithoutMail,
  Errors,
  ReceivedFields,
  Sessions,
  SessionsPerClient,
  CommandTime,  ///< no command came in time
  DataTime,     ///< no data came in time, or not all of it
};
inline constexpr std::size_t kExceededCount = 12;

/// Why we end a session whose client may still be sending, beside the limits.
enum class Parting : std::uint8_t {
  HttpRequest,  ///< a command was one of HTTP
  AfterFault,   ///< its message had a fault, so that what follows can't be told from the message
  NoEnd,        ///< a message that was refused does not end
};
inline constexpr std::size_t kPartingCount = 3;

/// What keeps a message from being handed on. None is answered 250, and all but NeedsSmtputf8 say that the
/// client is to try again.
enum class Trouble : std::uint8_t {
  NoConnection,        ///< the next hop can't be reached
  NoName,              ///< its name can't be looked up
  Full,                ///< we have as many sessions open to it as we may
  ConnectionLost,      ///< it ended the connection before it answered
  NoAnswer,            ///< it did not answer in time
  Nonsense,            ///< what it said is no reply, or none that fits
  Refuses,             ///< its greeting or its EHLO is a refusal
  Tls,                 ///< TLS was demanded, and failed or is not offered
  Maildir,             ///< a file of the Maildir could not be written
  MaildirFull,         ///< no space for it
  Stopping,            ///< we are shutting down: the connection ends
  GatewayGone,         ///< a reload took this gateway out of the configuration: the connection ends
  NeedsSmtputf8,       ///< the next hop can't take internationalised mail
  AuthenticationLost,  ///< the next hop's session that the client has authenticated is gone: the connection
                       ///< ends
};
inline constexpr std::size_t kTroubleCount = 14;

struct NextHopTrouble {
  Trouble trouble = Trouble::NoConnection;
  std::string detail = {};  ///< one clause for the log, may be empty: "connection refused"
};

/// For a verdict that refuses or defers. `help_url` may be empty. `offers_auth`: a client that may log in is
/// told so.
smtp::Reply reply_for(const policy::Verdict& verdict, std::string_view help_url, bool offers_auth = false);
/// 421 where the connection ends with it.
smtp::Reply reply_for(Exceeded limit);
smtp::Reply reply_for(Parting parting);
/// For a fault, not for None.
smtp::Reply reply_for(smtp::DataFault fault);
/// The detail is left out: it may name hosts and paths, which are no business of strangers.
smtp::Reply reply_for(const NextHopTrouble& trouble);
/// What a wait for a next hop that failed means: Closed and Reset -> ConnectionLost, TimedOut -> NoAnswer,
/// Interrupted -> Stopping, Tls -> Tls.
Trouble trouble_of(net::Failure failure);

}  // namespace backstop::gateway
