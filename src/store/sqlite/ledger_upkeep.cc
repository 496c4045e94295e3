#include "store/sqlite/ledger_upkeep.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>
#include <vector>

namespace backstop::store::sqlite {

namespace {

constexpr std::int64_t kPagesAStep = 1000;
/// One part in 16 of the file may be free: the next tables use it.
constexpr std::int64_t kSparePart = 16;
/// How long a program that is not running may take to hear whom others forgot.
constexpr std::chrono::days kForgottenKept{1};

template <typename Step>
Outcome<void> in_transaction(Database& database, const Step& step) {
  Transaction transaction(database);
  if (auto done = transaction.begin(); !done) return done;
  if (Outcome<void> done = step(); !done) return done;
  return transaction.commit();
}

}  // namespace

Outcome<bool> LedgerUpkeep::step(Database& database) {
  close_full_tables();
  if (!is_serving()) return seal(database);
  // First what makes room: on a full disk all else fails.
  const auto is_expiring = expire(database);
  if (!is_expiring || *is_expiring) return is_expiring;
  if (!last_minute_ || now() - *last_minute_ >= Coverage::kBeat || now() < *last_minute_) {
    if (const auto done = each_minute(database); !done) return std::unexpected(done.error());
    last_minute_ = now();
  }
  const auto is_sealing = seal(database);
  if (!is_sealing || *is_sealing) return is_sealing;
  return shrink(database);
}

Outcome<void> LedgerUpkeep::each_minute(Database& database) {
  if (auto done = beat(database, false); !done) return done;
  state_.uses.sweep(now());
  if (auto done = forget_as_others(database); !done) return done;
  if (auto done = follow_others(database); !done) return done;
  return destroy_secrets(database);
}

Outcome<void> LedgerUpkeep::beat(Database& database, bool is_closing) {
  CoverageMarks marks = state_.coverage.beat(now());
  marks.is_open = !is_closing;
  const auto done = in_transaction(database, [&]() -> Outcome<void> {
    const auto meta = read_meta(database);
    if (!meta) return std::unexpected(meta.error());
    // Somebody copied another file over the one that is open.
    if (!*meta || (*meta)->token != state_.catalog.tables()->file ||
        (*meta)->marks != state_.coverage.written()) {
      return std::unexpected(Failure{SQLITE_ABORT, "it was replaced by another file"});
    }
    if (auto deleted = delete_uses(database, now()); !deleted) return deleted;
    if (auto deleted = delete_forgotten(database, now() - kForgottenKept); !deleted) return deleted;
    return write_marks(database, marks);
  });
  if (done) state_.coverage.confirm(marks);
  return done;
}

void LedgerUpkeep::forget(const OwnerRange& owner) {
  const auto tables = state_.catalog.tables();
  for (const auto& table : tables->open | std::views::join) table->erase(owner);
  state_.uses.forget(owner);
  if (sealing_) sealing_->forget(owner);
}

void LedgerUpkeep::begin_anew(std::int64_t forgotten) {
  sealing_.reset();
  last_forgotten_ = forgotten;
}

Outcome<void> LedgerUpkeep::forget_as_others(Database& database) {
  const auto all = read_forgotten(database, last_forgotten_);
  if (!all) return std::unexpected(all.error());
  for (const Forgotten& forgotten : *all) {
    forget(forgotten.owner);
    // What was in memory may have been written meanwhile.
    const auto done = in_transaction(database, [&] { return delete_owner(database, forgotten.owner); });
    if (!done) return done;
    last_forgotten_ = forgotten.number;
  }
  return {};
}

/// Takes in the tables that an import has sealed.
Outcome<void> LedgerUpkeep::follow_others(Database& database) {
  const auto rows = read_segments(database);
  if (!rows) return std::unexpected(rows.error());
  const auto tables = state_.catalog.tables();
  for (const SegmentRow& row : *rows) {
    const auto& known = tables->sealed_of(row.life);
    if (!row.is_sealed || std::ranges::find(known, row.number, &SealedTable::number) != known.end()) continue;
    if (const auto done = state_.secrets.read(); !done) {
      return std::unexpected(Failure{SQLITE_MISMATCH, done.error().message});
    }
    auto secret = state_.secrets.find(row.secret);
    if (!secret) continue;
    auto filter = read_filter(database, row.number);
    if (!filter) return std::unexpected(filter.error());
    auto table = std::make_shared<const SealedTable>(
        SealedTable{row.number, row.life, row.day, std::move(secret), row.rows, std::move(*filter)});
    state_.catalog.change([&](LedgerTables& now) { now.sealed_of(row.life).push_back(std::move(table)); });
  }
  return {};
}

Outcome<void> LedgerUpkeep::destroy_secrets(Database& database) {
  const auto longest =
      std::max({settings_.keep_ids, settings_.keep_pairs, settings_.keep_arrivals, settings_.keep_digests});
  const std::chrono::year_month_day oldest(today() - longest);
  return in_transaction(database, [&]() -> Outcome<void> {
    const auto rows = read_segments(database);
    if (!rows) return std::unexpected(rows.error());
    const auto is_used = [&](std::int64_t id) {
      return std::ranges::find(*rows, id, &SegmentRow::secret) != rows->end();
    };
    if (const auto done = state_.secrets.destroy(oldest.year() / oldest.month(), is_used); !done) {
      return std::unexpected(Failure{SQLITE_FULL, done.error().message});
    }
    return {};
  });
}

void LedgerUpkeep::close_full_tables() {
  const auto tables = state_.catalog.tables();
  const bool is_crowded = tables->rows_in_memory() >= 4 * settings_.table_rows;
  for (const auto& table : tables->open | std::views::join) {
    const bool is_over = is_serving() ? table->day() < today() : is_crowded;
    if (!table->is_closed() && (is_over || table->size() >= settings_.table_rows)) table->close();
  }
}

Outcome<void> LedgerUpkeep::begin_sealing(Database& database) {
  const auto tables = state_.catalog.tables();
  for (const auto& table : tables->open | std::views::join) {
    if (!table->is_closed()) continue;
    const auto done = in_transaction(database, [&]() -> Outcome<void> {
      if (const auto saved = state_.secrets.save(); !saved) {
        return std::unexpected(Failure{SQLITE_FULL, saved.error().message});
      }
      return {};
    });
    if (done) sealing_.emplace(table, !is_serving());
    return done;
  }
  return {};
}

Outcome<bool> LedgerUpkeep::seal(Database& database) {
  if (!sealing_) {
    if (const auto done = begin_sealing(database); !done) return std::unexpected(done.error());
  }
  if (!sealing_) return false;
  const auto is_done = sealing_->step(database);
  if (!is_done) return is_done;
  if (!*is_done) return true;
  const auto table = sealing_->table();
  const auto sealed = sealing_->take_sealed();
  state_.catalog.change([&](LedgerTables& tables) {
    std::erase(tables.open_of(table->life()), table);
    tables.sealed_of(table->life()).insert(tables.sealed_of(table->life()).begin(), sealed);
  });
  sealing_.reset();
  return true;
}

Outcome<void> LedgerUpkeep::seal_all(Database& database) {
  const auto tables = state_.catalog.tables();
  for (const auto& table : tables->open | std::views::join) table->close();
  while (true) {
    const auto is_more = seal(database);
    if (!is_more) return std::unexpected(is_more.error());
    if (!*is_more) return {};
  }
}

Outcome<bool> LedgerUpkeep::expire(Database& database) {
  const auto tables = state_.catalog.tables();
  for (const auto& table : tables->sealed | std::views::join) {
    if (table->day + settings_.keep(table->life) >= today()) continue;
    // Readers stop asking it first.
    state_.catalog.change([&](LedgerTables& now) { std::erase(now.sealed_of(table->life), table); });
    const auto done = in_transaction(database, [&] { return drop_segment(database, table->number); });
    if (!done) return std::unexpected(done.error());
    return true;
  }
  return false;
}

Outcome<bool> LedgerUpkeep::shrink(Database& database) {
  const auto pages = database.number("PRAGMA page_count");
  if (!pages) return std::unexpected(pages.error());
  const auto free = database.number("PRAGMA freelist_count");
  if (!free) return std::unexpected(free.error());
  const std::int64_t spare = *free - *pages / kSparePart;
  if (spare <= 0) return false;
  const auto sql = fmt::format("PRAGMA incremental_vacuum({})", std::min(spare, kPagesAStep));
  if (const auto done = database.run(sql.c_str()); !done) return std::unexpected(done.error());
  return true;
}

}  // namespace backstop::store::sqlite
