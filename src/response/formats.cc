#include "response/formats.h"

#include <vector>

namespace backstop::response {

std::span<const BounceFormat> bounce_formats() {
  static const std::vector<BounceFormat> all = [] {
    std::vector<BounceFormat> rows;
    for (const auto table : {provider_formats(), gateway_formats(), mta_formats(), language_formats()}) {
      rows.insert(rows.end(), table.begin(), table.end());
    }
    return rows;
  }();
  return all;
}

}  // namespace backstop::response
