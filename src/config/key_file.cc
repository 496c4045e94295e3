#include "config/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/rand.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "os/byte_source.h"
#include "os/new_file.h"

namespace backstop::config {

namespace {

constexpr mode_t kMode = 0600;

std::unexpected<base::Error> refuse(std::string_view path, std::string_view what) {
  return std::unexpected(base::Error{fmt::format("key file {}: {}", base::printable(path), what)});
}

std::unexpected<base::Error> refuse_errno(std::string_view path, std::string_view doing) {
  const std::string reason = std::strerror(errno);
  return refuse(path, fmt::format("{}: {}", doing, reason));
}

base::Result<struct stat> check_file(const os::FileDescriptor& file, const std::string& path) {
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return refuse_errno(path, "can't look at it");
  if (!S_ISREG(status.st_mode)) return refuse(path, "it is no plain file");
  const unsigned mode = status.st_mode & 07777U;
  if ((mode & 077U) != 0) {
    return refuse(
        path, fmt::format("others than its owner can reach it, its mode is {:04o}; run: chmod 600 {}", mode,
                          base::printable(path)));
  }
  return status;
}

/// Opens without blocking, since the path may be a pipe.
base::Result<os::FileDescriptor> open_file(const std::string& path) {
  os::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.is_open()) return file;
  if (errno == EACCES) {
    return refuse(path,
                  "no permission to read it; it must belong to the user that Backstop runs as, and that user "
                  "must be able to enter its folder");
  }
  if (errno != ENOENT) return refuse_errno(path, "can't open it");
  return refuse(path, fmt::format("no such file; \"backstop keys new {}\" makes it", base::printable(path)));
}

base::Result<std::string> read_all(const os::FileDescriptor& file, const std::string& path) {
  std::string text(origin::KeyRing::kMostText + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.number(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse_errno(path, "can't read it");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

base::Result<origin::KeyRing> read_ring(const os::FileDescriptor& file, const std::string& path) {
  const auto text = read_all(file, path);
  if (!text) return std::unexpected(text.error());
  auto ring = origin::KeyRing::parse(*text);
  if (!ring) return refuse(path, ring.error().message);
  return ring;
}

/// Returns true while the path still names the file that is locked, and not one that another rotation put
/// there.
bool is_same_file(const std::string& path, const struct stat& locked) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && status.st_dev == locked.st_dev &&
         status.st_ino == locked.st_ino;
}

base::Result<void> replace_file(const std::string& path, const struct stat& old,
                                const origin::KeyRing& ring) {
  const os::TemporaryFile temporary(path);
  if (!temporary.is_open()) return refuse_errno(path, "can't write beside it");
  if (!temporary.give_to(old)) return refuse_errno(path, "can't keep its owner");
  if (!temporary.write(ring.serialize(), kMode)) return refuse_errno(path, "can't write it");
  if (::rename(temporary.name(), path.c_str()) != 0) return refuse_errno(path, "can't replace it");
  if (!temporary.sync_folder()) return refuse_errno(path, "can't sync its folder");
  return {};
}

/// Returns the numbers of all keys with which something may be encrypted.
origin::KeyNumbers numbers_of(const origin::KeyRing& ring) {
  origin::KeyNumbers numbers;
  for (const auto& key : ring.keys()) {
    if (key.family == origin::TagFamily::Exim) numbers.set(static_cast<std::size_t>(key.number));
  }
  return numbers;
}

}  // namespace

base::Result<origin::KeyRing> read_key_file(const std::string& path) {
  const auto file = open_file(path);
  if (!file) return std::unexpected(file.error());
  if (const auto status = check_file(*file, path); !status) return std::unexpected(status.error());
  return read_ring(*file, path);
}

base::Result<void> create_key_file(const std::string& path, const origin::KeyRing& ring) {
  const os::TemporaryFile temporary(path);
  if (!temporary.is_open() && errno == ENOENT) {
    const auto folder = std::filesystem::path(path).parent_path().string();
    return refuse(path, fmt::format("there is no folder {}", base::printable(folder)));
  }
  if (!temporary.is_open()) return refuse_errno(path, "can't write there");
  if (!temporary.write(ring.serialize(), kMode)) return refuse_errno(path, "can't write it");
  // A link and no rename: it fails if the name is taken, also when two do this at once.
  if (::link(temporary.name(), path.c_str()) != 0) {
    if (errno == EEXIST)
      return refuse(path, "it is there already; \"backstop keys rotate\" adds a key to it");
    return refuse_errno(path, "can't make it");
  }
  if (!temporary.sync_folder()) return refuse_errno(path, "can't sync its folder");
  return {};
}

base::Result<int> rotate_key_file(const std::string& given_path, std::chrono::sys_days today,
                                  std::chrono::days lifetime, std::optional<origin::KeyNumbers> in_use) {
  // If the path is a symbolic link, the file behind it is replaced, and not the link.
  std::error_code failed;
  const auto real = std::filesystem::canonical(given_path, failed);
  const std::string path = failed ? given_path : real.string();
  const auto file = open_file(path);
  if (!file) return std::unexpected(file.error());
  const auto status = check_file(*file, path);
  if (!status) return std::unexpected(status.error());
  const bool is_locked = ::flock(file->number(), LOCK_EX | LOCK_NB) == 0;
  if (!is_locked && errno != EWOULDBLOCK) return refuse_errno(path, "can't lock it");
  if (!is_locked || !is_same_file(path, *status)) {
    return refuse(path, "somebody else changes it right now; try again");
  }
  auto ring = read_ring(*file, path);
  if (!ring) return std::unexpected(ring.error());
  auto secret = make_secret();
  if (!secret) return std::unexpected(secret.error());
  const auto number =
      ring->rotate(std::move(*secret), today, lifetime, 0, in_use ? *in_use : numbers_of(*ring));
  if (!number) {
    return refuse(
        path,
        number.error().message +
            (in_use
                 ? ""
                 : "; give -c CONFIG, so that its quarantine and its held store are asked which they need"));
  }
  if (const auto done = replace_file(path, *status, *ring); !done) return std::unexpected(done.error());
  return *number;
}

base::Result<std::string> make_secret() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return std::unexpected(base::Error{"OpenSSL has no random numbers"});
  }
  return base::hex(bytes);
}

}  // namespace backstop::config
