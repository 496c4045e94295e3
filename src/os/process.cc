#include "os/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <utility>

#include "base/text.h"
#include "os/byte_source.h"

namespace backstop::os {

namespace {

// A session has its client's connection and one to the next hop, or a file of a Maildir.
constexpr std::uint64_t kFilesOfSession = 2;
// Loops, listeners, pooled connections, the history, the log.
constexpr std::uint64_t kFilesOfWorker = 64;
constexpr std::uint64_t kFilesOfProcess = 64;

sigset_t awaited() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, number);
  return set;
}

Asked asked_by(int number) {
  return number == SIGHUP ? Asked::Reload : Asked::Stop;
}

std::unexpected<base::Error> failed(std::string_view doing, const User& user, int error) {
  if (error == EPERM) {
    return std::unexpected(base::Error{
        fmt::format("can't become the user {}: only root can; start it as root, or take \"user\" out of the "
                    "configuration and start it as that user",
                    user.name)});
  }
  return std::unexpected(
      base::Error{fmt::format("can't become the user {}: {}: {}", user.name, doing, std::strerror(error))});
}

struct Step {
  std::string_view what;
  int error = 0;
};

/// Returns the step that failed. The groups come first: a user who is not root may change none of this.
Step change_to(const User& user) {
  if (::initgroups(user.name.c_str(), user.group) != 0) return {"its groups", errno};
  if (::setgid(user.group) != 0) return {"its group", errno};
  if (::setuid(user.number) != 0) return {"its number", errno};
  return {};
}

bool can_read(const std::string& file) {
  return FileDescriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)).is_open();
}

bool can_write(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return false;
  return ::access(file.c_str(), S_ISDIR(status.st_mode) ? W_OK | X_OK : W_OK) == 0;
}

using May = bool (*)(const std::string& file);

// For a child that must end with the next alarm, even if the process ignores that signal.
void unblock_alarm() {
  std::signal(SIGALRM, SIG_DFL);
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGALRM);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

/// In the child: a byte for each file.
[[noreturn]] void report_what_may(const User& user, const std::vector<std::string>& files, May may, int to) {
  // If another thread held a lock at the fork, nobody in the child ever releases it.
  unblock_alarm();
  ::alarm(5);
  std::string answers;
  if (change_to(user).error == 0) {
    for (const auto& file : files) answers += may(file) ? 'y' : 'n';
  }
  if (::write(to, answers.data(), answers.size()) < 0) ::_exit(1);
  ::_exit(0);
}

std::string read_all(int from, std::size_t most) {
  std::string text(most, '\0');
  std::size_t size = 0;
  while (size < most) {
    const ssize_t got = ::read(from, text.data() + size, most - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

/// Returns the files of which `may` is false for that user.
std::vector<std::string> refused_to(const User& user, const std::vector<std::string>& files, May may) {
  std::vector<std::string> refused;
  std::array<int, 2> ends{};
  if (::geteuid() != 0 || user.number == 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0) return refused;
  const FileDescriptor from(ends[0]);
  FileDescriptor to(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return refused;
  if (child == 0) report_what_may(user, files, may, to.number());
  to = FileDescriptor();
  const std::string answers = read_all(from.number(), files.size());
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i] == 'n') refused.push_back(files[i]);
  }
  return refused;
}

}  // namespace

// open() gives the lowest free number, so they are looked at in their order. Reading standard input and
// writing standard output still fail; standard error is discarded.
void hold_standard_streams() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(number, F_GETFD) >= 0) continue;
    if (::open("/dev/null", number == STDOUT_FILENO ? O_RDONLY : O_WRONLY) < 0) return;
  }
}

void block_signals() {
  const sigset_t set = awaited();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // Other programs use these for "open the log again" or "report your state"; here they must not end
  // sessions.
  for (const int number : {SIGUSR1, SIGUSR2, SIGALRM}) std::signal(number, SIG_IGN);
  // A file that may not grow further is an error of the write, not the end of all sessions.
  std::signal(SIGXFSZ, SIG_IGN);
}

