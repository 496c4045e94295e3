// Which command may come when, on the server's side (RFC 5321 4.1.4): a state and a table, no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "smtp/command.h"
#include "smtp/extensions.h"
#include "smtp/reply.h"

namespace backstop::smtp {

enum class Phase : std::uint8_t {
  Greeted,     ///< no HELO or EHLO yet
  Ready,       ///< between transactions
  Mail,        ///< a reverse path, no recipient that was taken
  Recipients,  ///< at least one recipient that was taken
  Chunks,      ///< between the chunks of BDAT; only BDAT, RSET, NOOP and QUIT may come
};

struct SessionState {
  Phase phase = Phase::Greeted;
  bool is_extended = false;  ///< EHLO, not HELO
  bool is_tls = false;
  bool is_authenticated = false;
  /// What the last EHLO reply offered. `auth` stays after the login, since MAIL may have AUTH= then.
  Extensions offered = {};
  bool wants_tls = false;  ///< nothing but NOOP, EHLO, STARTTLS, RSET, HELP and QUIT without TLS: 530 5.7.0
};

/// Returns nullopt if the command may come now, else the refusal: 503 5.5.1 bad sequence, 502 5.5.1 not
/// implemented (EXPN, and an extension that is not offered), 500 5.5.2 unknown, 530 5.7.0 TLS first,
/// 501 5.5.4 an argument that the verb does not take (DATA, RSET, QUIT, STARTTLS). Each text says what would
/// be right.
std::optional<Reply> why_not_now(const SessionState& state, const Command& command);

/// Returns what HELP lists: the commands of this session, without those of extensions that it does not offer.
std::string known_commands(const SessionState& state);

}  // namespace backstop::smtp
