// The rows of the ledger that one mail makes, before it is known whether the next hop takes it. Pure;
// thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <forward_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "intake/transaction.h"
#include "mail/address.h"
#include "store/ledger_key.h"

namespace backstop::intake {

/// A mail that leaves. A view; all texts are copied.
struct LeavingMail {
  std::string_view sender = {};             ///< the text of owner_of() the reverse path; empty: the null path
  std::string_view from = {};               ///< the same of the first of From; empty: there is none
  std::string_view message_id = {};         ///< as response::message_id_of() returns it; may be empty
  std::span<const std::string> addressees;  ///< each as mail::Address::folded(); none: not known
  std::chrono::sys_days day;
};

/// Rows, with the texts that their keys view.
class LedgerRows {
 public:
  LedgerRows() = default;
  LedgerRows(const LedgerRows&) = delete;
  LedgerRows& operator=(const LedgerRows&) = delete;
  LedgerRows(LedgerRows&&) = default;
  LedgerRows& operator=(LedgerRows&&) = default;

  /// Adds the rows for the owner of the reverse path and for that of From, if it is another; each only if it
  /// is of a domain of the site. A mail that is tried twice, or that goes to many recipients in several
  /// transactions, adds up in the counts of recipients.
  void add_departure(const LeavingMail& mail, const Site& site);

  /// Adds how a mail was authenticated when it came. `received_id` is that of our own Received field. An
  /// answer to the null path would go to nobody, so such a mail has a row for `received_id` alone.
  void add_arrival(std::string_view received_id, std::string_view message_id,
                   const mail::Address* reverse_path, store::Authentication authentication);

  std::span<const store::Row> rows() const { return rows_; }

 private:
  static constexpr std::size_t kUsual = 8;  ///< rows of a mail to one recipient, and one more

  std::string_view keep(std::string text) { return texts_.emplace_front(std::move(text)); }
  void add_owner(std::string_view owner, std::string_view message_id,
                 std::span<const std::string_view> addressees, std::chrono::sys_days day);

  std::forward_list<std::string> texts_;  ///< never moves a text, and costs nothing while it is empty
  std::vector<store::Row> rows_;
};

/// Returns the rows of a transaction whose header is there. `message_id` is the value of that field of the
/// mail as it goes on; empty if there is none. A mail that leaves has the owners of `transaction.leaving`.
LedgerRows ledger_rows_of(const Transaction& transaction, std::string_view message_id);

}  // namespace backstop::intake
