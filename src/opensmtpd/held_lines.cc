#include "opensmtpd/held_lines.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

namespace backstop::opensmtpd {
namespace {

constexpr std::size_t kBlock = std::size_t{32} * 1024;

/// Returns -1 if there is no file. TMPDIR isn't asked: OpenSMTPD gives a filter its own environment.
int open_nameless() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
  return file == nullptr ? -1 : ::fcntl(::fileno(file.get()), F_DUPFD_CLOEXEC, 0);
}

}  // namespace

bool HeldLines::append(std::string_view line) {
  newest_ += line;
  newest_ += '\n';
  return newest_.size() <= memory_ || file_newest();
}

bool HeldLines::file_newest() {
  if (!file_.is_open()) file_ = os::FileDescriptor(open_nameless());
  if (!file_.is_open()) return false;
  std::size_t written = 0;
  while (written < newest_.size()) {
    const auto done = ::pwrite(file_.number(), newest_.data() + written, newest_.size() - written,
                               static_cast<off_t>(filed_ + written));
    if (done < 0 && errno == EINTR) continue;
    // What was written of it is written over the next time.
    if (done <= 0) return false;
    written += static_cast<std::size_t>(done);
  }
  filed_ += written;
  newest_.clear();
  return true;
}

void HeldLines::clear() {
  std::string().swap(newest_);
  file_ = os::FileDescriptor();
  filed_ = 0;
}

std::size_t HeldLines::read(std::uint64_t at, char* into, std::size_t size) const {
  if (at >= filed_) {
    const auto begin = std::min<std::uint64_t>(at - filed_, newest_.size());
    const auto part = std::string_view(newest_).substr(begin, size);
    std::memcpy(into, part.data(), part.size());
    return part.size();
  }
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(size, filed_ - at));
  for (;;) {
    const auto done = ::pread(file_.number(), into, most, static_cast<off_t>(at));
    if (done >= 0) return static_cast<std::size_t>(done);
    if (errno != EINTR) return 0;
  }
}

bool HeldLines::Reader::next(const HeldLines& held, std::string& line) {
  std::size_t sought = taken_;
  for (;;) {
    const auto end = buffer_.find('\n', sought);
    if (end != std::string::npos) {
      line.assign(buffer_, taken_, end - taken_);
      taken_ = end + 1;
      return true;
    }
    buffer_.erase(0, std::exchange(taken_, 0));
    sought = buffer_.size();
    buffer_.resize(sought + kBlock);
    const auto got = held.read(at_, buffer_.data() + sought, kBlock);
    buffer_.resize(sought + got);
    at_ += got;
    if (got == 0) return false;
  }
}

}  // namespace backstop::opensmtpd
