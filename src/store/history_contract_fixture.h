// The fixture of the tests that every history must pass, whatever database is behind it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "store/history.h"
#include "store/history_fixture.h"

namespace backstop::store {

/// A database that the tests run on: one row for each.
struct Backend {
  const char* name;
  std::function<std::unique_ptr<HistoryPlace>()> make_place;
};

inline void PrintTo(const Backend& backend, std::ostream* out) {
  *out << backend.name;
}

inline const std::vector<Backend>& backends() {
  static const std::vector<Backend> table = {
      {"Sqlite", [] { return std::make_unique<SqlitePlace>(); }},
  };
  return table;
}

class HistoryContract : public testing::TestWithParam<Backend> {
 protected:
  // The times of the events have nothing to do with today: none is deleted for its age unless a test says so.
  HistorySettings settings() const {
    return {.url = place_->url(),
            .keep = std::chrono::hours(0),
            .most_bytes = 0,
            .buffer = 200'000,
            .batch = std::chrono::milliseconds(1)};
  }

  std::function<void(std::string)> warn() {
    return [this](std::string line) {
      const std::lock_guard lock(mutex_);
      warnings_.push_back(std::move(line));
    };
  }
  std::vector<std::string> warnings() {
    const std::lock_guard lock(mutex_);
    return warnings_;
  }

  std::vector<Event> read(const HistoryFilter& filter = {}) { return must_query(place_->url(), filter); }

  std::vector<DaySums> sums(std::chrono::sys_days since = {}) { return must_read_sums(place_->url(), since); }

  std::unique_ptr<HistoryPlace> place_ = GetParam().make_place();

 private:
  std::mutex mutex_;
  std::vector<std::string> warnings_;
};

/// Retention does a step after each write; a thousand writes are enough for it to end.
inline void write_until(HistoryWriter& history, const std::function<bool()>& is_reached) {
  for (int i = 0; i < 1000 && !is_reached(); ++i) {
    Event event = make_event(1'000'000 + i);
    event.time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    record(history, event);
    ASSERT_TRUE(history.flush(kLong));
  }
  ASSERT_TRUE(is_reached());
}

}  // namespace backstop::store
