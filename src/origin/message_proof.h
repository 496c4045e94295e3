// The proofs in what a response returns: watermarks, DKIM signatures and Message-IDs that we recorded. Each
// is bound to the owner. With the ledger it is bound to the addressee as well. Pure; thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dkim/outcome.h"
#include "dkim/returned.h"
#include "origin/origin.h"
#include "origin/owner.h"
#include "origin/watermark.h"
#include "response/response.h"

namespace backstop::origin {

/// How long a proof in a message proves anything.
inline constexpr std::chrono::days kProofLife{30};

/// A DKIM signature of a domain of ours in what came back, as it was verified.
struct SeenSignature {
  dkim::Outcome outcome = dkim::Outcome::NoKey;
  dkim::Fitness fitness = dkim::Fitness::Fit;
  std::string key_name = {};  ///< "SELECTOR._domainkey.DOMAIN", printable
  std::string from = {};      ///< the signed From, as the text of owner_of()
  std::string id = {};        ///< dkim::ReturnedSignature::id in hex
  std::optional<std::chrono::sys_seconds> signed_at = {};
  bool is_failed = false;  ///< the key was looked up, and no answer came
};

/// What the ledger has about one Message-ID and one owner.
struct SeenId {
  std::string message_id;
  std::uint32_t recipients = 0;              ///< that it was recorded with; 0: it is not recorded
  bool is_imported = false;                  ///< recorded from a list that doesn't say who sent it
  std::vector<std::string> addressees = {};  ///< recorded ones, of those that the response names

  bool is_recorded() const { return recipients > 0 || is_imported; }
};

/// What is known of one recipient of a response. The owner set has admitted what the ledger said yes to.
struct ProofContext {
  const OwnerSet& owners;
  const WatermarkKeys& watermark_keys;
  std::span<const SeenSignature> signatures;
  std::span<const SeenId> ids;  ///< in the order of Response::answered_ids
  /// From addresses that came back, of our domains and outside of the owner set, as texts of owner_of().
  std::span<const std::string> others;
  std::chrono::sys_seconds now;
};

/// Each returns what was found of its kind, without the kind, or nullopt if nothing came back. Of several
/// proofs the first is returned.
std::optional<Evidence> find_watermark(const response::Response& response, const ProofContext& context);
std::optional<Evidence> find_signature(const response::Response& response, const ProofContext& context);
std::optional<Evidence> find_recorded(const response::Response& response, const ProofContext& context);

/// Returns the hint that a valid proof of another mailbox of ours makes, or nullopt.
std::optional<Evidence> find_other(const response::Response& response, const ProofContext& context);

/// True if a valid signature of another mailbox came back: what the domain's readiness must not rest on.
bool has_other_signature(const ProofContext& context);

}  // namespace backstop::origin
