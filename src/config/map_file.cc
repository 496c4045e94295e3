#include "config/map_file.h"

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

struct MapFile {
  std::string text;
  std::string stamp;
};

base::Result<MapFile> read_map_file(const std::string& path, std::size_t most) {
  // Without blocking, since the path may be a pipe.
  os::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open()) return refuse(fmt::format("can't open it: {}", std::strerror(errno)));
  struct stat status{};
  if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return refuse("it is no plain file");
  const int number = file.number();
  os::FileSource source(std::move(file));
  MapFile map{.text = {}, .stamp = stamp_of(status)};
  const auto read = os::read_up_to(source, most + 1, map.text);
  if (!read) return std::unexpected(read.error());
  if (map.text.size() > most) return refuse(fmt::format("it has more than {} bytes", most));
  if (map.text.contains('\0')) return refuse("it is no text; name the file that postmap reads");
  if (::fstat(number, &status) != 0 || stamp_of(status) != map.stamp)
    return refuse("it was changed while it was read");
  return map;
}

}  // namespace

base::Result<AliasFile> read_alias_file(const std::string& path, char delimiter) {
  auto map = read_map_file(path, kMostAliasFile);
  if (!map) return std::unexpected(map.error());
  return AliasFile{.reading = intake::read_aliases(map->text, delimiter), .stamp = std::move(map->stamp)};
}

base::Result<RecipientFile> read_recipient_file(const std::string& path) {
  auto map = read_map_file(path, kMostRecipientFile);
  if (!map) return std::unexpected(map.error());
  auto reading = directory::read_recipients(map->text);
  if (!reading) return std::unexpected(reading.error());
  return RecipientFile{.reading = std::move(*reading), .stamp = std::move(map->stamp)};
}

std::string domain_without_recipients(const directory::RecipientList& list,
                                      const directory::Directory& directory,
                                      const intake::DomainTable& domains) {
  for (const auto& domain : domains) {
    const bool is_asked = domain.recipient_directory.get() == &directory && !domain.name.starts_with("*.");
    if (is_asked && !list.has_domain(domain.name)) return domain.name;
  }
  return {};
}

std::string map_stamp(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? stamp_of(status) : std::string();
}

std::vector<std::string> map_warnings(const std::string& path, const directory::MapFindings& reading) {
  const std::string shown = base::printable(path);
  std::vector<std::string> lines;
  for (const auto& [line, what] : reading.findings) {
    lines.push_back(fmt::format("{}, line {}: {}", shown, line, what));
  }
  if (reading.mistakes > reading.findings.size()) {
    const auto more = reading.mistakes - reading.findings.size();
    lines.push_back(fmt::format("{}: {} more mistake{}", shown, more, more == 1 ? "" : "s"));
  }
  return lines;
}

}  // namespace backstop::config
