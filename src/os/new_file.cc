#include "os/new_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "os/byte_source.h"

namespace backstop::os {

namespace {

std::unexpected<base::Error> refuse(std::string_view doing) {
  return std::unexpected(base::Error{fmt::format("{}: {}", doing, std::strerror(errno))});
}

/// A hidden file of its own; its name is removed with this object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& folder)
      : name_((folder / ".new-XXXXXX").string()), file_(::mkostemp(name_.data(), O_CLOEXEC)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (file_.is_open()) ::unlink(name_.c_str());
  }

  const char* name() const { return name_.c_str(); }
  bool is_open() const { return file_.is_open(); }
  bool write(std::string_view text, mode_t mode) const {
    while (!text.empty()) {
      const ssize_t done = ::write(file_.number(), text.data(), text.size());
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) return false;
      text.remove_prefix(static_cast<std::size_t>(done));
    }
    return ::fchmod(file_.number(), mode) == 0 && ::fsync(file_.number()) == 0;
  }

 private:
  std::string name_;
  FileDescriptor file_;
};

}  // namespace

base::Result<void> create_file(const std::string& path, std::string_view text, mode_t mode) {
  const auto parent = std::filesystem::path(path).parent_path();
  const std::filesystem::path folder = parent.empty() ? "." : parent;
  const TemporaryFile temporary(folder);
  if (!temporary.is_open()) return refuse("can't write in its folder");
  if (!temporary.write(text, mode)) return refuse("can't write it");
  // A link and no rename: it fails if the name is taken, also when two do this at once.
  if (::link(temporary.name(), path.c_str()) != 0) return refuse("can't make it");
  const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open() || ::fsync(opened.number()) != 0) return refuse("can't sync its folder");
  return {};
}

}  // namespace backstop::os
