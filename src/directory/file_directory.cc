#include "directory/file_directory.h"

namespace backstop::directory {

net::Task<Answer> FileDirectory::look_up(Question question, Deadline) {
  const auto list = get();
  if (list == nullptr) co_return Answer{Existence::Failed, "the file of recipients has not been read"};
  co_return Answer{list->contains(question) ? Existence::Exists : Existence::Unknown};
}

std::shared_ptr<const RecipientList> FileDirectory::get() const {
  const std::lock_guard lock(mutex_);
  return list_;
}

std::string FileDirectory::stamp() const {
  const std::lock_guard lock(mutex_);
  return stamp_;
}

void FileDirectory::replace(RecipientList list, std::string stamp) {
  auto made = std::make_shared<const RecipientList>(std::move(list));
  const std::lock_guard lock(mutex_);
  list_.swap(made);
  stamp_ = std::move(stamp);
}

}  // namespace backstop::directory
