#include "os/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace backstop::os {

namespace {

constexpr std::size_t kFirstChunk = 64 * 1024;
constexpr std::size_t kLargestChunk = 1024 * 1024;

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) ::close(number_);
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

FileDescriptor open_to_read(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open()) return file;
  const int flags = ::fcntl(file.number(), F_GETFL);
  ::fcntl(file.number(), F_SETFL, flags & ~O_NONBLOCK);
  return file;
}

bool is_ready_to_read(const FileDescriptor& file, std::chrono::milliseconds most) {
  struct stat about{};
  if (::fstat(file.number(), &about) != 0 || !S_ISFIFO(about.st_mode)) return true;
  // Until the first writer comes, a read would tell the end.
  pollfd wanted{.fd = file.number(), .events = POLLIN, .revents = 0};
  for (;;) {
    const int ready = ::poll(&wanted, 1, static_cast<int>(most.count()));
    if (ready >= 0 || errno != EINTR) return ready != 0;
  }
}

base::Result<std::size_t> FileSource::read(std::span<char> room) {
  for (;;) {
    const ssize_t got = ::read(file_.number(), room.data(), room.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return std::unexpected(base::Error{std::strerror(errno)});
  }
}

base::Result<bool> read_up_to(ByteSource& source, std::size_t most, std::string& buffer) {
  while (buffer.size() < most) {
    const std::size_t old_size = buffer.size();
    const std::size_t room = std::min(std::clamp(old_size, kFirstChunk, kLargestChunk), most - old_size);
    base::Result<std::size_t> got = 0;
    // Filling the room with zeros first would cost more than to read a mail into it.
    buffer.resize_and_overwrite(old_size + room, [&](char* start, std::size_t) {
      got = source.read(std::span(start + old_size, room));
      return old_size + got.value_or(0);
    });
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return true;
  }
  return false;
}

}  // namespace backstop::os
