// For tests of histories: a history's place in each database, and what records and queries there.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "base/folder_fixture.h"
#include "store/event_fixture.h"
#include "store/history.h"

namespace backstop::store {

/// Has room for one history in some database.
class HistoryPlace {
 public:
  virtual ~HistoryPlace() = default;
  virtual std::string url() const = 0;
  /// Makes every write fail or wait until unlock(), as another process can; reading goes on.
  virtual void lock() = 0;
  virtual void unlock() = 0;
  /// Its size on the disk, while no history is open.
  virtual std::uintmax_t bytes() const = 0;
};

class SqlitePlace : public HistoryPlace {
 public:
  ~SqlitePlace() override { sqlite3_close(other_); }
  std::string path() const { return folder_.path() / "history.db"; }
  std::string url() const override { return "sqlite:" + path(); }
  std::uintmax_t bytes() const override { return std::filesystem::file_size(path()); }
  void lock() override {
    ASSERT_EQ(sqlite3_open(path().c_str(), &other_), SQLITE_OK);
    ASSERT_EQ(sqlite3_busy_timeout(other_, kLockMilliseconds), SQLITE_OK);  // the writer may be at work
    ASSERT_EQ(sqlite3_exec(other_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  }
  void unlock() override {
    ASSERT_EQ(sqlite3_exec(other_, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(other_);
    other_ = nullptr;
  }

 private:
  static constexpr int kLockMilliseconds = 30'000;

  base::TemporaryFolder folder_;
  sqlite3* other_ = nullptr;
};

inline constexpr std::chrono::seconds kLong{60};

/// Records the event with the addresses that it is found by; unless it has some, those of its envelope.
inline void record(HistoryWriter& history, Event event) {
  if (event.addresses.empty()) {
    event.addresses = event.recipients;
    if (!event.reverse_path.empty()) event.addresses.push_back(event.reverse_path);
  }
  history.record(std::move(event));
}

inline std::unique_ptr<HistoryWriter> must_open(const HistorySettings& settings,
                                                std::function<void(std::string)> warn = {}) {
  auto history = open_history(settings, std::move(warn));
  EXPECT_TRUE(history) << history.error().message;
  return history ? std::move(*history) : nullptr;
}

inline std::unique_ptr<HistoryReader> must_open_for_reading(const std::string& url) {
  auto history = open_history_for_reading(url);
  EXPECT_TRUE(history) << history.error().message;
  return history ? std::move(*history) : nullptr;
}

inline std::vector<Event> must_query(HistoryReader& history, const HistoryFilter& filter = {}) {
  auto events = history.query(filter);
  EXPECT_TRUE(events) << events.error().message;
  return events ? std::move(*events) : std::vector<Event>();
}

inline std::vector<Event> must_query(const std::string& url, const HistoryFilter& filter = {}) {
  const auto history = must_open_for_reading(url);
  return history ? must_query(*history, filter) : std::vector<Event>();
}

inline std::vector<DaySums> must_read_sums(const std::string& url, std::chrono::sys_days since = {}) {
  const auto history = must_open_for_reading(url);
  if (!history) return {};
  auto sums = history->day_sums(since);
  EXPECT_TRUE(sums) << sums.error().message;
  return sums ? std::move(*sums) : std::vector<DaySums>();
}

}  // namespace backstop::store
