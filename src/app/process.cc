#include "app/process.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "base/text.h"

namespace backstop::app {

namespace {

sigset_t awaited() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, number);
  return set;
}

std::unexpected<base::Error> failed(std::string_view doing, const std::string& user) {
  return std::unexpected(base::Error{
      fmt::format("can't become the user {}: {}: {}", base::printable(user), doing, std::strerror(errno))});
}

}  // namespace

void block_signals() {
  const sigset_t set = awaited();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Asked wait_for_signal() {
  const sigset_t set = awaited();
  int number = 0;
  while (::sigwait(&set, &number) != 0) {
  }
  return number == SIGHUP ? Asked::Reload : Asked::Stop;
}

base::Result<void> become(const std::string& user) {
  std::array<char, 16UZ * 1024> room{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(user.c_str(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
    return std::unexpected(base::Error{fmt::format("there is no user {}", base::printable(user))});
  }
  if (::geteuid() == entry.pw_uid) return {};
  // The groups first: a user who is not root may change none of this.
  if (::initgroups(entry.pw_name, entry.pw_gid) != 0) return failed("its groups", user);
  if (::setgid(entry.pw_gid) != 0) return failed("its group", user);
  if (::setuid(entry.pw_uid) != 0) return failed("its number", user);
  if (entry.pw_uid != 0 && ::setuid(0) == 0) return std::unexpected(base::Error{"root could be had back"});
  return {};
}

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void notify_supervisor(std::string_view state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr) return;
  const std::string_view name(path);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.empty() || name.size() >= sizeof(address.sun_path)) return;
  name.copy(address.sun_path, name.size());
  // '@' stands for the NUL that begins an abstract name.
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  ::sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address), size);
  ::close(descriptor);
}

}  // namespace backstop::app
