// Judges one inbound message: can it be a response, and if so, what is done with it, and why. A front door
// asks it twice: with the header, and, if the message may be a response, with what was held of it.
//
// Belongs to one message; not thread-safe. The transaction and the reader must outlive it. The reader is used
// only within a call, never across a wait.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "intake/hint_counts.h"
#include "intake/proof_places.h"
#include "intake/proof_search.h"
#include "intake/transaction.h"
#include "net/task.h"
#include "policy/verdict.h"
#include "response/reader.h"

namespace backstop::intake {

/// Returns what policy is told of a response that comes to all recipients of the transaction, but its origin
/// and whether its owner is flooded.
policy::MessageFacts common_facts(const Transaction& transaction, const response::Response& response);

class MailJudge {
 public:
  MailJudge(const Transaction& transaction, response::Reader& reader);

  /// What must be done with a message once its header is there.
  enum class Next : std::uint8_t { Pass, Hold };
  /// Looks at the header, without doubled dots and with the empty line after it. Pass is final: the message
  /// is no response.
  Next header(std::string_view header);

  /// Reads a message that was held, without doubled dots. `extent` says whether it is whole.
  response::Response read(std::string_view message, response::Extent extent);
  /// Collects the evidence for each recipient and asks policy. The strictest verdict counts for all
  /// recipients. Called once at most.
  net::Task<void> judge(response::Response response);
  /// Call it once the message is delivered or kept: the hints and the proofs that spoke for it stay
  /// counted (hint_counts.h, proof_places.h). Without this call the destructor gives their places back.
  void keep_places() {
    hints_.keep();
    places_.keep();
  }

  /// Returns the verdict that is carried out; it accepts until judge() has run.
  const policy::Verdict& verdict() const { return verdict_; }
  /// Returns nullopt for a message that was not judged.
  const std::optional<response::Response>& response() const { return response_; }
  /// Returns the origin that was found for the recipient whose verdict counts.
  const origin::Origin& origin() const { return facts_.origin; }
  /// True if what came back has a valid signature of another mailbox of ours, though nothing proves that this
  /// certain DSN is for its recipient: the proofs of the domain are less sure than they seemed.
  bool is_contradiction() const { return is_contradiction_; }
  /// Returns what policy was told of that recipient.
  const policy::MessageFacts& facts() const { return facts_; }
  /// Returns how ready that recipient's domain was when policy was asked.
  const policy::Ready& ready() const { return ready_; }
  /// Returns that recipient; null for a message that was not judged.
  const Recipient* recipient() const { return judged_; }
  /// Returns the value of the Backstop-Verdict field.
  std::string verdict_field() const { return policy::verdict_field(verdict_, facts_); }

 private:
  response::Envelope envelope() const;
  net::Task<origin::Origin> origin_of(const ProofSearch& search, std::size_t recipient);
  origin::Origin weigh(origin::Grounds grounds, const std::string& owner);

  const Transaction& transaction_;
  response::Reader& reader_;
  std::optional<response::Response> response_;
  policy::MessageFacts facts_;
  policy::Ready ready_;
  const Recipient* judged_ = nullptr;  ///< of the transaction
  HintPlaces hints_;
  ProofPlaces places_;
  std::string digest_;  ///< of the message, if it is a response and there is a ledger
  bool is_contradiction_ = false;
  policy::Verdict verdict_;
};

}  // namespace backstop::intake
