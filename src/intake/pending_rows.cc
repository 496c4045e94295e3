#include "intake/pending_rows.h"

namespace backstop::intake {

namespace {

// The value of other kinds is a count.
bool is_pending(const store::Row& row) {
  const bool is_arrival = row.key.kind == store::RowKind::ArrivalByReceived ||
                          row.key.kind == store::RowKind::ArrivalByMessage ||
                          row.key.kind == store::RowKind::NeverAnswered;
  return is_arrival && row.value == static_cast<std::uint32_t>(store::Authentication::Pending);
}

}  // namespace

PendingRows::PendingRows(std::span<const store::Row> rows, PendingArrivals* arrivals) : arrivals_(arrivals) {
  for (const auto& row : rows) {
    if (!is_pending(row)) continue;
    rows_.push_back({row.key.kind, std::string(row.key.owner), std::string(row.key.first)});
    if (arrivals_ != nullptr) arrivals_->add(row.key.first, row.key.owner);
  }
}

PendingRows::~PendingRows() {
  if (arrivals_ == nullptr) return;
  for (const auto& one : rows_) arrivals_->remove(one.id, one.address);
}

std::vector<store::Row> PendingRows::settled(const ArrivalChecks::Value& value_for) const {
  std::vector<store::Row> rows;
  rows.reserve(rows_.size());
  for (const auto& one : rows_) {
    rows.push_back({.key = {.kind = one.kind, .owner = one.address, .first = one.id},
                    .value = static_cast<std::uint32_t>(value_for(one.address))});
  }
  return rows;
}

}  // namespace backstop::intake
