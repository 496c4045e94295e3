// Reads the daily sums of the history every ten minutes, and tells the sessions which domains are ready. The
// log hears when that changes, and once a day which domain does not act by its stage yet, and why, and
// which next hop takes recipients that it later refuses.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/settings.h"
#include "intake/ready_table.h"
#include "service/periodic.h"
#include "store/history.h"

namespace backstop::service {

using Observations = std::map<std::string, intake::Observed, std::less<>>;

/// Compares what is observed with what was known, and makes the lines of the log. One thread at a time.
class ReadinessLines {
 public:
  /// Returns the lines for domains whose readiness has changed, and, once a day and when they or their stage
  /// are new, for those whose stage does not act yet, also if no mail of them was seen. Domains that are
  /// declared to be ready have none.
  std::vector<std::string> update(const Observations& observed, const intake::DomainTable& domains,
                                  std::chrono::sys_days today);

 private:
  struct Known {
    bool is_ready = false;
    policy::Stage stage = policy::Stage::Observe;

    bool operator==(const Known&) const = default;
  };

  std::map<std::string, Known, std::less<>> known_;
  std::chrono::sys_days told_{};
};

/// Tells once a day which next hops take recipients that they later refuse. One thread at a time.
class LateRefusalLook {
 public:
  explicit LateRefusalLook(Tell tell) : tell_(std::move(tell)) {}

  /// Looks only once a day (UTC), since that reads all events of the last days.
  void look(store::HistoryReader& history, const intake::DomainTable& domains,
            std::chrono::system_clock::time_point now);

 private:
  const Tell tell_;
  std::chrono::sys_days looked_{};
};

class ReadinessWatch {
 public:
  /// `table` and what `tell` uses must outlive this. The first look is made before this returns, so that a
  /// restart doesn't begin with domains that are not ready.
  ReadinessWatch(std::string history_url, std::shared_ptr<const gateway::Settings> settings,
                 intake::ReadyTable& table, Tell tell);

  /// Takes the domains of a new configuration. Any thread.
  void reload(std::shared_ptr<const gateway::Settings> settings) { settings_ = std::move(settings); }

 private:
  static constexpr std::chrono::minutes kPause{10};

  void look();

  const std::string url_;
  intake::ReadyTable& table_;
  const Tell tell_;
  std::atomic<std::shared_ptr<const gateway::Settings>> settings_;

  // Of the looks, the first of which the constructor makes.
  std::unique_ptr<store::HistoryReader> reader_;
  ReadinessLines lines_;
  LateRefusalLook late_;
  bool has_failed_ = false;
  std::optional<Periodic> periodic_;  ///< last, since it uses all others
};

}  // namespace backstop::service
