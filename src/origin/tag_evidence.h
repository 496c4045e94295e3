// What the tag of a response's recipient says about the origin of the mail that it answers.
#pragma once

#include <chrono>
#include <string>

#include "mail/address.h"
#include "origin/key_ring.h"
#include "origin/origin.h"
#include "origin/tag.h"

namespace backstop::origin {

/// The evidence named "tag". A good tag proves; a bad hash or an expired tag refutes; no tag, another
/// product's tag and a key that we don't have are silent, since a missing part never rejects mail.
///
/// `day` is the day on which the response came, not the day on which it is read.
Evidence tag_evidence(const mail::Address& recipient, const KeyRing& keys, std::chrono::sys_days day,
                      const TagSettings& settings = {});

/// The outcome of a check as one plain, printable sentence.
std::string explain(const TagCheck& check, const mail::Address& address);

}  // namespace backstop::origin
