#include "bench/mails.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace backstop::bench {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> read_mails() {
  const char* corpus = std::getenv("BACKSTOP_CORPUS");
  const bool is_given = corpus != nullptr;
  const fs::path folder = is_given ? fs::path(corpus) : fs::path(BACKSTOP_SOURCE_DIR "/src");
  std::vector<std::string> mails;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file() || (!is_given && entry.path().extension() != ".eml")) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      mails.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }
  if (mails.empty()) {
    std::fprintf(stderr, "no mails in %s\n", folder.c_str());
    std::exit(1);
  }
  return mails;
}

}  // namespace

const std::vector<std::string>& mails() {
  static const std::vector<std::string> mails = read_mails();
  return mails;
}

std::size_t total_bytes(const std::vector<std::string>& mails) {
  std::size_t bytes = 0;
  for (const std::string& mail : mails) bytes += mail.size();
  return bytes;
}

}  // namespace backstop::bench
