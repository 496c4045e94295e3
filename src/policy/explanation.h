// The sentence of a verdict, as a postmaster or a sender reads it in an SMTP reply: printable ASCII, no full
// stop, at most kMostExplanation bytes.
#pragma once

#include <cstddef>
#include <string>

#include "policy/verdict.h"

namespace backstop::policy {

/// With code, status and the address of a help page it must fit into a reply line of 512 octets (RFC 5321
/// 4.5.3.1.5).
inline constexpr std::size_t kMostExplanation = 300;

/// Returns the sentence of a cause, as far as it can be told without facts.
std::string explain(Cause cause);
std::string explain(Cause cause, const RecipientFacts& facts);
/// Returns the sentence with the detail that its row asks for, if there is room.
std::string explain(Cause cause, const MessageFacts& facts, const DomainPolicy& domain);

}  // namespace backstop::policy
