// Our own Authentication-Results field (RFC 8601). Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "auth/authentication.h"

namespace backstop::auth {

/// Returns our own field with its line end, folded, in ASCII. `checked` says which methods were looked at:
/// the others are not named, and "none" stands for none at all. What is no token is quoted. A domain of SPF
/// that is neither a name nor a literal is left out.
std::string authres_field(std::string_view id, const Authentication& checked);

}  // namespace backstop::auth
