// What the tests of histories share: a folder that goes with the test, a history's place in each database,
// and events that differ.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "store/history.h"

namespace backstop::store {

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "backstop-history-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Room for one history in some database.
class HistoryPlace {
 public:
  virtual ~HistoryPlace() = default;
  virtual std::string url() const = 0;
  /// Lets every write fail or wait, until unlock(), as another process can; reading goes on.
  virtual void lock() = 0;
  virtual void unlock() = 0;
  /// What it takes on the disk, while no history is open.
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

  TestFolder folder_;
  sqlite3* other_ = nullptr;
};

inline constexpr std::chrono::seconds kLong{60};
inline constexpr std::chrono::sys_time<std::chrono::milliseconds> kThen{
    std::chrono::milliseconds(1'795'400'000'123)};

/// Every field is set, to a value of its own that `number` is part of; the time is kThen and `number`
/// seconds.
inline Event make_event(int number) {
  const std::string n = std::to_string(number);
  Event event;
  event.time = kThen + std::chrono::seconds(number);
  event.id = "id" + n;
  event.gateway = "in" + n;
  event.direction = "inbound";
  event.client = "192.0.2." + std::to_string(number % 250);
  event.helo = "mx" + n + ".example.net";
  event.reverse_path = "bob" + n + "@example.net";
  event.recipients = {"ann" + n + "@example.org", "ben" + n + "@example.org"};
  event.size = 1000U + static_cast<unsigned>(number);
  event.message_id = "m" + n + "@example.net";
  event.kind = "dsn-failed";
  event.reporting_mta = "mta" + n + ".example.net";
  event.original_message_id = "o" + n + "@example.org";
  event.evidence = {{"tag", "silent", "no tag " + n}, {"never-sends", "refutes", "it never sends " + n}};
  event.origin = "forged";
  event.verdict = "refuse";
  event.reason = "forged";
  event.explanation = "You did not write mail " + n + ".";
  event.stage = "label";
  event.done = "labelled";
  event.next_stage = "refuse";
  event.reply = "250 2.0.0 ok " + n;
  event.took = std::chrono::milliseconds(number);
  event.client_gone = number % 2 == 1;
  return event;
}

inline std::unique_ptr<History> must_open(const HistorySettings& settings,
                                          std::function<void(std::string)> warn = {}) {
  auto history = open_history(settings, std::move(warn));
  EXPECT_TRUE(history) << history.error().message;
  return history ? std::move(*history) : nullptr;
}

inline std::vector<Event> must_query(History& history, const HistoryFilter& filter = {}) {
  auto events = history.query(filter);
  EXPECT_TRUE(events) << events.error().message;
  return events ? std::move(*events) : std::vector<Event>();
}

}  // namespace backstop::store
