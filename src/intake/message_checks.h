// The checks of one message's sender, as the path of the message needs them: gives them its header and its
// body, writes the Authentication-Results field, and says whether DMARC refuses it. Without checks (see
// intake::plan_of) all of it does nothing. Belongs to one message; not thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "intake/arrival_checks.h"
#include "intake/transaction.h"
#include "policy/verdict.h"
#include "smtp/stuffing.h"

namespace backstop::intake {

/// Returns true if the site asks for checks of the transaction.
bool wants_checks(const Transaction& transaction);

/// Gives a transaction its checks. They begin with the first recipient that the client is a stranger to.
/// `helo`: as the client said it.
void prepare_checks(Transaction& transaction, const net::Executor& loop, std::string helo,
                    CheckSources sources);

class MessageChecks {
 public:
  /// The transaction must outlive it. `is_stuffed`: the bytes of the body are as after DATA.
  MessageChecks(Transaction& transaction, bool is_stuffed)
      : transaction_(transaction), is_stuffed_(is_stuffed) {}

  /// Returns the ids whose fields somebody else must have written: our own, if strangers' mail gets it, and
  /// those of `trusted_authserv`, unless a relay brings the mail.
  std::vector<std::string> foreign_ids() const;
  /// Takes the header, without doubled dots.
  void take_header(std::string_view header);
  /// Takes bytes of the body in the form of the message. `is_end`: they are the last ones.
  void take_body(std::string_view bytes, bool is_end);

  /// True if the message must be held, so that its field has all results.
  bool wants_to_hold() const;
  /// True if the mail may get our own field.
  bool writes_field() const;
  /// Returns our own field with its line end, or an empty text. Waits for SPF, and for everything if
  /// `is_whole`: the whole message was taken, and its field is to have all results.
  net::Task<std::string> field(bool is_whole);

  /// Records those of the rows that are pending, once the results are there. The message may be gone by then.
  void record_later(std::span<const store::Row> rows) const;

  /// True if the last bytes of the message must wait for judge().
  bool may_refuse() const;
  /// Waits for DMARC. `is_genuine`: the message is a response with a proof.
  net::Task<policy::Verdict> judge(bool is_genuine);

 private:
  bool is_field_of_others() const;

  Transaction& transaction_;
  bool is_stuffed_;
  smtp::Unstuffer unstuffer_;  ///< of the body
};

}  // namespace backstop::intake
