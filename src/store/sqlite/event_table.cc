#include "store/sqlite/event_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "store/event_json.h"
#include "store/sqlite/schema.h"

namespace backstop::store::sqlite {

namespace {

/// A member of an event that is text in the table.
using TextMember = std::variant<std::string Event::*, std::optional<Direction> Event::*,
                                std::optional<Verdict> Event::*, std::optional<Done> Event::*>;

struct TextColumn {
  std::string_view name;
  TextMember member;
};

constexpr TextColumn kTextColumns[] = {
    {"id", &Event::id},
    {"gateway", &Event::gateway},
    {"direction", &Event::direction},
    {"client", &Event::client},
    {"helo", &Event::helo},
    {"reverse_path", &Event::reverse_path},
    {"message_id", &Event::message_id},
    {"kind", &Event::kind},
    {"certainty", &Event::certainty},
    {"reporting_mta", &Event::reporting_mta},
    {"original_message_id", &Event::original_message_id},
    {"origin", &Event::origin},
    {"verdict", &Event::verdict},
    {"cause", &Event::cause},
    {"explanation", &Event::explanation},
    {"tag", &Event::tag},
    {"stage", &Event::stage},
    {"done", &Event::done},
    {"next_stage", &Event::next_stage},
    {"reply", &Event::reply},
    {"origin_cause", &Event::origin_cause},
};

// The columns that are no plain text; they come before those above.
constexpr std::string_view kOtherColumns =
    "time, size, took, client_gone, contradiction, recipients, evidence, facts";
constexpr int kOthers = 8;

std::string column_names(std::string_view table) {
  std::string names;
  for (std::string_view rest = kOtherColumns; !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find(", "));
    rest.remove_prefix(std::min(rest.size(), name.size() + 2));
    names.append(names.empty() ? "" : ", ").append(table).append(name);
  }
  for (const auto& column : kTextColumns) names.append(", ").append(table).append(column.name);
  return names;
}

std::string insert_sql() {
  std::string places = "?";
  for (std::size_t i = 1; i < kOthers + std::size(kTextColumns); ++i) places += ", ?";
  return "INSERT INTO event (" + column_names("") + ") VALUES (" + places + ")";
}

std::string_view to_text(const std::string& text) {
  return text;
}

template <typename Word>
std::string_view to_text(const std::optional<Word>& value) {
  return name(value);
}

void from_text(std::string_view text, std::string& value) {
  value = is_sound(text) ? std::string(text) : sound_text(text);
}

template <typename Word>
void from_text(std::string_view text, std::optional<Word>& value) {
  set_by_name(text, value);
}

Event read_row(const Statement& row) {
  Event event;
  event.time = decltype(event.time)(std::chrono::milliseconds(row.number(0)));
  event.size = static_cast<std::uint64_t>(row.number(1));
  event.took = std::chrono::milliseconds(row.number(2));
  event.client_gone = row.number(3) != 0;
  event.contradiction = row.number(4) != 0;
  event.recipients = recipients_from_json(row.text(5));
  event.evidence = evidence_from_json(row.text(6));
  event.facts = facts_of(row.text(7));
  int column = kOthers;
  for (const auto& text : kTextColumns) {
    std::visit([&](auto member) { from_text(row.text(column++), event.*member); }, text.member);
  }
  return event;
}

/// A search as SQL, and the values that are bound in it.
struct Search {
  std::string sql;
  std::vector<std::variant<std::int64_t, std::string>> values;
  bool has_condition = false;

