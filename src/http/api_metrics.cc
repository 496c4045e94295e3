// /metrics, for Prometheus.
#include <unistd.h>

#include <fstream>

#include "http/api.h"
#include "http/metrics.h"

namespace backstop::http {
namespace {

/// Returns the resident memory of this process in bytes; 0 if the system doesn't tell.
std::uint64_t resident_memory() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

Reply show_metrics(Call& call) {
  return {.type = kMetricsType,
          .body = metrics_text(call.desk.events.all(), call.desk.sources.status(), resident_memory())};
}

}  // namespace backstop::http
