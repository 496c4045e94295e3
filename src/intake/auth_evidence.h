// What the checks of an arriving mail found, as the history and the log show it. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "auth/authentication.h"
#include "store/event.h"

namespace backstop::intake {

inline constexpr std::size_t kMostSignatures = 4;

/// Returns a line for each method that was looked at: its name ("auth-spf", "auth-dkim", "auth-dmarc"), the
/// word of Authentication-Results, and for whom; at most kMostSignatures signatures, from the top. Texts are
/// printable.
std::vector<store::EventEvidence> evidence_of(const auth::Authentication& found);

}  // namespace backstop::intake
