// The words around an address in a report: whether they say that it is the failed recipient.
#pragma once

#include <string_view>

namespace backstop::response {

/// Returns whether the words before an address can say that it is the failed recipient.
bool is_recipient_label(std::string_view label);

/// Returns whether a sentence with an address is about delivery. One with letters beyond ASCII may be in any
/// language; many sentences of other languages have none.
bool is_delivery_sentence(std::string_view line);

/// Returns whether the words before an address offer it for questions: "For further assistance, please send
/// mail to postmaster@example.org".
bool offers_help(std::string_view words);

/// Returns whether the words before an address say that a mail went to it.
bool says_sent_to(std::string_view words);

}  // namespace backstop::response
