// The reader of Authentication-Results (RFC 8601): what another server of ours found out. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authentication.h"
#include "auth/method_result.h"
#include "base/error.h"
#include "mail/message.h"

namespace backstop::auth {

inline constexpr std::string_view kAuthresName = "Authentication-Results";

/// One fact behind a result: "smtp.mailfrom=example.org".
struct AuthresProperty {
  std::string type = {};   ///< ptype, in lower case: smtp, header, body, policy
  std::string name = {};   ///< in lower case
  std::string value = {};  ///< without quotes; any bytes
};

/// What one method found.
struct AuthresResult {
  std::string method = {};  ///< in lower case
  MethodResult result = MethodResult::None;
  std::string reason = {};
  std::vector<AuthresProperty> properties = {};

  /// Returns the value of the first such property, or an empty view.
  std::string_view find(std::string_view type, std::string_view name) const;
};

struct Authres {
  static constexpr std::size_t kMostBytes = 16UZ * 1024;  ///< of a field's value
  static constexpr std::size_t kMostResults = 64;
  static constexpr std::size_t kMostProperties = 16;  ///< of a result
  static constexpr std::size_t kMostNesting = 16;     ///< of comments

  std::string id = {};                      ///< authserv-id, as written, without quotes
  std::vector<AuthresResult> results = {};  ///< empty: "none". Unknown words for a result are left out
};

/// Reads a field's value. Refuses another version than 1, what is past a cap, and what has not the form of
/// RFC 8601 2.2, with three exceptions that the field has: a value may have any characters but white space,
/// ";", "(" and quotes (base64, paths with "="); there may be "word=value" without a type, which is passed
/// over; and there may be a ";" at the end. Linear.
base::Result<Authres> parse_authres(std::string_view value);

/// Returns the authserv-id at the start of a field's value, also if the rest can't be read; empty if there is
/// none.
std::string authserv_id(std::string_view value);

/// Returns true for an Authentication-Results field that bears one of the ids. They are compared as
/// domain names (base::domain_key), so that neither case nor the form of a name hides it. Our own fields of
/// somebody else, which must be removed (RFC 8601 5), are those that bear our id.
bool bears_id(const mail::Field& field, std::span<const std::string> ids);

/// Where a hop of ours has its fields: above the Received field that it adds, or one of them right below.
enum class AuthresPlace : std::uint8_t { Above, Below };

/// Reads the fields that bear one of the ids, from the top down to the first Received field; with
/// AuthresPlace::Below also the field right below that one. All else may have come with the mail, so its
/// sender may have written it. A field that can't be read is left out. For the header of a mail that one of
/// our hops hands over, which adds a Received field.
std::vector<Authres> trusted_results(std::span<const mail::Field> header, std::span<const std::string> ids,
                                     AuthresPlace place = AuthresPlace::Above);

/// Makes one finding of them. For each method the topmost field that speaks of it counts, with all that it
/// says of it: filters that write a field each are joined. `is_all` is never known. If no field speaks of
/// DKIM, a DMARC result means that the mail has no signature, unless it is a temperror, or a pass without one
/// of SPF.
Authentication authentication_of(std::span<const Authres> trusted);

}  // namespace backstop::auth
