#include "store/sqlite/sqlite_ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <optional>
#include <ranges>
#include <utility>

#include "base/text.h"
#include "store/batch_writer.h"
#include "store/sqlite/ledger_search.h"
#include "store/sqlite/ledger_sink.h"

namespace backstop::store::sqlite {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kReaderPatience{2000};
constexpr std::chrono::seconds kForgetWait{30};
/// Tables come and go beside a look-up; a change of the catalog asks for another try.
constexpr int kTries = 3;

std::string about(const std::string& path, std::string_view what) {
  return fmt::format("ledger {}: {}", base::printable(path, 4096), what);
}

std::unexpected<base::Error> error(const std::string& path, std::string_view what) {
  return std::unexpected(base::Error{about(path, what)});
}

LedgerStats stats_of(const LedgerTables& tables, const std::string& path) {
  LedgerStats stats;
  stats.open_rows = tables.rows_in_memory();
  stats.rows = stats.open_rows;
  for (const auto& table : tables.sealed | std::views::join) {
    ++stats.tables;
    stats.rows += table->rows;
    stats.filter_bytes += table->filter.bytes().size();
  }
  for (const char* const suffix : {"", "-wal"}) {
    std::error_code failed;
    const auto size = fs::file_size(path + suffix, failed);
    if (!failed) stats.disk_bytes += size;
  }
  return stats;
}

/// Returns since when the ledger knows all ids: it forgets them, too.
LedgerTime known_since(LedgerTime covered, const LedgerSettings& settings) {
  return std::max<LedgerTime>(covered, settings.clock() - settings.keep_ids);
}

Outcome<std::vector<std::uint32_t>> answer_once(std::shared_ptr<const LedgerTables> tables,
                                                LedgerConnections& connections,
                                                std::span<const RowKey> questions) {
  if (tables->file == 0) return std::unexpected(Failure{SQLITE_CANTOPEN, "it is not open"});
  LedgerSearch search(std::move(tables), connections);
  std::vector<std::uint32_t> answers;
  answers.reserve(questions.size());
  for (const RowKey& question : questions) {
    const auto found = search.find(question);
    if (!found) return std::unexpected(found.error());
    answers.push_back(*found);
  }
  return answers;
}

base::Result<std::vector<std::uint32_t>> answer(const LedgerCatalog& catalog, LedgerConnections& connections,
                                                std::span<const RowKey> questions, const std::string& path) {
  for (int tried = 1;; ++tried) {
    const auto tables = catalog.tables();
    auto answers = answer_once(tables, connections, questions);
    if (answers) return std::move(*answers);
    if (tried == kTries || catalog.tables() == tables) return error(path, answers.error().message);
  }
}

class FileLedger : public LedgerWriter {
 public:
  FileLedger(std::string path, const LedgerSettings& settings, std::unique_ptr<LedgerState> state,
             std::unique_ptr<LedgerSink> sink, std::function<void(std::string)> warn)
      : path_(std::move(path)),
        settings_(settings),
        state_(std::move(state)),
        connections_(path_),
        writer_(std::move(sink),
                {.buffer = settings.buffer,
                 .gather = settings.batch,
                 .words = {"entry", "entries", "its tables can't be kept in order"}},
                std::move(warn)) {}

  net::Task<base::Result<std::vector<std::uint32_t>>> look_up(std::span<const RowKey> questions) override {
    co_return answer(state_->catalog, connections_, questions, path_);
  }

  std::optional<LedgerTime> covered_since() const override {
    return state_->coverage.since().transform([&](LedgerTime at) { return known_since(at, settings_); });
  }

  base::Result<LedgerStats> stats() override {
    LedgerStats stats = stats_of(*state_->catalog.tables(), path_);
    if (const auto marks = state_->coverage.written()) stats.born = marks->born;
    stats.covered_since = covered_since();
    return stats;
  }

