// Keeps the report and the headers of a mail. The result must be sound, and keeping it again must be, too.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "response/report_and_headers.h"
#include "response/sound_report.h"

namespace {

using namespace backstop;

void require_sound(const std::string& report) {
  const std::string broken = response::report_unsoundness(report);
  if (broken.empty()) return;
  std::fprintf(stderr, "%s\n", broken.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string report = response::report_and_headers({reinterpret_cast<const char*>(data), size});
  require_sound(report);
  require_sound(response::report_and_headers(report));
  return 0;
}
