#include "store/sqlite/sealing.h"

#include <algorithm>
#include <span>
#include <utility>

#include "store/sqlite/ledger_schema.h"

namespace backstop::store::sqlite {

Sealing::Sealing(std::shared_ptr<OpenTable> table, bool is_import)
    : table_(std::move(table)), is_import_(is_import), rows_(table_->sorted()), filter_(rows_.size()) {
  for (const StoredRow& row : rows_) filter_.add(row.key);
}

Outcome<bool> Sealing::step(Database& database) {
  Transaction transaction(database);
  if (auto done = transaction.begin(); !done) return std::unexpected(done.error());
  std::int64_t number = table_->writers.number;
  if (!is_begun_) {
    if (auto done = begin(database, number); !done) return std::unexpected(done.error());
  }
  const auto piece = std::span(rows_).subspan(done_, std::min(kPiece, rows_.size() - done_));
  const bool is_end = piece.empty();
  auto done =
      is_end ? mark_sealed(database, number, rows_.size(), filter_) : insert_sorted(database, number, piece);
  if (done) done = transaction.commit();
  if (!done) return std::unexpected(done.error());
  table_->writers = {.number = number, .is_sealed = is_end};
  is_begun_ = true;
  done_ += piece.size();
  return is_end;
}

Outcome<void> Sealing::begin(Database& database, std::int64_t& number) {
  if (number == 0) {
    const auto made = insert_segment(database, {.life = table_->life(),
                                                .day = table_->day(),
                                                .secret = table_->secret()->id(),
                                                .is_import = is_import_});
    if (!made) return std::unexpected(made.error());
    number = *made;
    // Rows of the table may wait in a batch that is written before the table is sealed.
    if (auto done = is_import_ ? Outcome<void>() : make_log(database, number); !done) return done;
  }
  return make_sorted(database, number);
}

void Sealing::forget(const OwnerRange& owner) {
  const auto is_owners = [&](const StoredRow& row) { return owner.holds(row.key); };
  const auto written = rows_.begin() + static_cast<std::ptrdiff_t>(done_);
  done_ -= static_cast<std::size_t>(std::count_if(rows_.begin(), written, is_owners));
  std::erase_if(rows_, is_owners);
}

std::shared_ptr<const SealedTable> Sealing::take_sealed() {
  return std::make_shared<const SealedTable>(SealedTable{table_->writers.number, table_->life(),
                                                         table_->day(), table_->secret(), rows_.size(),
                                                         std::move(filter_)});
}

}  // namespace backstop::store::sqlite
