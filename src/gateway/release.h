// Hands a response that was kept back to its next hop after all.
#pragma once

#include <string_view>

#include "base/error.h"
#include "gateway/settings.h"
#include "smtp/reply.h"
#include "store/quarantine.h"

namespace backstop::gateway {

/// Returns the next hop of a response that is kept: its domain's own if it came in, or its gateway's. Null if
/// the configuration no longer has either.
const next_hop::NextHop* next_hop_of(const store::KeptEnvelope& kept, const Settings& settings);

/// Returns what to add to `said`, the error of a release on the way out, if the next hop may want a login:
/// its answer is 530 (RFC 4954 6) or has a status of X.7 with 5xx. Else empty.
std::string_view login_hint(std::string_view said);

/// Hands a response over as it was kept, and waits for the next hop as next_hop::hand_over_and_wait() does.
/// After an error nobody got it.
base::Result<smtp::Reply> release(const store::KeptResponse& kept, const Settings& settings);

}  // namespace backstop::gateway
