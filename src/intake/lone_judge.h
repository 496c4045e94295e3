// Judges a response that no session brings, such as one of a file: looks for the proofs as a front door does,
// looks nothing up in DNS, and counts nothing. Holds a loop of its own; not thread-safe.
#pragma once

#include <boost/asio/io_context.hpp>

#include "intake/transaction.h"
#include "origin/origin.h"
#include "policy/verdict.h"
#include "response/response.h"
#include "store/ledger.h"

namespace backstop::intake {

/// Returns what policy says of a mail that comes to the transaction's one recipient, whose origin was found.
/// No surge is known.
policy::Verdict lone_verdict(const Transaction& transaction, const response::Response& response,
                             origin::Origin origin);

class LoneJudge {
 public:
  /// Returns the origin for the transaction's one recipient. `ledger` is asked, and may be null. Waits for
  /// the disk.
  origin::Origin judge(const Transaction& transaction, const response::Response& response,
                       store::LedgerReader* ledger);

 private:
  boost::asio::io_context loop_;
};

}  // namespace backstop::intake
