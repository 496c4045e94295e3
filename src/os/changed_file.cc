#include "os/changed_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "os/byte_source.h"
#include "os/new_file.h"

namespace backstop::os {
namespace {

constexpr std::chrono::milliseconds kPause{20};
constexpr int kTries = 100;

std::unexpected<base::Error> refuse(std::string what) {
  return std::unexpected(base::Error{std::move(what)});
}

std::unexpected<base::Error> refuse_errno(std::string_view doing) {
  return refuse(fmt::format("{}: {}", doing, std::strerror(errno)));
}

struct OpenFile {
  FileDescriptor file;
  struct stat status{};
};

/// A file that isn't there is one that isn't open.
base::Result<OpenFile> open_checked(const std::string& path, mode_t mode) {
  OpenFile open{.file = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))};
  if (!open.file.is_open()) {
    if (errno == ENOENT) return open;
    return refuse_errno("can't open it");
  }
  if (::fstat(open.file.number(), &open.status) != 0) return refuse_errno("can't look at it");
  if (!S_ISREG(open.status.st_mode)) return refuse("it is no plain file");
  const unsigned found = open.status.st_mode & 07777U;
  if ((found & ~static_cast<unsigned>(mode)) != 0)
    return refuse(fmt::format("its mode is {:04o}; it must be {:04o} or less", found, mode));
  return open;
}

base::Result<std::string> read_all(const FileDescriptor& file, std::size_t most) {
  std::string text(most + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got =
        ::pread(file.number(), text.data() + size, text.size() - size, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse_errno("can't read it");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > most) return refuse(fmt::format("it has more than {} bytes", most));
  text.resize(size);
  return text;
}

bool is_same_file(const std::string& path, const struct stat& locked) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && status.st_dev == locked.st_dev &&
         status.st_ino == locked.st_ino;
}

/// Returns the file, locked, made if it is missing.
base::Result<OpenFile> lock_file(const std::string& path, mode_t mode) {
  for (int i = 0; i < kTries; ++i) {
    auto open = open_checked(path, mode);
    if (!open) return open;
    if (!open->file.is_open()) {
      if (auto made = create_file(path, {}, mode); !made && errno != EEXIST)
        return std::unexpected(made.error());
      continue;
    }
    const bool is_locked = ::flock(open->file.number(), LOCK_EX | LOCK_NB) == 0;
    if (!is_locked && errno != EWOULDBLOCK) return refuse_errno("can't lock it");
    if (is_locked && is_same_file(path, open->status)) return open;
    if (!is_locked) std::this_thread::sleep_for(kPause);
  }
  return refuse("somebody else changes it right now; try again");
}

}  // namespace

base::Result<std::string> read_small_file(const std::string& path, std::size_t most, mode_t mode) {
  const auto open = open_checked(path, mode);
  if (!open) return std::unexpected(open.error());
  if (!open->file.is_open()) return std::string();
  return read_all(open->file, most);
}

base::Result<void> change_file(const std::string& path, std::size_t most, mode_t mode,
                               const std::function<base::Result<std::string>(std::string_view)>& change) {
  const auto open = lock_file(path, mode);
  if (!open) return std::unexpected(open.error());
  const auto before = read_all(open->file, most);
  if (!before) return std::unexpected(before.error());
  const auto after = change(*before);
  if (!after) return std::unexpected(after.error());
  if (after->size() > most) return refuse(fmt::format("it would have more than {} bytes", most));
  const TemporaryFile temporary(path);
  if (!temporary.is_open()) return refuse_errno("can't write in its folder");
  if (!temporary.give_to(open->status)) return refuse_errno("can't keep its owner");
  if (!temporary.write(*after, open->status.st_mode & 07777U)) return refuse_errno("can't write it");
  if (::rename(temporary.name(), path.c_str()) != 0) return refuse_errno("can't replace it");
  if (!temporary.sync_folder()) return refuse_errno("can't sync its folder");
  return {};
}

}  // namespace backstop::os
