// What the quarantine is told of a response: its envelope, and the keys of the ring. Pure; thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "intake/mail_judge.h"
#include "intake/transaction.h"
#include "store/quarantine.h"

namespace backstop::intake {

/// Returns the envelope of a response that was judged. `client` and `gateway` are as the event has them.
store::KeptEnvelope kept_envelope(const Transaction& transaction, const MailJudge& judge,
                                  std::string_view gateway, std::string_view client,
                                  std::chrono::system_clock::time_point now);

/// Returns all keys that may open what is kept, retired ones included; none of indimail's.
std::vector<store::SealKey> seal_keys(const origin::KeyRing& ring);
/// Returns the key that signs, which encrypts, too; nullopt if none does.
std::optional<store::SealKey> sealing_key(const origin::KeyRing& ring);

}  // namespace backstop::intake
