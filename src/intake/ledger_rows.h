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
#include "store/ledger_key.h"

namespace backstop::intake {

/// A mail that leaves. A view; all texts are copied.
struct LeavingMail {
  std::string_view sender = {};             ///< the text of owner_of() the reverse path; empty: the null path
  std::string_view from = {};               ///< the same of the first of From; empty: there is none
  std::string_view message_id = {};         ///< as response::message_id_of() returns it; may be empty
  std::span<const std::string> addressees;  ///< each as mail::Address::folded(); none: not known
  std::chrono::sys_days day;
  bool is_by_program = false;  ///< then it doesn't show that anybody of ours wrote to the addressees
};

/// A mail that arrives, or that one of ours brings to be sent. A view; all texts are copied.
struct ArrivingMail {
  std::string_view message_id = {};  ///< as response::message_id_of() returns it; may be empty
  std::string_view from = {};        ///< the first of From, as mail::Address::folded(); empty: there is none
  bool is_never_answered = false;    ///< a field of its header says so (forbids_answer())
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
  /// transactions, adds up in the counts of recipients. What a program sent has no rows for its addressees
  /// that count without its Message-ID.
  void add_departure(const LeavingMail& mail, const Site& site);

  /// Adds how a mail is authenticated: under the id of our own Received field, and for its reverse path and
  /// the address of its From under that id and under its Message-ID. The rights of a client cover addresses
  /// of ours alone: a server of ours also forwards mail whose sender was forged. So mail that leaves has no
  /// rows for other addresses. An answer to the null path would go to nobody, so it has none at all. To be
  /// called again when the checks are done; then the larger values count.
  void add_arrival(const Transaction& transaction, const ArrivingMail& mail);

  /// Takes back the rows that a mail of a program doesn't have. For a mail that is read later.
  void take_for_program();

  std::span<const store::Row> rows() const { return rows_; }

 private:
  static constexpr std::size_t kUsual = 8;  ///< rows of a mail to one recipient, and one more

  std::string_view keep(std::string text) { return texts_.emplace_front(std::move(text)); }
  void add_owner(std::string_view owner, std::string_view message_id,
                 std::span<const std::string_view> addressees, std::chrono::sys_days day);

  std::forward_list<std::string> texts_;  ///< never moves a text, and costs nothing while it is empty
  std::vector<store::Row> rows_;
};

/// What the header says, as values of the first field of that name; empty if there is none.
struct RecordedHeader {
  std::string_view message_id = {};  ///< as the mail goes on with it
  std::string_view from = {};
  bool is_never_answered = false;  ///< a field says so (forbids_answer())
};

/// Returns how the mail is authenticated for an address in the form of mail::Address::folded(). Never Failed
/// for an address of ours: mail of ours also comes in again, through a list or a forwarder, with the same
/// Message-ID.
store::Authentication authentication_for(const Transaction& transaction, std::string_view address);

/// Returns the rows of a transaction whose header is there. A mail that leaves has the owners of
/// `transaction.leaving`.
LedgerRows ledger_rows_of(const Transaction& transaction, const RecordedHeader& header);
/// Returns those of its arrival alone.
LedgerRows arrival_rows_of(const Transaction& transaction, const RecordedHeader& header);

}  // namespace backstop::intake
