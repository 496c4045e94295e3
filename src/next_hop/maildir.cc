#include "next_hop/maildir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"

namespace backstop::next_hop {

namespace {

constexpr std::size_t kMostName = 200;  // file systems take 255 octets

std::unexpected<Failed> failed(std::string_view doing, int error) {
  const bool is_full = error == ENOSPC || error == EDQUOT;
  return std::unexpected(Failed{is_full ? Trouble::MaildirFull : Trouble::Maildir,
                                fmt::format("{}: {}", doing, std::strerror(error))});
}

bool is_folder_name(std::string_view text) {
  if (text.empty() || text.size() > kMostName || text.front() == '.') return false;
  return std::ranges::none_of(text, [](char c) {
    return c == '/' || static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
  });
}

// Returns a unique name as maildir(5) has it. The two characters with a meaning there are escaped.
std::string unique_name(std::string_view hostname) {
  static std::atomic<unsigned long> count{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  std::string host;
  for (const char c : hostname.substr(0, 64)) {
    host += c == '/' ? std::string("\\057") : c == ':' ? std::string("\\072") : std::string(1, c);
  }
  return fmt::format("{}.M{}P{}Q{}.{}", micros / 1'000'000, micros % 1'000'000, ::getpid(), ++count, host);
}

bool sync_folder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool done = ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  errno = error;
  return done;
}

std::string parent_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

// Creates a folder with those above it. Each is synced in the one above it before anything is put into it: a
// crash could otherwise take back a folder with mail in it.
bool make_folder(const std::string& path) {
  int done = ::mkdir(path.c_str(), 0700);
  if (done != 0 && errno == ENOENT) {
    if (!make_folder(parent_of(path))) return false;
    done = ::mkdir(path.c_str(), 0700);
  }
  if (done != 0) return errno == EEXIST;
  if (sync_folder(parent_of(path))) return true;
  const int error = errno;
  ::rmdir(path.c_str());  // else the next mail would believe that it is on the disk
  errno = error;
  return false;
}

// tmp comes last: if it is there, all are.
bool make_folders(const std::string& folder) {
  for (const char* const part : {"/cur", "/new", "/tmp"}) {
    if (!make_folder(folder + part)) return false;
  }
  return true;
}

int open_exclusive(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

}  // namespace

base::Result<std::string> maildir_path(std::string_view form, const mail::Address& recipient) {
  std::string path;
  for (std::size_t at = 0; at < form.size(); ++at) {
    const char mark = form[at] == '%' && at + 1 < form.size() ? form[at + 1] : '\0';
    if (mark == '%') ++at;
    if (mark != 'd' && mark != 'n') {
      path += form[at];
      continue;
    }
    const std::string part =
        form[++at] == 'd' ? base::domain_key(recipient.domain) : base::to_lower(recipient.local);
    if (!is_folder_name(part)) {
      return std::unexpected(
          base::Error{fmt::format("\"{}\" can't be a folder's name", base::printable(part))});
    }
    path += part;
  }
  return path;
}

std::expected<MaildirFile, Failed> MaildirFile::create(const std::string& folder, std::string_view hostname) {
  std::string name = unique_name(hostname);
  int fd = open_exclusive(folder + "/tmp/" + name);
  if (fd < 0 && errno == ENOENT) {
    if (!make_folders(folder)) return failed("can't make the folder", errno);
    fd = open_exclusive(folder + "/tmp/" + name);
  }
  if (fd < 0) return failed("can't make a file", errno);
  return MaildirFile(folder, std::move(name), fd);
}

MaildirFile::MaildirFile(MaildirFile&& other) noexcept
    : folder_(std::move(other.folder_)), name_(std::move(other.name_)), fd_(std::exchange(other.fd_, -1)) {}

MaildirFile::~MaildirFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink((folder_ + "/tmp/" + name_).c_str());
}

std::expected<void, Failed> MaildirFile::write(std::string_view bytes) {
  std::string text(bytes);
  std::erase(text, '\r');
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t done = ::write(fd_, rest.data(), rest.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return failed("can't write", errno);
    rest.remove_prefix(static_cast<std::size_t>(done));
  }
  return {};
}

std::expected<void, Failed> MaildirFile::deliver() {
  const std::string from = folder_ + "/tmp/" + name_;
  const std::string to = folder_ + "/new/" + name_;
  if (::fsync(fd_) != 0) return failed("can't sync the file", errno);
  // link() fails if the name is taken; rename() would replace the file.
  if (::link(from.c_str(), to.c_str()) != 0) return failed("can't link it into new", errno);
  if (!sync_folder(folder_ + "/new")) {
    const int error = errno;
    ::unlink(to.c_str());
    return failed("can't sync the folder", error);
  }
  return {};  // the destructor removes the name in tmp
}

}  // namespace backstop::next_hop
