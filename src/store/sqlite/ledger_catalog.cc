#include "store/sqlite/ledger_catalog.h"

#include <algorithm>
#include <ranges>

namespace backstop::store::sqlite {

namespace {

Month month_of(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return date.year() / date.month();
}

}  // namespace

std::shared_ptr<OpenTable> LedgerTables::taking(Life life, std::chrono::sys_days day) const {
  const auto found = std::ranges::find_if(
      open_of(life), [&](const auto& table) { return table->day() == day && !table->is_closed(); });
  return found == open_of(life).end() ? nullptr : *found;
}

std::size_t LedgerTables::rows_in_memory() const {
  std::size_t rows = 0;
  for (const auto& table : open | std::views::join) rows += table->size();
  return rows;
}

void LedgerCatalog::change(const std::function<void(LedgerTables&)>& how) {
  const std::lock_guard lock(mutex_);
  auto changed = std::make_shared<LedgerTables>(*tables_);
  how(*changed);
  tables_ = std::move(changed);
}

base::Result<std::shared_ptr<OpenTable>> LedgerCatalog::open(Life life, std::chrono::sys_days day,
                                                             LedgerSecrets& secrets) {
  if (auto table = tables()->taking(life, day)) return table;
  const auto secret = secrets.of(month_of(day));
  if (!secret) return std::unexpected(secret.error());
  std::shared_ptr<OpenTable> table;
  change([&](LedgerTables& tables) {
    // Another thread may have been quicker.
    table = tables.taking(life, day);
    if (table) return;
    table = std::make_shared<OpenTable>(life, day, *secret);
    tables.open_of(life).push_back(table);
  });
  return table;
}

}  // namespace backstop::store::sqlite
