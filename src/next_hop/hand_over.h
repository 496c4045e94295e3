// Hands a mail of our own to a next hop, as a report is: with the null path, so that nothing ever bounces to
// us. For commands: it has a loop of its own, and blocks.
#pragma once

#include <string_view>

#include "base/error.h"
#include "mail/address.h"
#include "next_hop/session.h"

namespace backstop::next_hop {

/// Waits until the next hop has answered, as long as the context's limits allow. `message` is whole, with
/// CRLF and without doubled dots. Returns the answer of a next hop that has taken it, else an error that says
/// what the next hop answered or did.
base::Result<smtp::Reply> hand_over(const NextHop& hop, const Context& context,
                                    const mail::Address& recipient, std::string_view message);

}  // namespace backstop::next_hop
