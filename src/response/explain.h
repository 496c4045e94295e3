// Explains a response in two or three plain sentences, for a person who doesn't know what a bounce is.
#pragma once

#include <string>

#include "response/response.h"

namespace backstop::response {

/// Says what this mail is, who sent it, about whom and why, in whole English sentences without line ends.
/// Text that came from the mail has gone through base::printable().
std::string explain(const Response& response);

/// Returns the reason as the end of a sentence, after "because": "the mailbox is full". It is never empty:
/// for Reason::Unknown it is "of something that the report does not make clear".
std::string_view because(Reason reason);

/// Returns the sentence that says what makes a delivery report certain, or that nothing does.
std::string_view shown(ShownBy shown_by);

}  // namespace backstop::response
