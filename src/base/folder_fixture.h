// For tests: a temporary folder of their own.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace backstop::base {

/// Makes a folder that nobody else can enter (mode 0700), and deletes it with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    auto name = (std::filesystem::temp_directory_path() / "backstop-test-XXXXXX").string();
    // A test that went on without its folder would write, and delete, somewhere else.
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = std::filesystem::canonical(name);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string path(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace backstop::base
