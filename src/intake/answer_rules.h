// Which mail a program must not answer by itself: what RFC 3834 2 says of vacation replies, and what
// responders are known to honour. Pure functions; thread-safe.
#pragma once

#include <string_view>

namespace backstop::intake {

/// Returns true for a header field of a mail that must not be answered: of a list, in bulk, or sent by a
/// program itself. `field` is whole, with its name.
bool forbids_answer(std::string_view field);

/// Returns true for an address of a program that reads what comes back: MAILER-DAEMON, owner-LIST,
/// LIST-request, LIST-bounces and their like.
bool is_role_sender(std::string_view address);

}  // namespace backstop::intake
