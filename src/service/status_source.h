// Gathers what `backstop status` is told, from the running gateway and its stores. Nothing in it makes a mail
// wait: workers are asked by a message to their loops, and the history is read on the thread that asks.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "gateway/server.h"
#include "report/status.h"
#include "store/history.h"
#include "store/ledger.h"

namespace backstop::service {

/// What runs. A reload makes another one.
struct Running {
  std::shared_ptr<const gateway::Settings> settings = {};
  std::vector<gateway::Listening> listening = {};
  std::vector<report::Status::Door> doors = {};  ///< without their connections
  std::string config_file = {};
  report::Moment config_read = {};
  std::string reload_failure = {};  ///< why the last reload changed nothing; empty if it did
  bool is_stopping = false;
};

/// The stores, which stay the same for as long as the process runs. A url is empty if there is no such store.
struct RunningStores {
  std::string history = {};
  bool has_ordinary = false;
  std::string ledger = {};
  store::QuarantineSettings quarantine = {};
  store::QuarantineSettings held = {};
  const store::HistoryWriter* history_writer = nullptr;
  const store::LedgerWriter* ledger_writer = nullptr;
};

class StatusSource {
 public:
  /// At most this many events of a day are counted, the newest ones.
  static constexpr std::size_t kMostCounted = 200'000;
  /// What was read from the stores is told again for this many times as long as it took to read it.
  static constexpr int kPauseToWork = 10;

  /// The server and the writers must outlive this.
  StatusSource(gateway::Server& server, RunningStores stores, std::shared_ptr<const Running> running);

  /// Any thread.
  void set(std::shared_ptr<const Running> running) { running_.store(std::move(running)); }
  std::shared_ptr<const Running> running() const { return running_.load(); }
  /// Whether delivered mail that is no response is kept in the history from now on. Any thread.
  void keep_ordinary(bool ordinary) { has_ordinary_ = ordinary; }

  /// Returns what is known now. Any thread; may wait for the disk, for another call, and a second for the
  /// workers.
  report::Status look();

 private:
  /// What is read from the disk.
  struct Read {
    std::optional<report::DayCount> today;
    std::vector<report::LateRefusals> late;
    std::string history_trouble;
    std::vector<report::Status::Store> kept;  ///< quarantine and held store, if there are
  };

  const Read& read(const Running& running, report::Moment now);
  void read_history(const gateway::Settings& settings, report::Moment now, Read& read);
  base::Result<void> count_day(report::Moment now, Read& read);
  report::Status::Store look_into(const store::QuarantineSettings& settings, report::Moment now) const;
  std::vector<report::Status::Store> stores(const Read& read) const;
  std::vector<report::Status::NextHop> next_hops(const Running& running, const gateway::Server::OpenNow& open,
                                                 const Read& read, report::Moment now) const;

  gateway::Server& server_;
  const RunningStores stores_;
  const report::Moment started_;
  std::atomic<std::shared_ptr<const Running>> running_;
  std::atomic<bool> has_ordinary_;

  // Of look().
  std::mutex mutex_;
  std::unique_ptr<store::HistoryReader> reader_;
  Read read_;
  std::chrono::steady_clock::time_point read_until_{};  ///< as long as `read_` is told again
};

}  // namespace backstop::service
