// Transfer encodings (RFC 2045 6.7 and 6.8, and uuencode as old mailers sent it). Decoders take the faults of
// real mail: white space and rubbish between base64 digits, lower-case hex, soft line breaks with trailing
// spaces. They append to `out`, never fail, and are linear.
#pragma once

#include <string>
#include <string_view>

#include "mail/message.h"

namespace backstop::mail {

void decode_base64(std::string_view text, std::string& out);
void decode_quoted_printable(std::string_view text, std::string& out);
void decode_uuencode(std::string_view text, std::string& out);

/// By the part's own encoding. Identity appends the bytes as they are.
void decode(TransferEncoding encoding, std::string_view text, std::string& out);

}  // namespace backstop::mail
