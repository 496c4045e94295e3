#include "origin/origin.h"

#include <algorithm>
#include <utility>

namespace backstop::origin {

Origin judge(std::vector<Evidence> evidence) {
  const auto any = [&](Finding finding) {
    return std::ranges::any_of(evidence, [finding](const Evidence& e) { return e.finding == finding; });
  };
  Origin origin;
  if (any(Finding::Refutes)) {
    origin.result = Result::Forged;
  } else if (any(Finding::Proves)) {
    origin.result = Result::Genuine;
  }
  origin.evidence = std::move(evidence);
  return origin;
}

}  // namespace backstop::origin
