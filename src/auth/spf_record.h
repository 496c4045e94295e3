// The grammar of an SPF record (RFC 7208 12): text -> terms. Pure; thread-safe.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/spf_macro.h"
#include "base/error.h"

namespace backstop::auth {

/// RFC 7208 2.6.
enum class SpfResult : std::uint8_t { None, Neutral, Pass, Fail, SoftFail, TempError, PermError };

/// Returns the word of Authentication-Results and Received-SPF.
constexpr std::string_view name(SpfResult value) {
  constexpr std::string_view kNames[] = {"none",     "neutral",   "pass",     "fail",
                                         "softfail", "temperror", "permerror"};
  return kNames[static_cast<std::size_t>(value)];
}

struct SpfMechanism {
  enum class Kind : std::uint8_t { All, Include, A, Mx, Ptr, Ip4, Ip6, Exists };

  Kind kind = Kind::All;
  SpfResult result = SpfResult::Pass;     ///< of its qualifier: what a match gives
  SpfMacroText domain = {};               ///< empty: the domain of the record
  boost::asio::ip::address network = {};  ///< Ip4 and Ip6; may have bits past its length
  unsigned length4 = 32;                  ///< A, Mx and Ip4: of the prefix, in bits
  unsigned length6 = 128;                 ///< A, Mx and Ip6
  std::string text = {};                  ///< as it was written
};

struct SpfRecord {
  std::vector<SpfMechanism> mechanisms = {};
  std::optional<SpfMacroText> redirect = {};
  std::optional<SpfMacroText> explanation = {};  ///< exp=
};

/// Returns true if a TXT record counts as an SPF record, sound or not (RFC 7208 4.5).
bool is_spf_record(std::string_view text);

/// Reads an SPF record whole. An error anywhere in it is one of all of it (RFC 7208 4.6).
base::Result<SpfRecord> parse_spf_record(std::string_view text);

/// Returns true if the first `length` bits of the two are the same. Both must be of one family.
bool spf_contains(const boost::asio::ip::address& network, unsigned length,
                  const boost::asio::ip::address& client);

}  // namespace backstop::auth
