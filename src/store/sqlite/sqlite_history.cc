#include "store/sqlite/sqlite_history.h"

#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "base/text.h"
#include "store/event_writer.h"
#include "store/sqlite/event_table.h"
#include "store/sqlite/retention.h"
#include "store/sqlite/schema.h"

namespace backstop::store::sqlite {

namespace {

constexpr std::chrono::milliseconds kWriterPatience{250};
constexpr std::chrono::milliseconds kReaderPatience{2000};

std::string about(const std::string& path, std::string_view what) {
  return fmt::format("history {}: {}", base::printable(path, 4096), what);
}

std::unexpected<base::Error> error(const std::string& path, const Failure& failure) {
  return std::unexpected(base::Error{about(path, failure.message)});
}

/// A connection with what is prepared on it, which goes before it does.
struct WriteConnection {
  std::unique_ptr<Database> database;
  EventInsert insert;
  Retention retention;

  static Outcome<WriteConnection> open(const std::string& path) {
    auto opened = open_for_writing(path, kWriterPatience);
    if (!opened) return std::unexpected(opened.error());
    auto database = std::make_unique<Database>(std::move(*opened));
    auto insert = EventInsert::prepare(*database);
    if (!insert) return std::unexpected(insert.error());
    auto retention = Retention::prepare(*database);
    if (!retention) return std::unexpected(retention.error());
    return WriteConnection{std::move(database), std::move(*insert), std::move(*retention)};
  }
};

class FileSink : public EventSink {
 public:
  FileSink(std::string path, const HistorySettings& settings, std::function<void(std::string)> warn)
      : path_(std::move(path)),
        keep_(settings.keep),
        most_bytes_(settings.most_bytes),
        warn_(std::move(warn)) {}

  /// Before the writer's thread begins.
  Outcome<void> open() {
    if (connection_) return {};
    auto opened = WriteConnection::open(path_);
    if (!opened) return std::unexpected(opened.error());
    connection_.emplace(std::move(*opened));
    return {};
  }

  base::Result<void> write(const std::list<Event>& batch) override {
    auto done = write_to_file(batch);
    if (done && connection_->database->has_moved()) {
      // What was just written went into a file that nobody will find.
      connection_.reset();
      warn_("the file is gone from its place; a new one is begun");
      done = write_to_file(batch);
    }
    if (!done) return std::unexpected(base::Error{done.error().message});
    return {};
  }

  base::Result<bool> tidy() override {
    if (!connection_) return false;
    const auto more = connection_->retention.step(rule());
    // Whoever holds the lock lets go of it some time, and nothing is urgent here.
    if (!more && more.error().primary_code() == SQLITE_BUSY) return false;
    if (!more) return std::unexpected(base::Error{more.error().message});
    return *more;
  }

 private:
  Outcome<void> write_to_file(const std::list<Event>& batch) {
    if (auto done = open(); !done) return done;
    auto done = insert_all(batch);
    if (done) return done;
    // It may be that the connection is what is broken, and not the file. A full disk breaks nothing, and
    // tidy() has to be able to make room.
    const int code = done.error().primary_code();
    if (code != SQLITE_BUSY && code != SQLITE_FULL) connection_.reset();
    return done;
  }

  Outcome<void> insert_all(const std::list<Event>& batch) {
    Transaction transaction(*connection_->database);
    if (auto done = transaction.begin(); !done) return done;
    for (const Event& event : batch) {
      if (auto done = connection_->insert.run(event); !done) return done;
    }
    return transaction.commit();
  }

  RetentionRule rule() const {
    RetentionRule rule{.oldest = {}, .most_bytes = most_bytes_};
    if (keep_.count() > 0) {
      const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
      rule.oldest = (now - keep_).time_since_epoch().count();
    }
    return rule;
  }

  const std::string path_;
  const std::chrono::hours keep_;
  const std::uint64_t most_bytes_;
  const std::function<void(std::string)> warn_;
  std::optional<WriteConnection> connection_;
};

/// Queries of any thread, one at a time, on a connection of their own: they see what is committed and never
/// hold the writer up.
class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  base::Result<void> open() {
    const std::lock_guard lock(mutex_);
    return ensure_open();
  }

  base::Result<std::vector<Event>> query(const HistoryFilter& filter) {
    const std::lock_guard lock(mutex_);
    if (database_ && database_->has_moved()) database_.reset();
    if (auto done = ensure_open(); !done) return std::unexpected(done.error());
    auto events = select_events(*database_, filter);
    if (!events) return error(path_, events.error());
    return std::move(*events);
  }

 private:
  base::Result<void> ensure_open() {
    if (database_) return {};
    auto opened = open_for_reading(path_, kReaderPatience);
    if (!opened) return error(path_, opened.error());
    database_.emplace(std::move(*opened));
    return {};
  }

  const std::string path_;
  std::mutex mutex_;
  std::optional<Database> database_;
};

class FileHistory : public History {
 public:
  FileHistory(const std::string& path, std::unique_ptr<FileSink> sink, const HistorySettings& settings,
              std::function<void(std::string)> warn)
      : writer_(std::move(sink), settings.buffer, settings.batch, std::move(warn)), reader_(path) {}

  void record(Event event) override { writer_.record(std::move(event)); }
  bool flush(std::chrono::milliseconds limit) override { return writer_.flush(limit); }
  base::Result<std::vector<Event>> query(const HistoryFilter& filter) override {
    return reader_.query(filter);
  }
  HistoryCounters counters() const override { return writer_.counters(); }

 private:
  EventWriter writer_;
  Reader reader_;
};

class ReadHistory : public History {
 public:
  explicit ReadHistory(const std::string& path) : reader_(path) {}

  base::Result<void> open() { return reader_.open(); }
  void record(Event /*event*/) override { ++lost_; }
  bool flush(std::chrono::milliseconds /*limit*/) override { return true; }
  base::Result<std::vector<Event>> query(const HistoryFilter& filter) override {
    return reader_.query(filter);
  }
  HistoryCounters counters() const override { return {.recorded = 0, .written = 0, .lost = lost_}; }

 private:
  Reader reader_;
  std::atomic<std::uint64_t> lost_ = 0;
};

}  // namespace

base::Result<std::unique_ptr<History>> open_file(const std::string& path, const HistorySettings& settings,
                                                 std::function<void(std::string)> warn) {
  std::function<void(std::string)> say = [](const std::string&) {};
  if (warn) say = [path, warn = std::move(warn)](const std::string& line) { warn(about(path, line)); };
  auto sink = std::make_unique<FileSink>(path, settings, say);
  if (const auto opened = sink->open(); !opened && !opened.error().is_passing()) {
    return error(path, opened.error());
  }
  return std::make_unique<FileHistory>(path, std::move(sink), settings, std::move(say));
}

base::Result<std::unique_ptr<History>> open_file_for_reading(const std::string& path) {
  auto history = std::make_unique<ReadHistory>(path);
  if (const auto opened = history->open(); !opened) return std::unexpected(opened.error());
  return history;
}

}  // namespace backstop::store::sqlite
