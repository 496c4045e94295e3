// The results that Authentication-Results knows, of all methods (RFC 8601 2.7).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace backstop::auth {

enum class MethodResult : std::uint8_t {
  None,  ///< nothing was there to check
  Pass,
  Fail,
  SoftFail,   ///< SPF only
  Neutral,    ///< no statement; DKIM: a signature that can't be read
  Policy,     ///< DKIM: a good signature, or one that may be, which we don't take
  TempError,  ///< nobody could say now: DNS
  PermError,  ///< a record or the mail is wrong
};

inline constexpr std::array<std::string_view, 8> kMethodResultNames = {
    "none", "pass", "fail", "softfail", "neutral", "policy", "temperror", "permerror"};
constexpr std::string_view name(MethodResult value) {
  return kMethodResultNames[static_cast<std::size_t>(value)];
}

/// Returns nullopt for a word that is no result. The case of letters does not matter. "hardfail" is an old
/// word for fail (RFC 5451).
inline std::optional<MethodResult> parse_method_result(std::string_view word) {
  for (std::size_t i = 0; i < kMethodResultNames.size(); ++i) {
    if (base::iequals(word, kMethodResultNames[i])) return static_cast<MethodResult>(i);
  }
  if (base::iequals(word, "hardfail")) return MethodResult::Fail;
  return std::nullopt;
}

}  // namespace backstop::auth
