#include "config/dkim_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.h"
#include "os/byte_source.h"
#include "os/new_file.h"

namespace backstop::config {

namespace {

namespace fs = std::filesystem;

std::unexpected<base::Error> refuse(std::string_view path, std::string_view what) {
  return std::unexpected(base::Error{fmt::format("{}: {}", base::printable(path), what)});
}

/// Returns the files that are not hidden, in order.
base::Result<std::vector<std::string>> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed); !failed && at != fs::directory_iterator();
       at.increment(failed)) {
    std::string name = at->path().filename().string();
    if (name.starts_with('.')) continue;
    if (names.size() == kMostDkimFiles)
      return refuse(folder, fmt::format("more than {} files", kMostDkimFiles));
    names.push_back(std::move(name));
  }
  if (failed == std::errc::no_such_file_or_directory) return refuse(folder, "no such folder");
  if (failed) return refuse(folder, fmt::format("can't read the folder: {}", failed.message()));
  std::ranges::sort(names);
  return names;
}

base::Result<void> check_mode(const std::string& path, const struct stat& status) {
  if ((status.st_mode & S_IWOTH) == 0) return {};
  return refuse(path, fmt::format("everybody can write it; run: chmod o-w {}", base::printable(path)));
}

base::Result<void> check_folder(const std::string& folder) {
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0) return {};  // reading it says why
  return check_mode(folder, status);
}

/// Opens without blocking, since the path may be a pipe.
base::Result<std::string> read_file(const std::string& path) {
  os::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open()) return refuse(path, fmt::format("can't open it: {}", std::strerror(errno)));
  struct stat status{};
  if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode))
    return refuse(path, "it is no plain file");
  if (auto good = check_mode(path, status); !good) return std::unexpected(good.error());
  os::FileSource source(std::move(file));
  std::string text;
  const auto read = os::read_up_to(source, dkim::kMostKeyFile + 1, text);
  if (!read) return refuse(path, read.error().message);
  return text;
}

base::Result<void> add_file(const std::string& folder, const std::string& name, dkim::KeyStore& store) {
  const std::string path = (fs::path(folder) / name).string();
  const auto key_name = dkim::parse_key_name(name);
  if (!key_name || key_name->text() != name) {
    return refuse(path, "it must be named SELECTOR._domainkey.DOMAIN, as A-labels in lower case");
  }
  auto file = read_dkim_file(path);
  if (!file) return std::unexpected(file.error());
  store.add(*key_name, std::move(file->key));
  return {};
}

}  // namespace

base::Result<std::shared_ptr<const dkim::KeyStore>> read_dkim_folder(const std::string& folder) {
  if (auto good = check_folder(folder); !good) return std::unexpected(good.error());
  const auto names = names_in(folder);
  if (!names) return std::unexpected(names.error());
  const auto store = std::make_shared<dkim::KeyStore>();
  for (const auto& name : *names) {
    if (auto added = add_file(folder, name, *store); !added) return std::unexpected(added.error());
  }
  return store;
}

base::Result<dkim::KeyFile> read_dkim_file(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  auto file = dkim::parse_key_file(*text);
  if (!file) return refuse(path, file.error().message);
  return file;
}

base::Result<std::string> add_dkim_key(const std::string& folder, const dkim::KeyName& name,
                                       std::string_view text) {
  std::string path = (fs::path(folder) / name.text()).string();
  std::error_code unknown;
  if (fs::exists(path, unknown))
    return refuse(path, "it is there already; remove it first if the key has changed");
  if (auto made = os::create_file(path, text, 0644); !made) return refuse(path, made.error().message);
  return path;
}

}  // namespace backstop::config
