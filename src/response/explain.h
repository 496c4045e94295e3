// A response in two or three plain sentences, for a person who doesn't know what a bounce is.
#pragma once

#include <string>

#include "response/response.h"

namespace backstop::response {

/// What this mail is, who sent it, about whom and why. English, whole sentences, no line ends; text that came
/// from the mail has gone through base::printable().
std::string explain(const Response& response);

/// "the mailbox does not exist", "the mailbox is full": the reason as the end of a sentence that starts
/// "because". Never empty: of Reason::Unknown it is "of something that the report does not make clear".
std::string_view because(Reason reason);

/// What makes the certainty of a delivery report, as the end of a sentence about it: "is certain: it has
/// ...".
std::string_view shown(ShownBy shown_by);

}  // namespace backstop::response
