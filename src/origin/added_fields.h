// What is added to the header of a mail that leaves, as text and as a rule. Pure functions; thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace backstop::origin {

/// Returns the header line of a watermark, with its CRLF.
std::string watermark_line(std::string_view value);

/// Returns the header line of a Message-ID that is added, with its CRLF. `id` has no brackets.
std::string message_id_line(std::string_view id);

/// True if a mail with this header must get a Message-ID: it has none, and no DKIM-Signature names it in h=.
/// A signature that names a field which isn't there says that it must not be there (RFC 6376 5.4). False for
/// a header past mail::Limits, which was not read whole.
bool needs_message_id(std::string_view header);

}  // namespace backstop::origin