  void record(std::span<const Row> rows, LedgerTime at) override {
    const LedgerTime now = settings_.clock();
    const auto today = std::chrono::floor<std::chrono::days>(now);
    const auto day = std::chrono::floor<std::chrono::days>(std::min(at, now));
    Makers makers;
    for (const Row& row : rows) {
      const Life life = life_of(row.key.kind);
      if (day + settings_.keep(life) >= today && !add(row, life, day, makers))
        state_->coverage.start_anew(now);
    }
  }

  net::Task<std::optional<UsePlace>> take(RowKey counter, std::uint32_t limit,
                                          std::chrono::seconds life) override {
    co_return take_now(counter, limit, std::min<std::chrono::seconds>(life, settings_.keep_ids));
  }
  void give_back(const UsePlace& place) override { state_->uses.give_back(place); }
  void keep(const UsePlace& place) override {
    if (const auto until = state_->uses.keep(place, settings_.clock())) {
      writer_.record(UseItem{place.counter, *until});
    }
  }

  base::Result<void> forget(std::string_view owner) override {
    for (const auto& secret : state_->secrets.all()) forget_in_memory(KeyMaker(*secret).range(owner));
    if (!writer_.record(ForgetItem{std::string(owner)})) {
      return error(path_, "too much waits to be written; try again");
    }
    if (!writer_.flush(kForgetWait)) return error(path_, "the disk did not take it yet; it is tried again");
    return {};
  }

  bool flush(std::chrono::milliseconds limit) override {
    if (settings_.use == LedgerUse::Import && !writer_.record(SealItem{})) return false;
    return writer_.flush(limit);
  }
  bool wait_for_room(std::chrono::milliseconds limit) override { return writer_.flush(limit); }
  BatchCounters counters() const override { return writer_.counters(); }

 private:
  /// A maker for each secret that a call needs: hardly ever more than one.
  using Makers = std::vector<std::pair<const LedgerSecret*, std::unique_ptr<KeyMaker>>>;

  static KeyMaker& maker_of(const LedgerSecret& secret, Makers& makers) {
    const auto found = std::ranges::find(makers, &secret, &Makers::value_type::first);
    if (found != makers.end()) return *found->second;
    return *makers.emplace_back(&secret, std::make_unique<KeyMaker>(secret)).second;
  }

  bool add(const Row& row, Life life, std::chrono::sys_days day, Makers& makers) {
    const StoredValue value(std::clamp(row.value, 1U, kMostValue), adds_up(row.key.kind));
    while (true) {
      const auto table = state_->catalog.open(life, day, state_->secrets);
      if (!table) return false;
      const LedgerKey key = maker_of(*(*table)->secret(), makers).key(row.key);
      const auto added =
          (*table)->add(key, value, [&] { return writer_.record(RowItem{*table, {key, value}}); });
      if (added != OpenTable::Added::Closed) return added == OpenTable::Added::Yes;
    }
  }

  std::optional<UsePlace> take_now(const RowKey& counter, std::uint32_t limit, std::chrono::seconds life) {
    const LedgerTime now = settings_.clock();
    const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
    // The counter may have begun last month, under another secret.
    if (!state_->secrets.of(today.year() / today.month())) return UsePlace{};
    std::vector<LedgerKey> names;
    for (const auto& secret : state_->secrets.all()) names.push_back(KeyMaker(*secret).key(counter));
    return state_->uses.take(names, limit, now + life, now);
  }

  void forget_in_memory(const OwnerRange& range) {
    const auto tables = state_->catalog.tables();
    for (const auto& table : tables->open | std::views::join) table->erase(range);
    state_->uses.forget(range);
  }

  const std::string path_;
  const LedgerSettings settings_;
  const std::unique_ptr<LedgerState> state_;
  LedgerConnections connections_;
  BatchWriter<LedgerItem> writer_;  ///< last: its thread uses the state until it ends
};

/// A ledger as it is at one moment.
class FileSnapshot : public LedgerReader {
 public:
  FileSnapshot(std::string path, std::unique_ptr<LedgerState> state, const LedgerMeta& meta)
      : path_(std::move(path)), state_(std::move(state)), meta_(meta), connections_(path_) {}

