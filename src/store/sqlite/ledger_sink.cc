#include "store/sqlite/ledger_sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ranges>
#include <utility>

namespace backstop::store::sqlite {

namespace {

constexpr std::chrono::milliseconds kPatience{250};
/// If that many tables' rows wait in memory, they are sealed before more is written.
constexpr std::size_t kMostTablesInMemory = 8;
/// How many steps of upkeep one batch may wait for.
constexpr int kMostSteps = 64;

Failure failure_of(const base::Error& error, int code) {
  return {code, error.message};
}

}  // namespace

ServeLock::~ServeLock() {
  if (file_ >= 0) ::close(file_);
}

Outcome<void> ServeLock::take() {
  if (file_ >= 0) return {};
  const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
  if (file < 0)
    return std::unexpected(
        Failure{errno == ENOSPC ? SQLITE_FULL : SQLITE_CANTOPEN, "its lock can't be made"});
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    return std::unexpected(Failure{SQLITE_BUSY, "another program serves it"});
  }
  file_ = file;
  return {};
}

LedgerSink::LedgerSink(std::string path, const LedgerSettings& settings, LedgerState& state,
                       std::function<void(std::string)> warn)
    : path_(std::move(path)),
      settings_(settings),
      state_(state),
      warn_(std::move(warn)),
      lock_(path_ + ".lock"),
      upkeep_(settings, state) {}

Outcome<void> LedgerSink::open() {
  if (database_) return {};
  auto opened = open_for_writing(path_, kPatience, ledger_schema());
  if (!opened) return std::unexpected(opened.error());
  if (is_serving()) {
    if (auto done = lock_.take(); !done) return done;
  }
  auto database = std::make_unique<Database>(std::move(*opened));
  if (auto done = adopt(*database); !done) return done;
  database_ = std::move(database);
  return {};
}

/// Takes the file as ours: with what it has, unless we had it already.
Outcome<void> LedgerSink::adopt(Database& database) {
  Transaction transaction(database);
  if (auto done = transaction.begin(); !done) return done;
  if (const auto done = state_.secrets.read(); !done) {
    return std::unexpected(failure_of(done.error(), SQLITE_MISMATCH));
  }
  const auto meta = read_or_make_meta(database, now());
  if (!meta) return std::unexpected(meta.error());
  const bool is_same = !is_doubtful_ && state_.catalog.tables()->file == meta->token &&
                       (!is_serving() || state_.coverage.written() == meta->marks);
  std::optional<LedgerTables> loaded;
  if (!is_same) {
    auto tables = load(database);
    if (!tables) return std::unexpected(tables.error());
    loaded = std::move(*tables);
    loaded->file = meta->token;
  }
  const CoverageMarks marks = state_.coverage.opened(meta->marks, now());
  if (is_serving()) {
    if (auto done = write_marks(database, marks); !done) return done;
  }
  if (auto done = transaction.commit(); !done) return done;
  if (is_serving()) state_.coverage.confirm(marks);
  if (std::exchange(is_doubtful_, false)) state_.coverage.start_anew(now());
  if (loaded) take_over(std::move(*loaded));
  return {};
}

Outcome<LedgerTables> LedgerSink::load(Database& database) {
  LedgerTables loaded;
  const auto rows = read_segments(database);
  if (!rows) return std::unexpected(rows.error());
  unreadable_ = 0;
  for (const SegmentRow& row : *rows) {
    if (const auto done = load_segment(database, row, loaded); !done) return std::unexpected(done.error());
  }
  if (unreadable_ > 0) {
    state_.coverage.start_anew(now());
    warn_(fmt::format("{} of {} tables are dropped, since the secrets that they were made with are gone",
                      unreadable_, rows->size()));
  }
  if (is_serving() && !std::exchange(has_read_uses_, true)) {
    const auto done =
        read_uses(database, [&](const LedgerKey& counter, std::uint32_t kept, LedgerTime until) {
          state_.uses.restore(counter, kept, until);
        });
    if (!done) {
      has_read_uses_ = false;
      return std::unexpected(done.error());
    }
  }
  const auto forgotten = database.number("SELECT max(number) FROM forgotten");
  if (!forgotten) return std::unexpected(forgotten.error());
  upkeep_.begin_anew(*forgotten);
  return loaded;
}

