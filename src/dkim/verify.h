// Verifies a signature over the fields of a header block (RFC 6376 6.1.3). Pure; thread-safe.
#pragma once

#include <optional>

#include "dkim/digest.h"
#include "dkim/header_block.h"
#include "dkim/outcome.h"
#include "dkim/public_key.h"
#include "dkim/signature.h"

namespace backstop::dkim {

/// `signature` was parsed from a field of `block`. `key` is null if there is none. `body_hash` is that of the
/// canonical body; with nullopt `bh=` is taken as given, so that a block can be verified without its body.
/// The time is not looked at. Never fails in another way than by its outcome.
Outcome verify(const HeaderBlock& block, const Signature& signature, const PublicKey* key,
               const std::optional<Digest>& body_hash = std::nullopt);

}  // namespace backstop::dkim
