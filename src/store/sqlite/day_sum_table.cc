#include "store/sqlite/day_sum_table.h"

#include <algorithm>
#include <string>

#include "store/event.h"

namespace backstop::store::sqlite {

namespace {

std::string upsert_sql() {
  std::string names;
  std::string places;
  std::string sums;
  for (const auto& count : kDayCounts) {
    const std::string name(count.name);
    names += ", " + name;
    places += ", ?";
    sums.append(sums.empty() ? "" : ", ").append(name + " = " + name + " + excluded." + name);
  }
  return "INSERT INTO day_sum (domain, day" + names + ") VALUES (?, ?" + places +
         ") ON CONFLICT (domain, day) DO UPDATE SET " + sums;
}

std::string select_sql() {
  std::string names;
  for (const auto& count : kDayCounts) names.append(", ").append(count.name);
  return "SELECT domain, day" + names + " FROM day_sum WHERE day >= ? ORDER BY domain, day";
}

DaySums read_row(const Statement& row) {
  DaySums sums{.domain = sound_text(row.text(0)),
               .day = std::chrono::sys_days(std::chrono::days(row.number(1)))};
  int column = 2;
  for (const auto& count : kDayCounts) {
    sums.counts.*count.member = static_cast<std::uint64_t>(std::max<std::int64_t>(row.number(column++), 0));
  }
  return sums;
}

}  // namespace

Outcome<DaySumAdd> DaySumAdd::prepare(Database& database) {
  auto add = database.prepare(upsert_sql());
  if (!add) return std::unexpected(add.error());
  return DaySumAdd(std::move(*add));
}

Outcome<void> DaySumAdd::run(std::string_view domain, std::chrono::sys_days day, const DayCounts& counts) {
  add_.bind(1, domain);
  add_.bind(2, day.time_since_epoch().count());
  int parameter = 3;
  for (const auto& count : kDayCounts) add_.bind(parameter++, to_column(counts.*count.member));
  return add_.run();
}

Outcome<std::vector<DaySums>> select_day_sums(Database& database, std::chrono::sys_days since) {
  auto statement = database.prepare(select_sql());
  if (!statement) return std::unexpected(statement.error());
  statement->bind(1, since.time_since_epoch().count());
  std::vector<DaySums> sums;
  while (true) {
    const auto row = statement->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return sums;
    sums.push_back(read_row(*statement));
  }
}

}  // namespace backstop::store::sqlite