Outcome<void> LedgerSink::load_segment(Database& database, const SegmentRow& row, LedgerTables& loaded) {
  auto secret = state_.secrets.find(row.secret);
  if (row.is_sealed && secret) {
    auto filter = read_filter(database, row.number);
    if (!filter) return std::unexpected(filter.error());
    loaded.sealed_of(row.life).push_back(std::make_shared<const SealedTable>(
        SealedTable{row.number, row.life, row.day, std::move(secret), row.rows, std::move(*filter)}));
    return {};
  }
  // Only the program that serves the ledger clears up.
  if (!is_serving()) return {};
  if (secret && !row.is_import) return load_log(database, row, loaded);
  if (!secret) ++unreadable_;
  return drop_segment(database, row.number);
}

Outcome<void> LedgerSink::load_log(Database& database, const SegmentRow& row, LedgerTables& loaded) {
  if (auto done = drop_sorted(database, row.number); !done) return done;
  auto table = std::make_shared<OpenTable>(row.life, row.day, state_.secrets.find(row.secret));
  const auto done = read_log(database, row.number, [&](const StoredRow& stored) {
    table->add(stored.key, stored.value, [] { return true; });
  });
  if (!done) return done;
  table->writers.number = row.number;
  if (loaded.taking(row.life, row.day)) table->close();
  loaded.open_of(row.life).push_back(std::move(table));
  return {};
}

/// The catalog becomes what the file has. What is in memory beside it may miss in the file, so all of it is
/// sealed into the file soon.
void LedgerSink::take_over(LedgerTables loaded) {
  state_.catalog.change([&](LedgerTables& tables) {
    for (const auto& table : tables.open | std::views::join) {
      if (table->writers.number != 0 || loaded.taking(table->life(), table->day())) table->close();
      table->writers = {};
      loaded.open_of(table->life()).push_back(table);
    }
    tables = std::move(loaded);
  });
}

base::Result<void> LedgerSink::write(const std::list<LedgerItem>& batch) {
  if (database_) check_place();
  auto done = write_to_file(batch);
  if (!done) return std::unexpected(base::Error{done.error().message});
  return {};
}

void LedgerSink::check_place() {
  if (!database_->has_moved()) {
    log_inode_ = log_inode(path_);
    return;
  }
  database_.reset();
  // A log that the old file leaves behind would be taken for that of the file that is there now.
  if (log_inode_ != 0 && log_inode(path_) == log_inode_) {
    for (const char* const suffix : {"-wal", "-shm"}) ::unlink((path_ + suffix).c_str());
  }
  state_.coverage.start_anew(now());
  warn_("the file is gone from its place; a new one is begun");
}

/// The connection may be broken, and not the file. A full disk breaks nothing. If a statement itself is
/// wrong, the file is not what it was.
template <typename Value>
Outcome<Value> LedgerSink::judged(Outcome<Value> outcome) {
  if (outcome) return outcome;
  const int code = outcome.error().primary_code();
  if (code == SQLITE_ERROR || code == SQLITE_CONSTRAINT) is_doubtful_ = true;
  if (code != SQLITE_BUSY && code != SQLITE_FULL) database_.reset();
  return outcome;
}

Outcome<void> LedgerSink::write_to_file(const std::list<LedgerItem>& batch) {
  if (auto done = open(); !done) return done;
  if (auto done = make_room(); !done) return done;
  auto done = judged(write_items(batch));
  const bool is_end = std::ranges::any_of(
      batch, [](const LedgerItem& item) { return std::holds_alternative<SealItem>(item); });
  if (done && is_end) done = judged(upkeep_.seal_all(*database_));
  return done;
}

/// Seals tables until there is room for more rows. tidy() alone is too slow for an import, and isn't called
/// for a minute after a failed write.
Outcome<void> LedgerSink::make_room() {
  const auto is_crowded = [&] {
    return state_.catalog.tables()->rows_in_memory() > kMostTablesInMemory * settings_.table_rows;
  };
  for (int i = 0; i < kMostSteps && is_crowded(); ++i) {
    if (const auto more = judged(upkeep_.step(*database_)); !more) return std::unexpected(more.error());
  }
  if (is_crowded()) return std::unexpected(Failure{SQLITE_FULL, "its tables can't be sealed"});
  return {};
}

