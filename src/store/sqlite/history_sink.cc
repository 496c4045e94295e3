#include "store/sqlite/history_sink.h"

#include <utility>

#include "store/sqlite/schema.h"

namespace backstop::store::sqlite {

namespace {

constexpr std::chrono::milliseconds kPatience{250};

}  // namespace

Outcome<HistorySink::Connection> HistorySink::Connection::open(const std::string& path) {
  auto opened = open_for_writing(path, kPatience);
  if (!opened) return std::unexpected(opened.error());
  auto database = std::make_unique<Database>(std::move(*opened));
  auto insert = EventInsert::prepare(*database);
  if (!insert) return std::unexpected(insert.error());
  auto add = DaySumAdd::prepare(*database);
  if (!add) return std::unexpected(add.error());
  auto retention = Retention::prepare(*database);
  if (!retention) return std::unexpected(retention.error());
  return Connection{std::move(database), std::move(*insert), std::move(*add), std::move(*retention)};
}

HistorySink::HistorySink(std::string path, const HistorySettings& settings,
                         std::function<void(std::string)> warn)
    : path_(std::move(path)),
      keep_(settings.keep),
      most_bytes_(settings.most_bytes),
      warn_(std::move(warn)) {}

Outcome<void> HistorySink::open() {
  if (connection_) return {};
  auto opened = Connection::open(path_);
  if (!opened) return std::unexpected(opened.error());
  connection_.emplace(std::move(*opened));
  return {};
}

base::Result<void> HistorySink::write(const std::list<Event>& batch) {
  const WaitingSums::Rows& sums = sums_.begin_write();
  auto done = write_to_file(batch, sums);
  if (done && connection_->database->has_moved()) {
    // What was just written went into a file that nobody will find.
    connection_.reset();
    warn_("the file is gone from its place; a new one is begun");
    done = write_to_file(batch, sums);
  }
  sums_.end_write(done.has_value());
  if (!done) return std::unexpected(base::Error{done.error().message});
  return {};
}

base::Result<bool> HistorySink::tidy() {
  if (!connection_) return false;
  const auto more = connection_->retention.step(rule());
  // The lock's holder releases it some time, and nothing is urgent here.
  if (!more && more.error().primary_code() == SQLITE_BUSY) return false;
  if (!more) return std::unexpected(base::Error{more.error().message});
  return *more;
}

Outcome<void> HistorySink::write_to_file(const std::list<Event>& batch, const WaitingSums::Rows& sums) {
  if (auto done = open(); !done) return done;
  auto done = insert_all(batch, sums);
  if (done) return done;
  // The connection may be broken, and not the file. A full disk breaks nothing, and tidy() needs the
  // connection to make room.
  const int code = done.error().primary_code();
  if (code != SQLITE_BUSY && code != SQLITE_FULL) connection_.reset();
  return done;
}

Outcome<void> HistorySink::insert_all(const std::list<Event>& batch, const WaitingSums::Rows& sums) {
  Transaction transaction(*connection_->database);
  if (auto done = transaction.begin(); !done) return done;
  for (const Event& event : batch) {
    if (auto done = connection_->insert.run(event); !done) return done;
  }
  for (const auto& [pair, counts] : sums) {
    if (auto done = connection_->add.run(pair.first, pair.second, counts); !done) return done;
  }
  return transaction.commit();
}

RetentionRule HistorySink::rule() const {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto oldest_day = std::chrono::floor<std::chrono::days>(now) - kSumsKept;
  RetentionRule rule{
      .oldest = {}, .oldest_day = oldest_day.time_since_epoch().count(), .most_bytes = most_bytes_};
  if (keep_.count() > 0) {
    rule.oldest = (now - keep_).time_since_epoch().count();
  }
  return rule;
}

}  // namespace backstop::store::sqlite
