// The lenient reader of mailbox lists (RFC 5322 3.4, with 4.4), for header fields as real mailers write them.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "mail/address.h"

namespace backstop::mail {

/// Reads the mailboxes of From, To, Cc or Reply-To. Passes over display names, comments, groups and routes;
/// quotes and parentheses that are never closed are ordinary characters. A local part may have dots anywhere,
/// since phone carriers gave such addresses out, and more than 64 octets, since list software makes such; the
/// whole address has at most 254. Leaves out what is no address. Returns at most `most`. Linear.
std::vector<Address> parse_address_list(std::string_view value, std::size_t most = 100);

}  // namespace backstop::mail
