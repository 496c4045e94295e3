#include "os/new_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace backstop::os {

namespace {

std::unexpected<base::Error> refuse(std::string_view doing) {
  return std::unexpected(base::Error{fmt::format("{}: {}", doing, std::strerror(errno))});
}

}  // namespace

TemporaryFile::TemporaryFile(const std::string& target)
    : folder_(std::filesystem::path(target).parent_path().string()) {
  if (folder_.empty()) folder_ = ".";
  name_ = folder_ + "/.new-XXXXXX";
  file_ = FileDescriptor(::mkostemp(name_.data(), O_CLOEXEC));
}

TemporaryFile::~TemporaryFile() {
  if (file_.is_open()) ::unlink(name_.c_str());
}

bool TemporaryFile::give_to(const struct stat& owner) const {
  if (owner.st_uid == ::geteuid() && owner.st_gid == ::getegid()) return true;
  return ::fchown(file_.number(), owner.st_uid, owner.st_gid) == 0;
}

bool TemporaryFile::write(std::string_view text, mode_t mode) const {
  while (!text.empty()) {
    const ssize_t done = ::write(file_.number(), text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(done));
  }
  return ::fchmod(file_.number(), mode) == 0 && ::fsync(file_.number()) == 0;
}

bool TemporaryFile::sync_folder() const {
  const FileDescriptor folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.is_open() && ::fsync(folder.number()) == 0;
}

base::Result<void> create_file(const std::string& path, std::string_view text, mode_t mode) {
  const TemporaryFile temporary(path);
  if (!temporary.is_open()) return refuse("can't write in its folder");
  if (!temporary.write(text, mode)) return refuse("can't write it");
  // A link and no rename: it fails if the name is taken, also when two do this at once.
  if (::link(temporary.name(), path.c_str()) != 0) return refuse("can't make it");
  if (!temporary.sync_folder()) return refuse("can't sync its folder");
  return {};
}

}  // namespace backstop::os
