#include "demo/sample_mailbox.h"

#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <vector>

namespace backstop::demo {

namespace {

constexpr std::string_view kSample = "joe-job.mbox";

// What the tags in the sample were made with; scripts/make-sample has the same.
constexpr std::string_view kSampleSecret = "the key of the sample mailbox";

// Beside the executable if it is installed (bin/ and share/), else in the source tree.
std::vector<std::filesystem::path> places() {
  std::vector<std::filesystem::path> found = {BACKSTOP_SAMPLES_INSTALLED, BACKSTOP_SAMPLES_IN_SOURCE};
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    found.insert(found.begin(), program.parent_path().parent_path() / "share/backstop/samples");
    found.push_back(program.parent_path() / "samples");
  }
  return found;
}

}  // namespace

std::string find_sample() {
  std::error_code error;
  for (const auto& place : places()) {
    const auto path = place / kSample;
    if (std::filesystem::is_regular_file(path, error)) return path.string();
  }
  return {};
}

report::ExaminerSettings sample_settings() {
  report::ExaminerSettings settings;
  settings.keys.emplace();
  // The ring is empty and the secret is a good one, so this can't fail.
  static_cast<void>(
      settings.keys->add({.number = 0, .use = origin::KeyUse::Sign, .secret = std::string(kSampleSecret)}));
  return settings;
}

}  // namespace backstop::demo
