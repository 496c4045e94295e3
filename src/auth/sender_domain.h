// Does the domain of a sender exist, and does it take mail at all?
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "auth/ask.h"

namespace backstop::auth {

enum class DomainState : std::uint8_t {
  Fine,     ///< it exists; an address literal always does
  NullMx,   ///< it says that it takes no mail (RFC 7505), so it can't have sent any that wants an answer
  NoName,   ///< DNS says for each type of record that there is no such name
  Unknown,  ///< a look-up failed
};

constexpr std::string_view name(DomainState value) {
  constexpr std::array<std::string_view, 4> kNames = {"fine", "null-mx", "no-name", "unknown"};
  return kNames[static_cast<std::size_t>(value)];
}

/// Asks for MX records, and for A and AAAA records as long as no answer says that the name exists: some
/// servers deny a name of which they don't have that type of record.
net::Task<DomainState> sender_domain_state(std::string domain, Ask ask);

}  // namespace backstop::auth