  net::Task<base::Result<std::vector<std::uint32_t>>> look_up(std::span<const RowKey> questions) override {
    co_return answer(state_->catalog, connections_, questions, path_);
  }
  std::optional<LedgerTime> covered_since() const override { return meta_.marks.since; }
  base::Result<LedgerStats> stats() override {
    LedgerStats stats = stats_of(*state_->catalog.tables(), path_);
    stats.born = meta_.marks.born;
    stats.covered_since = meta_.marks.since;
    return stats;
  }

 private:
  const std::string path_;
  const std::unique_ptr<LedgerState> state_;
  const LedgerMeta meta_;
  LedgerConnections connections_;
};

Outcome<void> load_snapshot(Database& database, const LedgerSettings& settings, LedgerState& state) {
  const auto rows = read_segments(database);
  if (!rows) return std::unexpected(rows.error());
  const auto today = std::chrono::floor<std::chrono::days>(settings.clock());
  LedgerTables tables;
  for (const SegmentRow& row : *rows) {
    auto secret = state.secrets.find(row.secret);
    if (!secret || row.day + settings.keep(row.life) < today) continue;
    if (row.is_sealed) {
      auto filter = read_filter(database, row.number);
      if (!filter) return std::unexpected(filter.error());
      tables.sealed_of(row.life).push_back(std::make_shared<const SealedTable>(
          SealedTable{row.number, row.life, row.day, std::move(secret), row.rows, std::move(*filter)}));
      continue;
    }
    auto table = std::make_shared<OpenTable>(row.life, row.day, std::move(secret));
    const auto done = read_log(database, row.number, [&](const StoredRow& stored) {
      table->add(stored.key, stored.value, [] { return true; });
    });
    if (!done) return done;
    tables.open_of(row.life).push_back(std::move(table));
  }
  state.catalog.change([&](LedgerTables& now) { now = std::move(tables); });
  return {};
}

}  // namespace

base::Result<std::unique_ptr<LedgerWriter>> open_ledger_file(const std::string& path,
                                                             const LedgerSettings& settings,
                                                             std::function<void(std::string)> warn) {
  std::function<void(std::string)> say = [](const std::string&) {};
  if (warn) say = [path, warn = std::move(warn)](const std::string& line) { warn(about(path, line)); };
  auto state = std::make_unique<LedgerState>(path);
  auto sink = std::make_unique<LedgerSink>(path, settings, *state, say);
  if (const auto opened = sink->open(); !opened) {
    if (!opened.error().is_passing()) return error(path, opened.error().message);
    say("it can't be written yet: " + opened.error().message);
  }
  return std::make_unique<FileLedger>(path, settings, std::move(state), std::move(sink), std::move(say));
}

base::Result<std::unique_ptr<LedgerReader>> open_ledger_file_for_reading(const std::string& path,
                                                                         const LedgerSettings& settings) {
  auto database = open_for_reading(path, kReaderPatience, ledger_schema());
  if (!database) return error(path, database.error().message);
  auto state = std::make_unique<LedgerState>(path);
  if (const auto done = state->secrets.read(); !done) return error(path, done.error().message);
  const auto read = [&]() -> Outcome<LedgerMeta> {
    // One read transaction: a table that is sealed meanwhile is seen in one of its two forms.
    if (auto done = database->run("BEGIN"); !done) return std::unexpected(done.error());
    const auto meta = read_meta(*database);
    if (!meta) return std::unexpected(meta.error());
    if (!*meta) return std::unexpected(Failure{SQLITE_MISMATCH, "it holds no ledger yet"});
    if (auto done = load_snapshot(*database, settings, *state); !done) return std::unexpected(done.error());
    state->catalog.change([&](LedgerTables& tables) { tables.file = (*meta)->token; });
    LedgerMeta known = **meta;
    known.marks.since = known_since(known.marks.since, settings);
    return known;
  };
  const auto meta = read();
  if (!meta) return error(path, meta.error().message);
  return std::make_unique<FileSnapshot>(path, std::move(state), *meta);
}

}  // namespace backstop::store::sqlite
