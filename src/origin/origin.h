// Did we send the mail that a response answers? All evidence together (proof, refutation, hint or
// silence).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::origin {

enum class Result : std::uint8_t { Unproven, Genuine, Forged };

/// What one piece of evidence says.
enum class Finding : std::uint8_t { Silent, Hints, Proves, Refutes };

struct Evidence {
  std::string_view name;  ///< "tag"; a static string
  Finding finding = Finding::Silent;
  std::string detail;  ///< one plain sentence, printable
};

struct Origin {
  Result result = Result::Unproven;
  std::vector<Evidence> evidence;
};

/// genuine: a proof and no refutation. forged: a refutation. Else unproven.
Origin judge(std::vector<Evidence> evidence);

inline constexpr std::array<std::string_view, 3> kResultNames = {"unproven", "genuine", "forged"};
inline constexpr std::array<std::string_view, 4> kFindingNames = {"silent", "hints", "proves", "refutes"};
constexpr std::string_view name(Result value) {
  return kResultNames[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(Finding value) {
  return kFindingNames[static_cast<std::size_t>(value)];
}

}  // namespace backstop::origin
