// Commands of a client (RFC 5321 4.1), as text lines: the verb, and the arguments of those that have a
// grammar. Every refusal is the Reply that the client is to get.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/address.h"
#include "smtp/extensions.h"
#include "smtp/reply.h"

namespace backstop::smtp {

enum class Verb : std::uint8_t {
  Unknown,
  Helo,
  Ehlo,
  Mail,
  Rcpt,
  Data,
  Bdat,
  Rset,
  Noop,
  Quit,
  Vrfy,
  Expn,
  Help,
  StartTls,
  Auth,
  Xclient,
  Xforward,
};

struct Command {
  Verb verb = Verb::Unknown;
  std::string_view argument;  ///< what follows the verb, without white space at both ends
};

/// `line` without its line end. The verb in any case; it ends at a space or the end of the line. The table of
/// verbs is in the .cc.
Command split_command(std::string_view line);

/// True for the first line of an HTTP request, with or without its line end: its last word is an HTTP
/// version, or its first one a method. Whoever makes a browser post SMTP to us can't leave that line out.
bool is_http_request(std::string_view line);

/// The spelling of the verb on the wire; "" for Unknown.
std::string_view name(Verb verb);

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

struct BdatCommand {
  std::uint64_t size = 0;
  bool is_last = false;
};

/// `argument` as split_command() gives it: "FROM:<...> PARAMETERS". Lenient where clients are: spaces after
/// the colon, missing angle brackets. A UTF-8 address without SMTPUTF8 is 553 5.6.7; a bad path 501 5.1.7
/// (MAIL) or 501 5.1.3 (RCPT); a parameter twice or with a bad value 501 5.5.4; one that is not offered
/// 555 5.5.4.
std::expected<MailCommand, Reply> parse_mail(std::string_view argument, const Extensions& offered);
/// "RCPT TO:<>" is refused. `smtputf8`: whether the transaction's MAIL had it.
std::expected<RcptCommand, Reply> parse_rcpt(std::string_view argument, const Extensions& offered,
                                             bool smtputf8);
/// RFC 3030: decimal, at most 2^63-1.
std::expected<BdatCommand, Reply> parse_bdat(std::string_view argument);
/// EHLO, HELO: a domain or an address literal; lenient (underscores, no dot), printable ASCII without spaces
/// or UTF-8 letters, 1 to 255 octets. What follows a space is dropped. 501 5.5.4 otherwise.
std::expected<std::string, Reply> parse_helo(std::string_view argument);

/// RFC 3461 4: printable ASCII but '+' and '=', and +XX, where X is a hex digit of either case.
bool is_xtext(std::string_view text);
std::string to_xtext(std::string_view text);
/// nullopt when it is none.
std::optional<std::string> from_xtext(std::string_view text);

/// The commands as our client side writes them, with CRLF; only parameters that `offered` has are written.
void append_mail(const MailCommand& mail, const Extensions& offered, std::string& out);
void append_rcpt(const RcptCommand& rcpt, const Extensions& offered, std::string& out);

}  // namespace backstop::smtp
