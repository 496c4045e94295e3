// The rows of an arrival whose checks still run, kept until they are done. Not thread-safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "intake/arrival_checks.h"
#include "intake/pending_arrivals.h"
#include "store/ledger_key.h"

namespace backstop::intake {

class PendingRows {
 public:
  /// Copies those of the rows whose value is Pending, with their texts. As long as this lives, `arrivals` has
  /// them, too; null: nobody asks. It must outlive this.
  PendingRows(std::span<const store::Row> rows, PendingArrivals* arrivals);
  ~PendingRows();
  PendingRows(const PendingRows&) = delete;
  PendingRows& operator=(const PendingRows&) = delete;

  bool empty() const { return rows_.empty(); }
  /// Returns them with the values that they have now; the views are good as long as this.
  std::vector<store::Row> settled(const ArrivalChecks::Value& value_for) const;

 private:
  struct Kept {
    store::RowKind kind;
    std::string address;  ///< the owner
    std::string id;
  };

  PendingArrivals* arrivals_;
  std::vector<Kept> rows_;
};

}  // namespace backstop::intake
