// Looks for the proofs of one response: verifies the signatures that came back, and asks the ledger. What was
// found is then collected for each recipient. Belongs to one message; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "intake/ledger_answers.h"
#include "intake/transaction.h"
#include "net/task.h"
#include "origin/claim.h"
#include "origin/message_proof.h"
#include "origin/owner.h"
#include "response/response.h"

namespace backstop::intake {

class ProofSearch {
 public:
  /// All must outlive it. `ledger` is the one that is asked, null if there is none.
  ProofSearch(const Transaction& transaction, const response::Response& response,
              store::LedgerReader* ledger);

  /// Asks DNS and the ledger. A part that gives no answer makes the look incomplete. Call it once, before
  /// the others.
  net::Task<void> look();

  /// Returns what was found for a recipient of the transaction.
  origin::Grounds collect(std::size_t recipient) const;
  /// True if what came back carries a valid signature of another mailbox of ours.
  bool has_other_signature(std::size_t recipient) const;
  /// Returns the recipient's owner: whose mailbox it is.
  const std::string& owner(std::size_t recipient) const { return views_[recipient].owners.owner(); }
  /// To how many the owner wrote on the day of the tag that the recipient's address carries; 0 if unknown.
  std::uint32_t tag_recipients(std::size_t recipient) const { return views_[recipient].tag_recipients; }

 private:
  /// What is known of one recipient.
  struct View {
    origin::OwnerSet owners;
    std::vector<std::string> froms = {};   ///< that came back, outside of the owner set
    std::vector<std::string> others = {};  ///< of those, mailboxes of ours
    std::vector<origin::SeenId> ids = {};
    std::uint32_t tag_recipients = 0;
    bool has_written = false;  ///< to the response's author
  };

  View view_of(const Recipient& recipient) const;
  std::chrono::sys_days tag_day(const Recipient& recipient) const;
  net::Task<void> ask_about_owners();
  void take(OwnerAnswers answers, View& view) const;
  origin::ProofContext proofs(const View& view) const;
  origin::ProofCoverage coverage(const Recipient& recipient) const;

  const Transaction& transaction_;
  const response::Response& response_;
  store::LedgerReader* const ledger_;
  const bool is_from_relay_;
  origin::ClaimContext context_;
  std::vector<origin::SeenSignature> signatures_;
  std::optional<store::LedgerTime> ledger_since_;
  std::vector<View> views_;  ///< for each recipient
};

}  // namespace backstop::intake
