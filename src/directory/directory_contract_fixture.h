// For the tests that every Directory passes, whatever source is behind it: a place that holds recipients.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "directory/file_directory.h"

namespace backstop::directory {

/// Has room for the recipients of one source.
class DirectoryPlace {
 public:
  virtual ~DirectoryPlace() = default;
  virtual Directory& directory() = 0;
  /// Makes these all that exist: addresses, and "@domain" for all of a domain.
  virtual void put(const std::vector<std::string>& recipients) = 0;
  /// Makes the source unable to answer, before put().
  virtual void fail() = 0;
};

class FilePlace : public DirectoryPlace {
 public:
  Directory& directory() override { return *directory_; }
  void put(const std::vector<std::string>& recipients) override {
    std::string text;
    for (const auto& one : recipients) text += one + " x\n";
    directory_->replace(std::move(read_recipients(text)->list), "1");
  }
  void fail() override { directory_ = std::make_unique<FileDirectory>("/never/read"); }

 private:
  std::unique_ptr<FileDirectory> directory_ = std::make_unique<FileDirectory>("/recipients");
};

struct DirectoryBackend {
  std::string_view name;
  std::unique_ptr<DirectoryPlace> (*make)();
};

/// Another source is one more row.
inline std::vector<DirectoryBackend> directory_backends() {
  return {{"file", [] -> std::unique_ptr<DirectoryPlace> { return std::make_unique<FilePlace>(); }}};
}

}  // namespace backstop::directory
