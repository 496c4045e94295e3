// Looks at the alias files every 20 seconds and reads those that have changed, so that a new alias counts
// without a reload. A file that can't be read leaves the aliases as they were.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "gateway/settings.h"
#include "service/periodic.h"

namespace backstop::service {

/// One look at all files. One thread at a time.
class AliasLook {
 public:
  explicit AliasLook(Tell tell) : tell_(std::move(tell)) {}

  /// Reads the files of these settings that have changed. Tells what it read, and once for each state of a
  /// file why it can't be read.
  void look(const gateway::Settings& settings);

 private:
  void read(const std::string& path, char delimiter, const std::string& stamp, intake::AliasTable& table);

  const Tell tell_;
  std::map<std::string, std::string> failed_;  ///< by path: the stamp of what could not be read
};

class AliasWatch {
 public:
  /// What `tell` uses must outlive this.
  AliasWatch(std::shared_ptr<const gateway::Settings> settings, const Tell& tell);

  /// Takes the domains of a new configuration. Any thread.
  void reload(std::shared_ptr<const gateway::Settings> settings) { settings_ = std::move(settings); }

 private:
  static constexpr std::chrono::seconds kPause{20};

  AliasLook look_;
  std::atomic<std::shared_ptr<const gateway::Settings>> settings_;
  Periodic periodic_;  ///< last, since it uses all others
};

}  // namespace backstop::service
