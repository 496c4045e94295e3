// The bytes that a signature is made over: header canonicalisation (RFC 6376 3.4.1, 3.4.2 and 3.7). Pure;
// thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "dkim/signature.h"

namespace backstop::dkim {

/// Appends a field, which comes without its last line end and has a colon, without a CRLF at its end. A line
/// end may be CRLF or LF: both are signed as CRLF. Linear.
void append_canonical(Canonical form, std::string_view field, std::string& out);

/// Returns the signature's own field as it is signed: with an empty `b=`, and without a CRLF at its end.
std::string canonical_signature_field(const Signature& signature);

}  // namespace backstop::dkim
