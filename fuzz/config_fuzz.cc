// The text of a configuration file: every finding has a place in the text and can be shown, and a text
// without a mistake gives a configuration that can be used. No file is touched.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "config/reader.h"

namespace {

using namespace backstop;

// The builds that fuzz fastest have no assert().
void require(bool holds) {
  if (!holds) std::abort();
}

void check_findings(const config::Reading& reading, std::string_view text) {
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  for (const auto& finding : reading.findings) {
    require(finding.place.line >= 1 && finding.place.line <= lines && finding.place.column >= 1);
    require(!finding.what.empty() && base::is_utf8(finding.what));
    require(std::ranges::none_of(finding.what, [](char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; }));
  }
  require(std::ranges::is_sorted(reading.findings, {}, &config::Finding::place));
}

void check_config(const config::Config& config) {
  require(!config.gateway.hostname.empty() && !config.gateway.gateways.empty());
  for (const auto& one : config.gateway.gateways) {
    require(!one.name.empty() && !one.listen.empty() && !one.next_hop.url.empty());
  }
  for (const auto& one : config.gateway.domains) {
    require(!one.name.empty() && one.name == base::to_lower(one.name));
    require(!one.next_hop || !one.next_hop->url.empty());
  }
  require(config.gateway.limits.next_hop_final < std::chrono::minutes(10));
  require(origin::check(config.gateway.tags).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto reading = config::read_config(text, "/etc/backstop/backstop.toml");
  check_findings(reading, text);
  if (!reading.has_mistakes()) check_config(reading.config);
  return 0;
}
