#include "setup/system_machine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/text.h"
#include "net/dns.h"
#include "os/byte_source.h"
#include "setup/system_command.h"
#include "setup/system_talk.h"

namespace backstop::setup {

namespace {

constexpr std::size_t kMostFile = 16UZ * 1024 * 1024;
constexpr mode_t kModeBits = 07777;

std::unexpected<base::Error> refuse(std::string_view path, std::string_view what) {
  return std::unexpected(base::Error{fmt::format("{}: {}", base::printable(path), what)});
}

std::unexpected<base::Error> refuse_errno(std::string_view path, std::string_view doing) {
  return refuse(path, fmt::format("{}: {}", doing, std::strerror(errno)));
}

std::string new_name(const std::string& path) {
  return path + ".backstop-new";
}

struct Numbers {
  uid_t user = static_cast<uid_t>(-1);  ///< -1: it stays
  gid_t group = static_cast<gid_t>(-1);
};

std::optional<Numbers> numbers_of(const FileOwner& owner) {
  Numbers numbers;
  if (!owner.user.empty()) {
    const auto* const user = ::getpwnam(owner.user.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (user == nullptr) return std::nullopt;
    numbers.user = user->pw_uid;
  }
  if (!owner.group.empty()) {
    const auto* const group = ::getgrnam(owner.group.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (group == nullptr) return std::nullopt;
    numbers.group = group->gr_gid;
  }
  return numbers;
}

bool sync_folder_of(const std::string& path) {
  auto folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const os::FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened.is_open() && ::fsync(opened.number()) == 0;
}

bool write_all(const os::FileDescriptor& file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t done = ::write(file.number(), text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

/// Writes and syncs the file beside the place that it is for.
base::Result<void> write_new(const std::string& path, std::string_view text, mode_t mode,
                             const Numbers& numbers) {
  const std::string name = new_name(path);
  ::unlink(name.c_str());
  const os::FileDescriptor file(
      ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.is_open()) return refuse_errno(path, "can't write in its folder");
  if (::fchown(file.number(), numbers.user, numbers.group) != 0)
    return refuse_errno(path, "can't give it its owner");
  if (::fchmod(file.number(), mode) != 0) return refuse_errno(path, "can't give it its mode");
  if (!write_all(file, text) || ::fsync(file.number()) != 0) return refuse_errno(path, "can't write it");
  return {};
}

net::Task<void> ask(net::Dns& dns, std::string name, net::DnsAnswer& answer) {
  answer = co_await dns.ask({net::RecordType::Txt, std::move(name)});
}

}  // namespace

Outcome SystemMachine::run(const Command& command, std::string_view input) {
  return run_command(command, input);
}

base::Result<std::optional<std::string>> SystemMachine::read(const std::string& path) {
  errno = 0;
  const auto opened = os::open_to_read(path);
  if (!opened.is_open() && (errno == ENOENT || errno == ENOTDIR)) return std::optional<std::string>();
  if (!opened.is_open()) return refuse_errno(path, "can't read it");
  struct stat status{};
  if (::fstat(opened.number(), &status) != 0 || !S_ISREG(status.st_mode))
    return refuse(path, "it is no plain file");
  std::string text(kMostFile + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(opened.number(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse_errno(path, "can't read it");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kMostFile) return refuse(path, "it has more than 16 MiB");
  text.resize(size);
  return std::optional(std::move(text));
}

bool SystemMachine::is_there(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

bool SystemMachine::is_folder(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::optional<FileOwner> SystemMachine::owner_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  const auto* const user = ::getpwuid(status.st_uid);   // NOLINT(concurrency-mt-unsafe)
  const auto* const group = ::getgrgid(status.st_gid);  // NOLINT(concurrency-mt-unsafe)
  return FileOwner{status.st_mode & kModeBits, user == nullptr ? "" : user->pw_name,
                   group == nullptr ? "" : group->gr_name};
}

bool SystemMachine::is_ours(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return false;
  return !S_ISLNK(status.st_mode) && status.st_uid == ::geteuid() &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::optional<std::string> SystemMachine::group_of(const std::string& user) {
  const auto* const found = ::getpwnam(user.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (found == nullptr) return std::nullopt;
  const auto* const group = ::getgrgid(found->pw_gid);  // NOLINT(concurrency-mt-unsafe)
  if (group == nullptr) return std::nullopt;
  return group->gr_name;
}

base::Result<void> SystemMachine::create(const std::string& path, std::string_view text,
                                         const FileOwner& owner) {
  const auto numbers = numbers_of(owner);
  if (!numbers) return refuse(path, "there is no such user or group: " + owner.user + " " + owner.group);
  if (auto written = write_new(path, text, owner.mode, *numbers); !written) return written;
  // A link and no rename: it fails if the name is taken.
  if (::link(new_name(path).c_str(), path.c_str()) != 0) return refuse_errno(path, "can't make it");
  ::unlink(new_name(path).c_str());
  if (!sync_folder_of(path)) return refuse_errno(path, "can't sync its folder");
  return {};
}

base::Result<void> SystemMachine::replace(const std::string& given_path, std::string_view text) {
  // What a symbolic link names is replaced, and not the link.
  std::error_code failed;
  const auto real = std::filesystem::canonical(given_path, failed);
  const std::string path = failed ? given_path : real.string();
  struct stat status{};
  const bool is_new = ::stat(path.c_str(), &status) != 0;
  const Numbers numbers = is_new ? Numbers() : Numbers{status.st_uid, status.st_gid};
  const mode_t mode = is_new ? S_IRUSR | S_IWUSR : status.st_mode & kModeBits;
  if (auto written = write_new(path, text, mode, numbers); !written) return written;
  if (::rename(new_name(path).c_str(), path.c_str()) != 0) return refuse_errno(path, "can't replace it");
  if (!sync_folder_of(path)) return refuse_errno(path, "can't sync its folder");
  return {};
}

base::Result<void> SystemMachine::make_folder(const std::string& path, const FileOwner& owner) {
  const auto numbers = numbers_of(owner);
  if (!numbers) return refuse(path, "there is no such user or group: " + owner.user + " " + owner.group);
  const bool is_new = !is_folder(path);
  // It must not be seen before it has its owner.
  const std::string made = is_new ? new_name(path) : path;
  // What a crash left there is empty. The folder above may belong to another user, who may have put a link or
  // a folder of his own there: neither is changed.
  if (is_new && ::rmdir(made.c_str()) != 0 && errno != ENOENT)
    return refuse_errno(made, "it is there already, and can't be removed");
  if (is_new && ::mkdir(made.c_str(), S_IRWXU) != 0) return refuse_errno(path, "can't make this folder");
  const os::FileDescriptor folder(::open(made.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (folder.number() < 0) return refuse_errno(path, "can't open this folder");
  if (::fchown(folder.number(), numbers->user, numbers->group) != 0)
    return refuse_errno(path, "can't give it its owner");
  if (::fchmod(folder.number(), owner.mode) != 0) return refuse_errno(path, "can't give it its mode");
  if (is_new && ::rename(made.c_str(), path.c_str()) != 0)
    return refuse_errno(path, "can't make this folder");
  if (!sync_folder_of(path)) return refuse_errno(path, "can't sync the folder above it");
  return {};
}

base::Result<void> SystemMachine::remove(const std::string& path) {
  ::unlink(new_name(path).c_str());
  if (::unlink(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR)
    return refuse_errno(path, "can't remove it");
  return {};
}

bool SystemMachine::remove_folder(const std::string& path) {
  ::rmdir(new_name(path).c_str());
  return ::rmdir(path.c_str()) == 0 || errno == ENOENT;
}

base::Result<void> SystemMachine::greet_milter(const std::string& path, const std::string& user) {
  return greet_milter_at(path, user);
}

base::Result<std::vector<std::string>> SystemMachine::look_up(const std::string& name) {
  net::DnsSettings settings;
  if (!resolver_.empty()) {
    const auto endpoint = net::parse_endpoint(resolver_);
    if (!endpoint) return std::unexpected(endpoint.error());
    settings.servers.push_back(*endpoint);
  }
  net::asio::io_context loop(1);
  auto dns = net::Dns::open(loop, std::move(settings));
  if (!dns) return std::unexpected(dns.error());
  net::DnsAnswer answer;
  net::asio::co_spawn(loop, ask(*dns, name, answer), net::asio::detached);
  loop.run();
  if (answer.kind == net::DnsAnswer::Kind::Failed)
    return std::unexpected(base::Error{"the look-up failed: " + answer.why});
  return std::move(answer.texts);
}

base::Result<std::unique_ptr<SmtpTalk>> SystemMachine::connect(const std::string& host,
                                                               const std::string& port) {
  return connect_to_server(host, port);
}

void SystemMachine::wait_a_moment() {
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
}

std::chrono::sys_seconds SystemMachine::now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace backstop::setup
