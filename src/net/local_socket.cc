#include "net/local_socket.h"

#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/text.h"
#include "net/passed_sockets.h"

namespace backstop::net {

namespace {

using Clock = std::chrono::steady_clock;

static_assert(kMostLocalPath + 1 == sizeof(sockaddr_un::sun_path));

/// Closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

int open_socket() {
  return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/// `path` must not be too long.
sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(path, std::begin(address.sun_path));
  return address;
}

/// Returns 0, or the number of the error: EAGAIN if a server listens, but its backlog is full.
int connect_to(int descriptor, const std::string& path) {
  const auto address = address_of(path);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  const auto* const plain = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(descriptor, plain, sizeof address) == 0 ? 0 : errno;
}

std::string words(int error) {
  std::string text = std::strerror(error);
  if (!text.empty()) text.front() = base::ascii_lower(text.front());
  return text;
}

/// Makes room for a new socket at `path`. Two servers that start at the same moment may both take the place;
/// then the later one has it, and the earlier one goes on without.
base::Result<void> make_room(const std::string& path) {
  struct stat there{};
  if (::lstat(path.c_str(), &there) != 0) {
    if (errno == ENOENT) return {};
    return std::unexpected(base::Error{words(errno)});
  }
  if (!S_ISSOCK(there.st_mode)) return std::unexpected(base::Error{"there is a file that is no socket"});
  const Descriptor probe(open_socket());
  const int error = probe.number() < 0 ? errno : connect_to(probe.number(), path);
  if (error == 0 || error == EAGAIN)
    return std::unexpected(base::Error{"another server answers there already"});
  if (error != ECONNREFUSED) return std::unexpected(base::Error{words(error)});
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return std::unexpected(base::Error{words(errno)});
  return {};
}

/// Returns the number of a group of this system, or an error that says that there is none.
base::Result<gid_t> group_of(const std::string& name) {
  std::vector<char> room(16UZ * 1024);
  group entry{};
  group* found = nullptr;
  if (::getgrnam_r(name.c_str(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr)
    return std::unexpected(base::Error{fmt::format("there is no group {}", base::printable(name))});
  return found->gr_gid;
}

/// Nobody can connect before listen(), so nobody gets in before the group and the mode are right.
base::Result<void> bind_and_listen(int descriptor, const std::string& path, const LocalAccess& access,
                                   struct stat& made) {
  const auto address = address_of(path);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  const auto* const plain = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(descriptor, plain, sizeof address) != 0 || ::lstat(path.c_str(), &made) != 0)
    return std::unexpected(base::Error{words(errno)});
  if (!access.group.empty()) {
    const auto number = group_of(access.group);
    if (!number) return std::unexpected(number.error());
    // In a folder with the bit for it (chmod g+s) it has that group already.
    if (made.st_gid != *number && ::chown(path.c_str(), static_cast<uid_t>(-1), *number) != 0) {
      return std::unexpected(base::Error{
          fmt::format("can't give it to group {}: {}", base::printable(access.group), words(errno))});
    }
  }
  if (::chmod(path.c_str(), access.mode) != 0 || ::listen(descriptor, access.backlog) != 0)
    return std::unexpected(base::Error{words(errno)});
  return {};
}

NoAnswer no_answer(int error, const std::string& path) {
  const std::string shown = base::printable(path);
  if (error == ENOENT || error == ECONNREFUSED || error == ENOTDIR || error == ENOTSOCK ||
      error == EPROTOTYPE) {
    return {NoAnswer::Kind::NoServer, fmt::format("no server answers at {}", shown)};
  }
  if (error == EACCES || error == EPERM) {
    return {NoAnswer::Kind::NotAllowed, fmt::format("this user may not ask the server at {}", shown)};
  }
  return {NoAnswer::Kind::Failed, fmt::format("{}: {}", shown, words(error))};
}

/// One connection that asks, and the time that it has left.
class Question {
 public:
  Question(const std::string& path, const QuestionLimits& limits)
      : path_(path), limits_(limits), until_(Clock::now() + limits.time), socket_(open_socket()) {}

  std::expected<std::string, NoAnswer> ask(std::string_view question) {
    int error = socket_.number() < 0 ? errno : connect_in_time();
    if (error == 0) error = send(question);
    std::string answer;
    if (error == 0) error = read(answer);
    if (error == ETIMEDOUT) return std::unexpected(failed("the server has not answered in time"));
    if (error == EMSGSIZE) return std::unexpected(failed("the server's answer is too long"));
    if (error != 0) return std::unexpected(no_answer(error, path_));
    return answer;
  }

 private:
  NoAnswer failed(std::string_view why) const {
    return {NoAnswer::Kind::Failed, fmt::format("{}: {}", base::printable(path_), why)};
  }

  /// Waits for the socket, or only for some time with `events` 0. Returns 0 or ETIMEDOUT.
  int wait(short events, std::chrono::milliseconds most = std::chrono::milliseconds::max()) {
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - Clock::now());
      if (left.count() <= 0) return ETIMEDOUT;
      pollfd one{.fd = events == 0 ? -1 : socket_.number(), .events = events, .revents = 0};
      const int found = ::poll(&one, 1, static_cast<int>(std::min(left, most).count()));
      if (found > 0 || (found == 0 && events == 0)) return 0;
      if (found < 0 && errno != EINTR) return errno;
    }
  }

