#include "store/sqlite/sqlite_history.h"

#include <fmt/format.h>

#include <mutex>
#include <optional>
#include <utility>

#include "base/text.h"
#include "store/batch_writer.h"
#include "store/sqlite/day_sum_table.h"
#include "store/sqlite/event_table.h"
#include "store/sqlite/history_sink.h"
#include "store/sqlite/schema.h"

namespace backstop::store::sqlite {

namespace {

constexpr std::chrono::milliseconds kReaderPatience{2000};

std::string about(const std::string& path, std::string_view what) {
  return fmt::format("history {}: {}", base::printable(path, 4096), what);
}

std::unexpected<base::Error> error(const std::string& path, const Failure& failure) {
  return std::unexpected(base::Error{about(path, failure.message)});
}

class FileWriter : public HistoryWriter {
 public:
  FileWriter(std::unique_ptr<HistorySink> sink, const HistorySettings& settings,
             std::function<void(std::string)> warn)
      : sink_(*sink),
        writer_(std::move(sink),
                {.buffer = settings.buffer,
                 .gather = settings.batch,
                 .words = {"event", "events", "old events can't be deleted"}},
                std::move(warn)) {}

  void record(Event event) override { writer_.record(std::move(event)); }
  void add(DaySums sums) override { sink_.add(std::move(sums)); }
  bool flush(std::chrono::milliseconds limit) override { return writer_.flush(limit); }
  BatchCounters counters() const override { return writer_.counters(); }

 private:
  HistorySink& sink_;  ///< belongs to writer_
  BatchWriter<Event> writer_;
};

/// Takes queries of any thread, one at a time.
class FileReader : public HistoryReader {
 public:
  explicit FileReader(std::string path) : path_(std::move(path)) {}

  base::Result<void> open() {
    const std::lock_guard lock(mutex_);
    return ensure_open();
  }

  base::Result<std::vector<Event>> query(const HistoryFilter& filter) override {
    std::vector<Event> events;
    const auto done = visit(filter, [&](Event event) { events.push_back(std::move(event)); });
    if (!done) return std::unexpected(done.error());
    return events;
  }

  base::Result<void> visit(const HistoryFilter& filter, const EventVisitor& visitor) override {
    return ask<void>([&](Database& database) { return visit_events(database, filter, visitor); });
  }

  base::Result<std::int64_t> newest() override {
    return ask<std::int64_t>([](Database& database) { return newest_event(database); });
  }

  base::Result<std::vector<DaySums>> day_sums(std::chrono::sys_days since) override {
    return ask<std::vector<DaySums>>([&](Database& database) { return select_day_sums(database, since); });
  }

 private:
  template <typename Answer, typename Select>
  base::Result<Answer> ask(const Select& select) {
    const std::lock_guard lock(mutex_);
    if (database_ && database_->has_moved()) database_.reset();
    if (auto done = ensure_open(); !done) return std::unexpected(done.error());
    return to_result(select(*database_), [&](std::string_view what) { return about(path_, what); });
  }

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

}  // namespace

base::Result<std::unique_ptr<HistoryWriter>> open_file(const std::string& path,
                                                       const HistorySettings& settings,
                                                       std::function<void(std::string)> warn) {
  std::function<void(std::string)> say = [](const std::string&) {};
  if (warn) say = [path, warn = std::move(warn)](const std::string& line) { warn(about(path, line)); };
  auto sink = std::make_unique<HistorySink>(path, settings, say);
  if (const auto opened = sink->open(); !opened && !opened.error().is_passing()) {
    return error(path, opened.error());
  }
  return std::make_unique<FileWriter>(std::move(sink), settings, std::move(say));
}

base::Result<std::unique_ptr<HistoryReader>> open_file_for_reading(const std::string& path) {
  auto reader = std::make_unique<FileReader>(path);
  if (const auto opened = reader->open(); !opened) return std::unexpected(opened.error());
  return reader;
}

}  // namespace backstop::store::sqlite
