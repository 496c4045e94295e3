#include "setup/system_command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "os/byte_source.h"

namespace backstop::setup {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostOutput = 64UZ * 1024 * 1024;
constexpr int kKilled = 128;  // a shell's status for a process that a signal ended, without the signal

std::string search_path() {
  const char* const own = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
  return (own == nullptr ? std::string() : std::string(own) + ":") + "/usr/sbin:/usr/bin:/sbin:/bin";
}

/// Returns an empty text if there is no such program.
std::string find_program(const std::string& name) {
  if (name.contains('/')) return name;
  const std::string path = search_path();
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const std::string file = std::string(rest.substr(0, colon)) + "/" + name;
    if (colon > 0 && ::access(file.c_str(), X_OK) == 0) return file;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return "";
}

/// A file in memory, so that no pipe can stall.
os::FileDescriptor memory_file(std::string_view content) {
  os::FileDescriptor file(::memfd_create("backstop-setup", MFD_CLOEXEC));
  while (file.is_open() && !content.empty()) {
    const ssize_t done = ::write(file.number(), content.data(), content.size());
    if (done <= 0) break;
    content.remove_prefix(static_cast<std::size_t>(done));
  }
  ::lseek(file.number(), 0, SEEK_SET);
  return file;
}

std::string content_of(const os::FileDescriptor& file) {
  std::string text;
  char piece[4096];
  off_t at = 0;
  while (text.size() < kMostOutput) {
    const ssize_t got = ::pread(file.number(), piece, sizeof piece, at);
    if (got <= 0) break;
    text.append(piece, static_cast<std::size_t>(got));
    at += got;
  }
  return text;
}

/// Returns the status that the process ended with; kills it at the limit.
int wait_for(pid_t child, std::chrono::seconds limit) {
  const auto end = Clock::now() + limit;
  auto pause = std::chrono::milliseconds(1);
  int status = 0;
  for (;;) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) break;
    if (ended < 0 && errno != EINTR) return -1;
    if (Clock::now() > end) ::kill(child, SIGKILL);
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(50));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : kKilled + WTERMSIG(status);
}

}  // namespace

Outcome run_command(const Command& command, std::string_view input, std::chrono::seconds limit) {
  const std::string program = find_program(command.front());
  if (program.empty()) return {.status = Outcome::kNotStarted, .out = {}, .err = {}};
  const auto in = memory_file(input);
  const auto out = memory_file({});
  const auto err = memory_file({});
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in.number(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out.number(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err.number(), STDERR_FILENO);
  std::vector<std::string> words(command);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::vector<std::string> settings = {"PATH=" + search_path()};
  for (char** setting = environ; *setting != nullptr; ++setting) {
    if (std::strncmp(*setting, "PATH=", 5) != 0) settings.emplace_back(*setting);
  }
  std::vector<char*> environment;
  for (auto& setting : settings) environment.push_back(setting.data());
  environment.push_back(nullptr);
  pid_t child = -1;
  const int failed =
      ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return {.status = Outcome::kNotStarted, .out = {}, .err = std::strerror(failed)};
  const int status = wait_for(child, limit);
  return {.status = status, .out = content_of(out), .err = content_of(err)};
}

}  // namespace backstop::setup
