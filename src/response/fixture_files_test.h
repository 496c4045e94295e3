// The mails of fixtures/, for the tests that read them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace backstop::response {

inline std::filesystem::path fixture_folder() {
  return std::filesystem::path(BACKSTOP_SOURCE_DIR) / "src/response/fixtures";
}

/// Sorted by name.
inline std::vector<std::filesystem::path> fixture_mails() {
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(fixture_folder())) {
    if (entry.path().extension() == ".eml") all.push_back(entry.path());
  }
  std::ranges::sort(all);
  return all;
}

inline std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace backstop::response