Asked wait_for_signal() {
  const sigset_t set = awaited();
  int number = 0;
  while (::sigwait(&set, &number) != 0) {
  }
  return asked_by(number);
}

std::optional<Asked> take_signal() {
  const sigset_t set = awaited();
  const timespec at_once{};
  const int number = ::sigtimedwait(&set, nullptr, &at_once);
  if (number < 0) return std::nullopt;
  return asked_by(number);
}

std::optional<User> find_user(const std::string& name) {
  std::array<char, 16UZ * 1024> room{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  return User{entry.pw_name, entry.pw_uid, entry.pw_gid};
}

base::Result<void> become(const std::string& name) {
  const auto user = find_user(name);
  if (!user) return std::unexpected(base::Error{fmt::format("there is no user {}", base::printable(name))});
  if (::geteuid() == user->number) return {};
  if (const auto done = change_to(*user); done.error != 0) return failed(done.what, *user, done.error);
  if (user->number != 0 && ::setuid(0) == 0) return std::unexpected(base::Error{"root could be had back"});
  return {};
}

std::vector<std::string> unreadable_for(const User& user, const std::vector<std::string>& files) {
  return refused_to(user, files, can_read);
}

std::vector<std::string> unwritable_for(const User& user, const std::vector<std::string>& files) {
  return refused_to(user, files, can_write);
}

FilesAs::FilesAs(const std::optional<User>& user) : is_on_(user && ::geteuid() == 0 && user->number != 0) {
  if (!is_on_) return;
  ::setfsgid(user->group);
  ::setfsuid(user->number);
}

FilesAs::~FilesAs() {
  if (!is_on_) return;
  ::setfsuid(::geteuid());
  ::setfsgid(::getegid());
}

std::optional<User> owner_of_file(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  return User{.name = {}, .number = status.st_uid, .group = status.st_gid};
}

void keep_memory_private() {
  // The limit does not stop a dump into a pipe (core_pattern), and a change of user resets the other one.
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

std::uint64_t raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return RLIM_INFINITY;
  const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

std::string why_too_few_files(std::size_t sessions, std::size_t workers, std::uint64_t limit) {
  const std::uint64_t others = kFilesOfProcess + kFilesOfWorker * workers;
  const std::uint64_t needed = others + kFilesOfSession * sessions;
  if (needed <= limit) return {};
  return fmt::format(
      "{} sessions at the same time may take {} open files, and this process may have {}: raise its limit "
      "(LimitNOFILE= of the systemd unit, or ulimit -n), or lower \"sessions\" in [limits]",
      sessions, needed, limit);
}

std::vector<int> take_passed_descriptors() {
  constexpr int kFirst = 3;
  constexpr unsigned kMost = 1000;
  const auto number = [](const char* name) {
    const char* const text = std::getenv(name);
    unsigned value = 0;
    if (text != nullptr) std::from_chars(text, text + std::strlen(text), value);
    return value;
  };
  const bool are_ours = number("LISTEN_PID") == static_cast<unsigned>(::getpid());
  const unsigned count = are_ours ? std::min(number("LISTEN_FDS"), kMost) : 0;
  for (const char* const name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  std::vector<int> descriptors(count);
  std::iota(descriptors.begin(), descriptors.end(), kFirst);
  std::erase_if(descriptors, [](int one) { return ::fcntl(one, F_GETFD) < 0; });
  return descriptors;
}

void notify_supervisor(std::string_view state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr) return;
  const std::string_view name(path);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.empty() || name.size() >= sizeof(address.sun_path)) return;
  name.copy(address.sun_path, name.size());
  // '@' is written for the NUL that begins an abstract name.
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const FileDescriptor descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!descriptor.is_open()) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  ::sendto(descriptor.number(), state.data(), state.size(), MSG_NOSIGNAL,
           reinterpret_cast<sockaddr*>(&address), size);
}

}  // namespace backstop::os
