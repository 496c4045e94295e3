#include "app/manual_viewer.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <vector>

#include "os/byte_source.h"

extern char** environ;

namespace backstop::app {

namespace {

/// How a formatter is called; it reads the page from standard input.
struct Formatter {
  std::array<const char*, 4> words;  ///< the last ones may be null
};

constexpr auto kFormatters = std::to_array<Formatter>({
    {{"man", "-l", "-", nullptr}},
    {{"mandoc", "-T", "utf8", nullptr}},
    {{"groff", "-man", "-Tutf8", nullptr}},
});

/// Returns a file in memory with that text, at its start; closed if that failed.
os::FileDescriptor file_with(std::string_view text) {
  os::FileDescriptor file(::memfd_create("page", MFD_CLOEXEC));
  while (file.is_open() && !text.empty()) {
    const auto written = ::write(file.number(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return os::FileDescriptor();
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (file.is_open() && ::lseek(file.number(), 0, SEEK_SET) != 0) return os::FileDescriptor();
  return file;
}

/// Runs it with the page as its standard input. Returns false if it isn't there, or ended with an error.
bool run(const Formatter& formatter, const std::string& page) {
  const auto input = file_with(page);
  if (!input.is_open()) return false;
  std::vector<char*> words;
  for (const char* const word : formatter.words) words.push_back(const_cast<char*>(word));
  if (words.back() != nullptr) words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  if (::posix_spawn_file_actions_init(&actions) != 0) return false;
  pid_t child = 0;
  const bool is_started =
      ::posix_spawn_file_actions_adddup2(&actions, input.number(), STDIN_FILENO) == 0 &&
      ::posix_spawnp(&child, words.front(), &actions, nullptr, words.data(), environ) == 0;
  ::posix_spawn_file_actions_destroy(&actions);
  if (!is_started) return false;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return false;
  }
  // A person who stopped the pager by a signal has seen the page.
  return WIFSIGNALED(status) || WEXITSTATUS(status) == 0;
}

}  // namespace

bool show_page(const std::string& roff) {
  for (const Formatter& one : kFormatters) {
    if (run(one, roff)) return true;
  }
  return false;
}

}  // namespace backstop::app
