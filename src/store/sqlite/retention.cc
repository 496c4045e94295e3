#include "store/sqlite/retention.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "store/sqlite/schema.h"

namespace backstop::store::sqlite {

namespace {

// One part in 16 of a file may be free: the next events use free pages again, and giving back each page at
// once would move pages for nothing.
constexpr std::int64_t kSparePart = 16;

}  // namespace

Outcome<Retention> Retention::prepare(Database& database) {
  auto oldest = database.prepare("SELECT number FROM event WHERE time < ? ORDER BY time, number LIMIT ?");
  if (!oldest) return std::unexpected(oldest.error());
  auto event = database.prepare("DELETE FROM event WHERE number = ?");
  if (!event) return std::unexpected(event.error());
  auto addresses = database.prepare("DELETE FROM event_address WHERE place BETWEEN ? AND ?");
  if (!addresses) return std::unexpected(addresses.error());
  auto old_sum = database.prepare("SELECT 1 FROM day_sum WHERE day < ? LIMIT 1");
  if (!old_sum) return std::unexpected(old_sum.error());
  auto sums = database.prepare(
      "DELETE FROM day_sum WHERE (domain, day) IN "
      "(SELECT domain, day FROM day_sum WHERE day < ? ORDER BY day LIMIT ?)");
  if (!sums) return std::unexpected(sums.error());
  return Retention(database, std::move(*oldest), std::move(*event), std::move(*addresses),
                   std::move(*old_sum), std::move(*sums));
}

Outcome<bool> Retention::step(const RetentionRule& rule) {
  if (rule.oldest) {
    const auto deleted = delete_oldest(*rule.oldest);
    if (!deleted) return std::unexpected(deleted.error());
    if (*deleted > 0) return true;
  }
  if (rule.oldest_day) {
    const auto deleted = delete_sums(*rule.oldest_day);
    if (!deleted || *deleted) return deleted;
  }
  return shrink(rule.most_bytes);
}

Outcome<std::int64_t> Retention::delete_oldest(std::int64_t before) {
  std::vector<std::int64_t> numbers;
  oldest_.bind(1, before);
  oldest_.bind(2, kEventsAStep);
  auto row = oldest_.step();
  for (; row && *row; row = oldest_.step()) numbers.push_back(oldest_.number(0));
  oldest_.reset();
  if (!row) return std::unexpected(row.error());
  if (numbers.empty()) return 0;

  Transaction transaction(*database_);
  if (auto done = transaction.begin(); !done) return std::unexpected(done.error());
  for (const std::int64_t number : numbers) {
    event_.bind(1, number);
    if (auto done = event_.run(); !done) return std::unexpected(done.error());
    addresses_.bind(1, number << kPlaceBits);
    addresses_.bind(2, ((number + 1) << kPlaceBits) - 1);
    if (auto done = addresses_.run(); !done) return std::unexpected(done.error());
  }
  if (auto done = transaction.commit(); !done) return std::unexpected(done.error());
  is_checkpoint_due_ = true;
  return std::ssize(numbers);
}

// Looks first, so that nothing is locked if there is nothing to delete.
Outcome<bool> Retention::delete_sums(std::int64_t before) {
  old_sum_.bind(1, before);
  const auto is_any = old_sum_.step();
  old_sum_.reset();
  if (!is_any || !*is_any) return is_any;
  sums_.bind(1, before);
  sums_.bind(2, kSumsAStep);
  if (auto done = sums_.run(); !done) return std::unexpected(done.error());
  is_checkpoint_due_ = true;
  return true;
}

Outcome<bool> Retention::shrink(std::uint64_t most_bytes) {
  const auto pages = database_->number("PRAGMA page_count");
  if (!pages) return std::unexpected(pages.error());
  const auto free = database_->number("PRAGMA freelist_count");
  if (!free) return std::unexpected(free.error());
  if (most_bytes > 0) {
    const auto size = database_->number("PRAGMA page_size");
    if (!size) return std::unexpected(size.error());
    const auto most = static_cast<std::int64_t>(
        std::min<std::uint64_t>(most_bytes, std::numeric_limits<std::int64_t>::max()) / *size);
    if (*pages - *free > most) {
      const auto deleted = delete_oldest(std::numeric_limits<std::int64_t>::max());
      if (!deleted) return std::unexpected(deleted.error());
      if (*deleted > 0) return true;
    }
    if (*pages > most && *free > 0) return vacuum(std::min(*free, *pages - most));
  }
  if (*free > *pages / kSparePart) return vacuum(*free - *pages / kSparePart);
  return finish();
}

Outcome<bool> Retention::vacuum(std::int64_t pages) {
  const std::string sql = fmt::format("PRAGMA incremental_vacuum({})", std::min(pages, kPagesAStep));
  if (auto done = database_->run(sql.c_str()); !done) return std::unexpected(done.error());
  is_checkpoint_due_ = true;
  return true;
}

// The file shrinks when its log is copied into it. If a reader holds that up, the next checkpoint does it.
Outcome<bool> Retention::finish() {
  if (!std::exchange(is_checkpoint_due_, false)) return false;
  if (auto done = database_->run("PRAGMA wal_checkpoint(PASSIVE)"); !done)
    return std::unexpected(done.error());
  return false;
}

}  // namespace backstop::store::sqlite
