// Looks at the files of aliases and of recipients every 20 seconds and reads those that have changed, so that
// a change counts without a reload. A file that can't be read leaves what was read before.
//
// A file of recipients that is cut short would have genuine mail refused. So it is read only once it has
// stayed the same from one look to the next, and what was read before stays if there is no recipient any
// more, none of a domain that had some, or less than half of many.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "directory/file_directory.h"
#include "gateway/settings.h"
#include "service/periodic.h"

namespace backstop::service {

/// One look at all files. One thread at a time.
class MapLook {
 public:
  /// A list of at least this many recipients is not replaced by one of less than half of them.
  static constexpr std::size_t kMany = 100;

  explicit MapLook(Tell tell) : tell_(std::move(tell)) {}

  /// Reads the files of these settings that have changed. Tells what it read, and once for each state of a
  /// file why it can't be read.
  void look(const gateway::Settings& settings);

 private:
  void read(const std::string& path, char delimiter, const std::string& stamp, intake::AliasTable& table);
  void read(const gateway::Settings& settings, const std::string& stamp, directory::FileDirectory& directory);
  bool is_settled(const std::string& path, const std::string& stamp);
  /// `what`: "aliases".
  void keep(std::string_view what, const std::string& path, const std::string& stamp, std::string_view why);

  const Tell tell_;
  std::map<std::string, std::string> failed_;  ///< by path: the stamp of what could not be taken
  std::map<std::string, std::string> seen_;    ///< by path: the stamp of the last look, of recipients
};

class MapWatch {
 public:
  /// What `tell` uses must outlive this.
  MapWatch(std::shared_ptr<const gateway::Settings> settings, const Tell& tell);

  /// Takes the domains of a new configuration. Any thread.
  void reload(std::shared_ptr<const gateway::Settings> settings) { settings_ = std::move(settings); }

 private:
  static constexpr std::chrono::seconds kPause{20};

  MapLook look_;
  std::atomic<std::shared_ptr<const gateway::Settings>> settings_;
  Periodic periodic_;  ///< last, since it uses all others
};

}  // namespace backstop::service
