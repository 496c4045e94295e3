// Parameters of Content-Type and Content-Disposition (RFC 2045 5.1), with continuations and charsets (RFC
// 2231).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace backstop::mail {

/// The raw value of one parameter in `parameters` ("; charset=us-ascii; boundary=..."): quotes taken off only
/// where nothing had to be unescaped. Nothing is copied, so a value with escapes, continuations or a charset
/// is not to be had this way: nullopt then, and parameter() reads it.
std::optional<std::string_view> plain_parameter(std::string_view parameters, std::string_view name);

struct ParameterBytes {
  std::string charset;  ///< as RFC 2231 names it; mostly empty
  std::string bytes;
};

/// What parameter() reads, before its charset is converted: for a boundary, which is compared with bytes.
std::optional<ParameterBytes> parameter_bytes(std::string_view parameters, std::string_view name);

/// The value of one parameter in UTF-8: unquoted, unescaped, RFC 2231 continuations joined and
/// percent-decoded. Comments (RFC 5322 3.2.2) are passed over. A value is capped at 16 KiB, continuations at
/// 100.
std::optional<std::string> parameter(std::string_view parameters, std::string_view name);

}  // namespace backstop::mail
