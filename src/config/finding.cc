#include "config/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace backstop::config {

bool has_mistakes(const std::vector<Finding>& findings) {
  return std::ranges::count(findings, Finding::Kind::Mistake, &Finding::kind) > 0;
}

void sort(std::vector<Finding>& findings) {
  std::ranges::sort(findings, {}, [](const Finding& one) { return std::tie(one.place, one.what); });
}

std::string finding_line(std::string_view file, const Finding& finding) {
  const bool is_warning = finding.kind == Finding::Kind::Warning;
  return fmt::format("{}:{}:{}: {}{}", base::printable(file), finding.place.line, finding.place.column,
                     is_warning ? "warning: " : "", finding.what);
}

}  // namespace backstop::config
