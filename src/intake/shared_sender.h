// Services that send mail for many customers from the same addresses. If such a service doesn't check that a
// customer owns the domain that he writes in, an SPF pass through it says little. Pure; thread-safe.
#pragma once

#include <span>
#include <string>

namespace backstop::intake {

/// Returns true if an SPF pass is one of a shared service: `through` are the domains that it led through, as
/// auth::SpfOutcome has them. `more` are further services; a name below a service's domain counts, too.
bool is_shared_sender(std::span<const std::string> through, std::span<const std::string> more);

}  // namespace backstop::intake
