#include "config/alias_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "os/byte_source.h"

namespace backstop::config {

namespace {

std::string stamp_of(const struct stat& status) {
  return fmt::format("{}:{}:{}:{}.{:09}", status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec);
}

std::unexpected<base::Error> refuse(std::string what) {
  return std::unexpected(base::Error{std::move(what)});
}

base::Result<void> check_text(std::string_view text) {
  if (text.size() > kMostAliasFile) return refuse(fmt::format("it has more than {} bytes", kMostAliasFile));
  if (text.contains('\0')) return refuse("it is no text; name the file that postmap reads");
  return {};
}

}  // namespace

base::Result<AliasFile> read_alias_file(const std::string& path, char delimiter) {
  // Without blocking, since the path may be a pipe.
  os::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open()) return refuse(fmt::format("can't open it: {}", std::strerror(errno)));
  struct stat status{};
  if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return refuse("it is no plain file");
  os::FileSource source(std::move(file));
  std::string text;
  const auto read = os::read_up_to(source, kMostAliasFile + 1, text);
  if (!read) return std::unexpected(read.error());
  if (auto good = check_text(text); !good) return std::unexpected(good.error());
  return AliasFile{.reading = intake::read_aliases(text, delimiter), .stamp = stamp_of(status)};
}

std::string alias_stamp(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? stamp_of(status) : std::string();
}

std::vector<std::string> alias_warnings(const std::string& path, const intake::AliasReading& reading) {
  const std::string shown = base::printable(path);
  std::vector<std::string> lines;
  for (const auto& [line, what] : reading.findings) {
    lines.push_back(fmt::format("{}, line {}: {}", shown, line, what));
  }
  if (reading.mistakes > reading.findings.size()) {
    lines.push_back(fmt::format("{}: {} more mistakes", shown, reading.mistakes - reading.findings.size()));
  }
  return lines;
}

}  // namespace backstop::config
