// For tests of ledgers: a ledger's place in each database, a clock that stands still, and what asks.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/folder_fixture.h"
#include "store/ledger.h"

namespace backstop::store {

inline constexpr std::chrono::seconds kLong{60};

/// The tests' clock. It begins at noon of 2026-11-10.
inline std::atomic<std::int64_t> ledger_test_time;
inline LedgerTime ledger_test_clock() {
  return LedgerTime(std::chrono::seconds(ledger_test_time));
}
inline constexpr LedgerTime kNoon =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 10) + std::chrono::hours(12);
inline void set_clock(LedgerTime time) {
  ledger_test_time = time.time_since_epoch().count();
}
inline void pass(std::chrono::seconds time) {
  ledger_test_time += time.count();
}

/// Has room for one ledger in some database.
class LedgerPlace {
 public:
  virtual ~LedgerPlace() = default;
  virtual std::string url() const = 0;
  /// Makes every write fail or wait until unlock(), as another process can; reading goes on.
  virtual void lock() = 0;
  virtual void unlock() = 0;
  /// Removes all of it.
  virtual void remove() = 0;
  /// All bytes that are kept, to look for addresses in them.
  virtual std::string bytes() const = 0;
};

class SqliteLedgerPlace : public LedgerPlace {
 public:
  ~SqliteLedgerPlace() override { sqlite3_close(other_); }
  std::string path() const { return folder_.path() / "ledger.db"; }
  std::string keys() const { return path() + ".keys"; }
  std::string url() const override { return "sqlite:" + path(); }
  /// Makes the ledger, which must be closed, one that has all since that time.
  void cover_since(LedgerTime time) {
    ASSERT_EQ(sqlite3_open(path().c_str(), &other_), SQLITE_OK);
    const std::string sql =
        "UPDATE meta SET covered_since = " + std::to_string(time.time_since_epoch().count());
    EXPECT_EQ(sqlite3_exec(other_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(other_);
    other_ = nullptr;
  }
  void lock() override {
    ASSERT_EQ(sqlite3_open(path().c_str(), &other_), SQLITE_OK);
    ASSERT_EQ(sqlite3_busy_timeout(other_, 30'000), SQLITE_OK);  // the writer may be at work
    ASSERT_EQ(sqlite3_exec(other_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  }
  void unlock() override {
    ASSERT_EQ(sqlite3_exec(other_, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(other_);
    other_ = nullptr;
  }
  void remove() override {
    for (const char* const suffix : {"", "-wal", "-shm", ".keys"}) std::filesystem::remove(path() + suffix);
  }
  std::string bytes() const override {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all;
  }

 private:
  base::TemporaryFolder folder_;
  sqlite3* other_ = nullptr;
};

/// Runs a task to its end on a loop of its own.
template <typename Value>
Value run(net::Task<Value> task) {
  net::asio::io_context loop;
  std::optional<Value> value;
  net::asio::co_spawn(loop.get_executor(), std::move(task), [&](std::exception_ptr error, Value done) {
    if (!error) value = std::move(done);
  });
  loop.run();
  return std::move(value.value());
}

inline base::Result<std::vector<std::uint32_t>> ask(LedgerReader& ledger,
                                                    const std::vector<RowKey>& questions) {
  return run(ledger.look_up(questions));
}

/// Asks one question; fails the test if there is no answer.
inline std::uint32_t ask(LedgerReader& ledger, const RowKey& question) {
  const auto answers = ask(ledger, std::vector{question});
  EXPECT_TRUE(answers) << answers.error().message;
  return answers ? answers->front() : 0;
}

inline std::optional<UsePlace> take(LedgerWriter& ledger, const RowKey& counter, std::uint32_t limit,
                                    std::chrono::seconds life = std::chrono::hours(24)) {
  return run(ledger.take(counter, limit, life));
}

inline std::unique_ptr<LedgerWriter> must_open(const LedgerSettings& settings,
                                               std::function<void(std::string)> warn = {}) {
  auto ledger = open_ledger(settings, std::move(warn));
  EXPECT_TRUE(ledger) << ledger.error().message;
  return ledger ? std::move(*ledger) : nullptr;
}

inline std::unique_ptr<LedgerReader> must_open_for_reading(const LedgerSettings& settings) {
  auto ledger = open_ledger_for_reading(settings);
  EXPECT_TRUE(ledger) << ledger.error().message;
  return ledger ? std::move(*ledger) : nullptr;
}

/// Upkeep does a step after each write; a thousand writes are enough for it to end. The rows that are written
/// have no owner.
inline void write_until(LedgerWriter& ledger, const std::function<bool()>& is_reached) {
  for (int i = 0; i < 1000 && !is_reached(); ++i) {
    const std::string id = "filler" + std::to_string(i) + "@example.org";
    ledger.record(std::vector{Row{arrival(id)}});
    ASSERT_TRUE(ledger.flush(kLong));
  }
  ASSERT_TRUE(is_reached());
}

/// Lines for the log, of any thread.
class Warnings {
 public:
  std::function<void(std::string)> taker() {
    return [this](std::string line) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(std::move(line));
    };
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace backstop::store