  void add(std::string_view condition) {
    sql.append(has_condition ? " AND " : " WHERE ").append(condition);
    has_condition = true;
  }
  void add(std::string_view condition, std::variant<std::int64_t, std::string> value) {
    add(condition);
    values.push_back(std::move(value));
  }
};

using FilterMember =
    std::variant<std::string HistoryFilter::*, std::optional<Direction> HistoryFilter::*,
                 std::optional<Verdict> HistoryFilter::*, std::optional<Done> HistoryFilter::*>;

/// A text that must match whole; an empty one matches all.
struct WholeText {
  std::string_view condition;
  FilterMember member;
};

constexpr WholeText kWholeTexts[] = {
    {"event.client = ?", &HistoryFilter::client},
    {"event.kind = ?", &HistoryFilter::kind},
    {"event.origin = ?", &HistoryFilter::origin},
    {"event.verdict = ?", &HistoryFilter::verdict},
    {"event.done = ?", &HistoryFilter::done},
    {"event.direction = ?", &HistoryFilter::direction},
    {"event.id = ?", &HistoryFilter::id},
    {"event.cause = ?", &HistoryFilter::cause},
    {"event.next_stage = ?", &HistoryFilter::next_stage},
};

/// The conditions of the indexes event_untagged and event_contradiction, word for word: else SQLite does not
/// use them.
constexpr std::string_view kUntagged = "event.tag GLOB 'none*' AND event.reverse_path <> ''";
constexpr std::string_view kContradiction = "event.contradiction <> 0";

constexpr std::string_view kResponse = "event.kind NOT IN ('', 'none')";
constexpr std::string_view kDsn = "event.kind IN ('dsn-failed', 'dsn-delayed', 'dsn-delivered')";

void add_recorded(const RecordedRange& range, bool has_address, Search& search) {
  if (has_address) {
    search.add("event_address.place >= ?", (range.after + 1) << kPlaceBits);
    search.add("event_address.place < ?", (range.up_to + 1) << kPlaceBits);
  } else {
    search.add("event.number > ?", range.after);
    search.add("event.number <= ?", range.up_to);
  }
}

// The result has the order of an index, so that a search stops at `most`. CROSS JOIN makes SQLite begin at
// the first table.
Search search_of(const HistoryFilter& filter) {
  const bool has_address = !filter.address.empty();
  const std::string time = has_address ? "event_address.time" : "event.time";
  Search search;
  search.sql = "SELECT " + column_names("event.");
  const bool is_by_number = filter.recorded.has_value();
  // By the order of recording SQLite must walk the rows themselves, and no index beside them.
  const std::string_view walked = is_by_number ? " NOT INDEXED" : "";
  search.sql +=
      has_address
          ? fmt::format(" FROM event_address{} CROSS JOIN event ON event.number = event_address.place >> {}",
                        walked, kPlaceBits)
          : fmt::format(" FROM event{}", walked);
  if (has_address) search.add("event_address.address = ?", filter.address);
  if (is_by_number) add_recorded(*filter.recorded, has_address, search);
  if (filter.since) search.add(time + " >= ?", filter.since->time_since_epoch().count());
  if (filter.until) search.add(time + " < ?", filter.until->time_since_epoch().count());
  for (const auto& [condition, member] : kWholeTexts) {
    const std::string_view text = std::visit([&](auto of) { return to_text(filter.*of); }, member);
    if (!text.empty()) search.add(condition, std::string(text));
  }
  if (!filter.id_prefix.empty()) {
    search.add("event.id >= ?", filter.id_prefix);
    search.add("event.id < ?", filter.id_prefix + "\U0010FFFF");
  }
  if (filter.is_response) search.add(kResponse);
  if (filter.is_dsn) search.add(kDsn);
  if (filter.is_untagged) search.add(kUntagged);
  if (filter.is_contradiction) search.add(kContradiction);
  search.sql += " ORDER BY " + (is_by_number ? "" : time + " DESC, ") +
                (has_address ? "event_address.place" : "event.number") + " DESC LIMIT ?";
  search.values.emplace_back(to_column(filter.most));
  return search;
}

}  // namespace

Outcome<EventInsert> EventInsert::prepare(Database& database) {
  auto event = database.prepare(insert_sql());
  if (!event) return std::unexpected(event.error());
  auto address = database.prepare("INSERT INTO event_address (place, address, time) VALUES (?, ?, ?)");
  if (!address) return std::unexpected(address.error());
  return EventInsert(database, std::move(*event), std::move(*address));
}

Outcome<void> EventInsert::run(const Event& event) {
  const std::string recipients = recipients_to_json(event.recipients);
  const std::string evidence = evidence_to_json(event.evidence);
  const std::string facts = to_words(event.facts);
  event_.bind(1, event.time.time_since_epoch().count());
  event_.bind(2, to_column(event.size));
  event_.bind(3, event.took.count());
  event_.bind(4, event.client_gone ? 1 : 0);
  event_.bind(5, event.contradiction ? 1 : 0);
  event_.bind(6, recipients);
  event_.bind(7, evidence);
  event_.bind(8, facts);
  int parameter = kOthers + 1;
  for (const auto& column : kTextColumns) {
    event_.bind(parameter++, std::visit([&](auto member) { return to_text(event.*member); }, column.member));
  }
  if (auto done = event_.run(); !done) return done;
  return insert_addresses(event, sqlite3_last_insert_rowid(database_->handle()));
}

Outcome<void> EventInsert::insert_addresses(const Event& event, std::int64_t number) {
  std::vector<std::string_view> addresses(event.addresses.begin(), event.addresses.end());
  std::ranges::sort(addresses);
  addresses.erase(std::ranges::unique(addresses).begin(), addresses.end());
  std::int64_t place = number << kPlaceBits;
  for (std::size_t i = 0; i < std::min(addresses.size(), kMostPlaces); ++i) {
    address_.bind(1, place++);
    address_.bind(2, addresses[i]);
    address_.bind(3, event.time.time_since_epoch().count());
    if (auto done = address_.run(); !done) return done;
  }
  return {};
}

std::string search_sql(const HistoryFilter& filter) {
  return search_of(filter).sql;
}

Outcome<std::int64_t> newest_event(Database& database) {
  auto statement = database.prepare("SELECT max(number) FROM event");
  if (!statement) return std::unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return std::unexpected(row.error());
  // NULL, which is 0, if there is no event.
  return *row ? statement->number(0) : 0;
}

Outcome<void> visit_events(Database& database, const HistoryFilter& filter, const EventVisitor& visit) {
  const Search search = search_of(filter);
  auto statement = database.prepare(search.sql);
  if (!statement) return std::unexpected(statement.error());
  int parameter = 1;
  for (const auto& value : search.values) {
    std::visit([&](const auto& bound) { statement->bind(parameter++, bound); }, value);
  }
  while (true) {
    const auto row = statement->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
    visit(read_row(*statement));
  }
}

}  // namespace backstop::store::sqlite
