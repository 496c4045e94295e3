// MAIL and RCPT: a path, and the parameters of the extensions. Read from a client, and written to a server.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "mail/address.h"
#include "smtp/extensions.h"
#include "smtp/reply.h"

namespace backstop::smtp {

enum class Body : std::uint8_t { SevenBit, EightBitMime };  // BINARYMIME is not offered

struct MailCommand {
  mail::Path reverse_path;
  std::optional<std::uint64_t> size;  ///< RFC 1870
  Body body = Body::SevenBit;         ///< RFC 6152
  bool smtputf8 = false;              ///< RFC 6531
  std::string ret;                    ///< RFC 3461: "FULL", "HDRS" or empty
  std::string envid;                  ///< RFC 3461, as written (xtext, checked)
  std::string auth;                   ///< RFC 4954 5, as written (xtext, checked)
};

struct RcptCommand {
  mail::Address recipient;
  std::string notify;  ///< RFC 3461, as written and checked ("SUCCESS,DELAY", "NEVER"), or empty
  std::string orcpt;   ///< RFC 3461, as written and checked ("rfc822;user@example.org"), or empty
};

/// Reads an argument as split_command() returns it: "FROM:<...> PARAMETERS". Takes what some clients send:
/// spaces after the colon, no angle brackets. A UTF-8 address without SMTPUTF8 is 553 5.6.7; a bad path
/// 501 5.1.7 (MAIL) or 501 5.1.3 (RCPT); a parameter twice or with a bad value 501 5.5.4; one that is not
/// offered 555 5.5.4.
std::expected<MailCommand, Reply> parse_mail(std::string_view argument, const Extensions& offered);
/// Does the same for "TO:<...> PARAMETERS"; "TO:<>" is refused. `smtputf8`: the transaction's MAIL had it.
std::expected<RcptCommand, Reply> parse_rcpt(std::string_view argument, const Extensions& offered,
                                             bool smtputf8);

/// Append the command as our client side writes it, with CRLF, and with the parameters that `offered` has.
void append_mail(const MailCommand& mail, const Extensions& offered, std::string& out);
void append_rcpt(const RcptCommand& rcpt, const Extensions& offered, std::string& out);

}  // namespace backstop::smtp
