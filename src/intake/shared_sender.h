// Services that send mail for many customers from the same addresses. If such a service doesn't check that a
// customer owns the domain that he writes in, an SPF pass through it says little. Pure; thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace backstop::intake {

/// Returns true if an SPF term passes because a shared service does: "include:spf.protection.outlook.com".
/// `more` are further domains; a name below one of them counts, too.
bool is_shared_sender(std::string_view mechanism, std::span<const std::string> more);

}  // namespace backstop::intake
