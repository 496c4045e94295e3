// Verdicts as SMTP replies, one row a cause: what a front door tells the client that brings the mail. Codes
// are those of RFC 5321 4.2.3, enhanced statuses those of RFC 3463 and of the registry of RFC 5248. Pure;
// thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "policy/verdict.h"
#include "smtp/reply.h"

namespace backstop::intake {

/// Returns the reply for a verdict that refuses, defers or keeps back. `help_url` may be empty; "%c" in it
/// stands for the cause.
/// `offers_auth`: the client may log in, and is told so.
smtp::Reply reply_for(const policy::Verdict& verdict, std::string_view help_url, bool offers_auth = false);

/// Returns the page without the place of a cause, for those who are told of none.
std::string help_page(std::string_view help_url);

}  // namespace backstop::intake
