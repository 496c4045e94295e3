// Parameters of Content-Type and Content-Disposition (RFC 2045 5.1), with continuations and charsets (RFC
// 2231).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace backstop::mail {

/// Returns a view of one parameter's value in `parameters` ("; charset=us-ascii; boundary=..."), without its
/// quotes. Copies nothing, so it returns nullopt for a value with escapes, continuations or a charset;
/// parameter() reads those.
std::optional<std::string_view> plain_parameter(std::string_view parameters, std::string_view name);

struct ParameterBytes {
  std::string charset;  ///< by RFC 2231; mostly empty
  std::string bytes;
};

/// Reads the same as parameter(), without converting the charset: for a boundary, which is compared with
/// bytes.
std::optional<ParameterBytes> parameter_bytes(std::string_view parameters, std::string_view name);

/// Returns the value of one parameter in UTF-8: unquoted, unescaped, RFC 2231 continuations joined and
/// percent-decoded. Comments (RFC 5322 3.2.2) are passed over. A value is capped at 16 KiB, continuations at
/// 100.
std::optional<std::string> parameter(std::string_view parameters, std::string_view name);

}  // namespace backstop::mail