Outcome<void> LedgerSink::write_items(const std::list<LedgerItem>& batch) {
  logs_.clear();
  new_numbers_.clear();
  Transaction transaction(*database_);
  if (auto done = transaction.begin(); !done) return done;
  if (auto done = save_secrets(); !done) return done;
  for (const LedgerItem& item : batch) {
    Outcome<void> done;
    if (const auto* row = std::get_if<RowItem>(&item)) {
      auto log = std::ranges::find(logs_, row->table, &decltype(logs_)::value_type::first);
      if (log == logs_.end()) log = logs_.insert(log, {row->table, {}});
      append_row(row->row, log->second);
    } else if (const auto* use = std::get_if<UseItem>(&item)) {
      done = add_use(*database_, use->counter, use->until);
    } else if (const auto* whom = std::get_if<ForgetItem>(&item)) {
      done = append_logs();
      if (done) done = forget(whom->owner);
    }
    if (!done) return done;
  }
  if (auto done = append_logs(); !done) return done;
  if (auto done = transaction.commit(); !done) return done;
  for (const auto& [table, number] : new_numbers_) table->writers.number = number;
  return {};
}

Outcome<void> LedgerSink::append_logs() {
  // An import has no logs, and what is sealed has its rows already.
  if (!is_serving()) logs_.clear();
  for (const auto& [table, rows] : std::exchange(logs_, {})) {
    if (table->writers.is_sealed) continue;
    const auto made = std::ranges::find(new_numbers_, table, &decltype(new_numbers_)::value_type::first);
    std::int64_t number = made == new_numbers_.end() ? table->writers.number : made->second;
    if (number == 0) {
      const auto inserted = insert_segment(
          *database_, {.life = table->life(), .day = table->day(), .secret = table->secret()->id()});
      if (!inserted) return std::unexpected(inserted.error());
      number = *inserted;
      if (auto done = make_log(*database_, number); !done) return done;
      new_numbers_.emplace_back(table, number);
    }
    if (auto done = append_log(*database_, number, rows); !done) return done;
  }
  return {};
}

Outcome<void> LedgerSink::forget(const std::string& owner) {
  // Another program may have made a secret.
  if (const auto done = state_.secrets.read(); !done) {
    return std::unexpected(failure_of(done.error(), SQLITE_MISMATCH));
  }
  for (const auto& secret : state_.secrets.all()) {
    const OwnerRange range = KeyMaker(*secret).range(owner);
    upkeep_.forget(range);
    if (auto done = delete_owner(*database_, range); !done) return done;
    if (auto done = add_forgotten(*database_, range, now()); !done) return done;
  }
  return {};
}

/// Within a transaction, so that two programs don't write the file at once.
Outcome<void> LedgerSink::save_secrets() {
  if (const auto done = state_.secrets.save(); !done)
    return std::unexpected(failure_of(done.error(), SQLITE_FULL));
  return {};
}

base::Result<bool> LedgerSink::tidy() {
  if (database_) check_place();
  Outcome<bool> more = false;
  if (const auto done = open(); !done) {
    more = std::unexpected(done.error());
  } else {
    more = judged(upkeep_.step(*database_));
  }
  // The lock's holder releases it some time.
  if (!more && more.error().primary_code() == SQLITE_BUSY) return false;
  if (!more) return std::unexpected(base::Error{more.error().message});
  return *more;
}

void LedgerSink::close(bool is_complete) {
  // What isn't marked as closed starts coverage anew when it is opened again.
  Outcome<void> done = open();
  if (done && !is_serving()) done = upkeep_.seal_all(*database_);
  if (done && is_serving() && is_complete) done = upkeep_.beat(*database_, true);
  if (!done) warn_("it could not be closed: " + done.error().message);
  database_.reset();
}

}  // namespace backstop::store::sqlite
