// The recipients of a file as they are now: replaced when the file changes, while sessions ask for them.
// Never waits, so its answers need no deadline. It does not read the file itself; config/map_file.h does.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "directory/directory.h"
#include "directory/recipient_list.h"

namespace backstop::directory {

class FileDirectory : public Directory {
 public:
  explicit FileDirectory(std::string path) : path_(std::move(path)) {}

  /// Failed until the first replace().
  net::Task<Answer> look_up(Question question, Deadline deadline) override;

  const std::string& path() const { return path_; }
  /// Null until the first replace().
  std::shared_ptr<const RecipientList> get() const;
  /// Tells one state of the file from another; see config::map_stamp(). Empty until the first replace().
  std::string stamp() const;
  void replace(RecipientList list, std::string stamp);

 private:
  const std::string path_;
  mutable std::mutex mutex_;
  std::shared_ptr<const RecipientList> list_;
  std::string stamp_;
};

}  // namespace backstop::directory
