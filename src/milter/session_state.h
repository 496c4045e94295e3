// Which packet may come when, from a mail server to a filter: a state and a table, no I/O.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"

namespace backstop::milter {

enum class Phase : std::uint8_t {
  Start,      ///< nothing is negotiated
  Waiting,    ///< for a client's connection
  Connected,  ///< between messages
  Mail,       ///< a reverse path
  Recipient,  ///< at least one recipient was sent, and it may be that all were refused
  Data,       ///< the DATA command
  Header,     ///< at least one header field
  Body,       ///< the end of the header was sent, or a piece of the body
  Over,       ///< QUIT
};

/// What a packet means besides its own meaning.
enum class Implied : std::uint8_t {
  Nothing,
  Abort,  ///< the message before it has ended without a word
};

/// Moves `phase` on for a packet with this letter. The steps that a server may leave out may be missing.
/// HELO and MAIL within a message abort it, as in libmilter. Returns an error, and changes nothing, if the
/// packet can't come now, or isn't known: then the connection must be closed.
base::Result<Implied> move_on(Phase& phase, char letter);

/// Returns true within a message, from MAIL to its end.
bool is_in_message(Phase phase);

}  // namespace backstop::milter
