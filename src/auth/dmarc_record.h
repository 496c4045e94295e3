// A domain's DMARC record (RFC 9989 4.7 and 4.8). Pure; thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace backstop::auth {

/// What a domain wants done with mail that fails.
enum class DmarcPolicy : std::uint8_t { None, Quarantine, Reject };

inline constexpr std::array<std::string_view, 3> kDmarcPolicyNames = {"none", "quarantine", "reject"};
constexpr std::string_view name(DmarcPolicy value) {
  return kDmarcPolicyNames[static_cast<std::size_t>(value)];
}

struct DmarcRecord {
  enum class Psd : std::uint8_t {
    Unknown,  ///< `psd=u`, or none
    Yes,      ///< the domain is one below which others register theirs
    No,       ///< the domain is an organizational domain
  };

  DmarcPolicy policy = DmarcPolicy::None;            ///< `p=`; None if it is missing
  std::optional<DmarcPolicy> subdomain_policy = {};  ///< `sp=`
  std::optional<DmarcPolicy> non_existent = {};      ///< `np=`
  bool is_strict_dkim = false;                       ///< `adkim=s`
  bool is_strict_spf = false;                        ///< `aspf=s`
  bool is_test = false;                              ///< `t=y`
  Psd psd = Psd::Unknown;
  /// False if `p=`, `sp=` or `np=` has an unknown value and there is no `rua=` with a URI: DMARC is not
  /// applied then. With a URI the policy is None for all.
  bool is_usable = true;

  bool operator==(const DmarcRecord&) const = default;
};

/// Returns nullopt for a text that does not begin with `v=DMARC1`. Tags that are unknown or can't be read are
/// passed over, as are values that a tag can't have; of a tag that is there twice the first counts. Only
/// "DMARC1" is compared with its case. Linear.
std::optional<DmarcRecord> parse_dmarc_record(std::string_view text);

}  // namespace backstop::auth
