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

/// What a proof counts against, so that a copy can't prove without end.
struct ProofUse {
  std::string id = {};  ///< of the proof, with its kind: "watermark:...", "dkim:...", "id:..."
  /// The addressees that are recorded, each with a count of its own. If there are none, all share one count.
  std::vector<std::string> addressees = {};
  std::uint32_t recipients = 0;  ///< of the recorded mail; 0 if it is not recorded
};

struct MessageProof {
  Evidence evidence;
  ProofUse use = {};  ///< if it proves
};

/// Returns what was found of each of the three kinds, in the order of EvidenceKind; a kind for which nothing
/// came back is left out. Of several proofs of a kind the one of the highest level is returned.
std::vector<MessageProof> find_message_proofs(const response::Response& response,
                                              const ProofContext& context);

/// Returns the hint that a valid proof of another mailbox of ours makes, or nullopt. `is_signature` is set if
/// it is a signature, which contradicts that mail of the domain carries proofs (policy/readiness.h).
std::optional<Evidence> find_other(const response::Response& response, const ProofContext& context,
                                   bool& is_signature);

}  // namespace backstop::origin
