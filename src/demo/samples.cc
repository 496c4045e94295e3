#include "demo/samples.h"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "base/text.h"

namespace backstop::demo {

namespace {

// The tags in the sample were made with it; scripts/make-sample has the same.
constexpr std::string_view kSampleSecret = "the key of the sample mailbox";

// The end of the sample's last day.
constexpr std::chrono::sys_days kSampleEnd = std::chrono::year{2026} / 3 / 30;

// Beside the executable if it is installed (bin/ and share/), else in the source tree.
std::vector<std::filesystem::path> places() {
  std::vector<std::filesystem::path> found = {BACKSTOP_SAMPLES_INSTALLED, BACKSTOP_SAMPLES_IN_SOURCE};
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return found;
  const auto beside = program.parent_path().parent_path() / "share/backstop/samples";
  if (beside != found.front()) found.insert(found.begin(), beside);
  found.push_back(program.parent_path() / "samples");
  return found;
}

}  // namespace

base::Result<std::string> find_sample(std::string_view name) {
  std::string searched;
  std::error_code error;
  for (const auto& place : places()) {
    const auto path = place / name;
    if (std::filesystem::exists(path, error)) return path.string();
    searched += fmt::format("{}{}", searched.empty() ? "" : ", ", base::printable(place.string(), 4096));
  }
  return std::unexpected(
      base::Error{fmt::format("the sample {} is missing; searched in {}", name, searched)});
}

report::ExaminerSettings sample_settings() {
  report::ExaminerSettings settings;
  // The ring is empty and the secret is a good one, so this can't fail.
  static_cast<void>(settings.site.keys.add(
      {.number = 0, .use = origin::KeyUse::Sign, .secret = std::string(kSampleSecret)}));
  settings.site.has_tags = true;
  settings.now = kSampleEnd;
  return settings;
}

}  // namespace backstop::demo
