// What the quarantine and the held store are told of a response: its envelope, and the keys of the ring.
// Pure; thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "intake/mail_judge.h"
#include "intake/transaction.h"
#include "intake/way_out.h"
#include "store/quarantine.h"

namespace backstop::intake {

/// Why a response is kept. A view.
struct KeptReason {
  std::string_view cause;  ///< policy::name(Cause)
  std::string_view explanation;
  const response::Response* response = nullptr;  ///< null if it was not read
};

KeptReason reason_of(const MailJudge& judge);
KeptReason reason_of(const WayOutJudge& judge);

/// Returns the envelope of a response that was judged. `client` and `gateway` are as the event has them.
store::KeptEnvelope kept_envelope(const Transaction& transaction, const KeptReason& reason,
                                  std::string_view gateway, std::string_view client,
                                  std::chrono::system_clock::time_point now);

/// Returns all keys that may open what is kept, retired ones included; none of indimail's.
std::vector<store::SealKey> seal_keys(const origin::KeyRing& ring);
/// Returns the key that signs, which encrypts, too; nullopt if none does.
std::optional<store::SealKey> sealing_key(const origin::KeyRing& ring);

}  // namespace backstop::intake
