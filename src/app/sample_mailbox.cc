#include "app/sample_mailbox.h"

#include <unistd.h>

#include <filesystem>
#include <ostream>
#include <string_view>
#include <utility>
#include <vector>

#include "app/command_scan.h"

namespace backstop::app {

namespace {

constexpr std::string_view kSample = "joe-job.mbox";

// What the tags in the sample were made with; scripts/make-sample has the same.
constexpr std::string_view kSampleSecret = "the key of the sample mailbox";

constexpr std::string_view kIntroduction =
    "Ann's address was forged: a spammer sent mail in her name, and what could not be\n"
    "delivered came back to her. Her server tags the addresses of the mail that she\n"
    "does write. This is her mailbox, as backstop scan sees it.\n"
    "\n";

constexpr std::string_view kNext =
    "\n"
    "Try it on your own: backstop scan PATH, where PATH is a Maildir, an mbox or a\n"
    "folder of mails. backstop --help lists the rest.\n";

// Beside the executable where it is installed (bin/ and share/), else where the sources are built.
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

ExaminerSettings sample_settings() {
  ExaminerSettings settings;
  settings.keys.emplace();
  // The ring is empty and the secret is a good one, so this can't fail.
  static_cast<void>(
      settings.keys->add({.number = 0, .use = origin::KeyUse::Sign, .secret = std::string(kSampleSecret)}));
  return settings;
}

void scan_sample(CommandContext& context) {
  const std::string sample = find_sample();
  if (sample.empty()) {
    return report_error(context, kExitNoInput, "the sample mailbox is not installed: joe-job.mbox");
  }
  context.out << kIntroduction;
  scan({sample}, sample_settings(), false, context);
  context.out << kNext;
}

}  // namespace backstop::app
