// The sentence of a verdict, as a postmaster or a sender reads it in an SMTP reply: printable ASCII, no full
// stop, at most kMostExplanation bytes.
#pragma once

#include <cstddef>
#include <string>

#include "policy/verdict.h"
#include "policy/way_out.h"

namespace backstop::policy {

/// In bytes. With code, status and the address of a help page an explanation must fit into a reply line of
/// 512 octets (RFC 5321 4.5.3.1.5).
inline constexpr std::size_t kMostExplanation = 300;

/// Returns the sentence of a cause without facts: "this domain" in place of a name.
std::string explain(Cause cause);
/// Returns the sentence for a recipient. It says if the address was refused as a route to
/// another server, and what is wrong with the sender.
std::string explain(Cause cause, const RecipientFacts& facts);
/// Returns the sentence for an author, with the domain in From.
std::string explain(Cause cause, const AuthorFacts& facts);
/// Returns the sentence with the detail that its row asks for, if there is room.
std::string explain(Cause cause, const MessageFacts& facts, const DomainPolicy& domain);

/// The same for a response that leaves.
std::string explain(Cause cause, const WayOutFacts& facts);

}  // namespace backstop::policy
