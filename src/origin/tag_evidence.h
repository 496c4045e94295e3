// What the tag of a response's recipient says about the origin of the mail that it answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "mail/address.h"
#include "origin/key_ring.h"
#include "origin/origin.h"
#include "origin/tag.h"

namespace backstop::origin {

/// What an expired tag says of a response. With a null sender, and on a known day, it refutes: bounces come
/// within days. People and programs that answer under their own name may do so weeks later.
enum class ExpiredTag : std::uint8_t { Refutes, IsSilent };

/// The evidence named "tag". A good tag proves; a bad hash or an expired tag refutes; no tag, another
/// product's tag and a key that we don't have are silent, since a missing part never rejects mail.
///
/// `day` is the day on which the response came, not the day on which it is read.
Evidence tag_evidence(const mail::Address& recipient, const KeyRing& keys, std::chrono::sys_days day,
                      const TagSettings& settings = {}, ExpiredTag expired = ExpiredTag::Refutes);

/// The outcome of a check as one plain, printable sentence.
std::string explain(const TagCheck& check, const mail::Address& address);

}  // namespace backstop::origin