  // The kernel doesn't tell when a full backlog has room again.
  int connect_in_time() {
    constexpr std::chrono::milliseconds kPause{20};
    while (true) {
      const int error = connect_to(socket_.number(), path_);
      if (error != EAGAIN && error != EINTR) return error;
      if (const int late = wait(0, kPause); late != 0) return late;
    }
  }

  int send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ::send(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        text.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN) {
        if (const int late = wait(POLLOUT); late != 0) return late;
      } else if (errno != EINTR) {
        return errno;
      }
    }
    return 0;
  }

  int read(std::string& answer) {
    std::array<char, 16UZ * 1024> room{};
    while (true) {
      const auto got = ::recv(socket_.number(), room.data(), room.size(), 0);
      if (got == 0) return 0;
      if (got > 0) {
        answer.append(room.data(), static_cast<std::size_t>(got));
        if (answer.size() > limits_.answer) return EMSGSIZE;
      } else if (errno == EAGAIN) {
        if (const int late = wait(POLLIN); late != 0) return late;
      } else if (errno != EINTR) {
        return errno;
      }
    }
  }

  const std::string& path_;
  const QuestionLimits& limits_;
  const Clock::time_point until_;
  const Descriptor socket_;
};

constexpr std::string_view kTooLong = "a socket's path may have 107 bytes, and this one has more";

}  // namespace

LocalSocket::LocalSocket(LocalSocket&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)),
      device_(other.device_),
      inode_(std::exchange(other.inode_, 0)) {}

LocalSocket::~LocalSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
  struct stat there{};
  if (inode_ == 0 || ::lstat(path_.c_str(), &there) != 0) return;
  if (there.st_dev == device_ && there.st_ino == inode_) ::unlink(path_.c_str());
}

int LocalSocket::release() {
  return std::exchange(descriptor_, -1);
}

base::Result<LocalSocket> listen_local(const std::string& path, const LocalAccess& access) {
  const auto refuse = [&](std::string_view why) {
    return std::unexpected(base::Error{fmt::format("can't listen at {}: {}", base::printable(path), why)});
  };
  if (path.size() > kMostLocalPath) return refuse(kTooLong);
  LocalSocket socket(path);
  if (const auto passed = PassedSockets::of_process().take(path)) {
    socket.descriptor_ = *passed;
    return socket;
  }
  if (const auto done = make_room(path); !done) return refuse(done.error().message);
  socket.descriptor_ = open_socket();
  struct stat made{};
  if (socket.descriptor_ < 0) return refuse(words(errno));
  const auto done = bind_and_listen(socket.descriptor_, path, access, made);
  socket.device_ = made.st_dev;
  socket.inode_ = made.st_ino;
  if (!done) return refuse(done.error().message);
  return socket;
}

std::expected<std::string, NoAnswer> ask_local(const std::string& path, std::string_view question,
                                               const QuestionLimits& limits) {
  if (path.size() > kMostLocalPath) {
    return std::unexpected(
        NoAnswer{NoAnswer::Kind::NoServer, fmt::format("{}: {}", base::printable(path), kTooLong)});
  }
  return Question(path, limits).ask(question);
}

}  // namespace backstop::net
