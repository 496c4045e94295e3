// What every front door (the gateway, later the milter) knows of the site that it serves. Plain values, made
// by the reader of the configuration. They are const while they are used, so any thread may read them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dkim/key_store.h"
#include "intake/auth_settings.h"
#include "intake/domain_table.h"
#include "origin/key_ring.h"
#include "origin/owner.h"
#include "origin/tag.h"
#include "origin/watermark.h"
#include "policy/way_out.h"

namespace backstop::intake {

/// What is done with automatic replies that leave.
enum class VacationRule : std::uint8_t {
  Rules,  ///< they must be owed, and obey RFC 3834
  Leave,  ///< they leave as any mail
};

/// What is done with responses that leave; see intake/way_out.h.
struct WayOutSettings {
  policy::WayOutStage stage = policy::WayOutStage::Observe;
  VacationRule vacation = VacationRule::Rules;
  bool is_muting = false;  ///< the next hop is asked not to report on mail whose SPF failed
  // How many responses leave of which it is unclear whether they are owed.
  std::uint32_t an_addressee = 3;  ///< to one addressee in a day
  std::uint32_t a_domain = 30;     ///< to the addressees of one domain in an hour
  std::uint32_t in_all = 100;      ///< in an hour

  bool operator==(const WayOutSettings&) const = default;
};

struct Site {
  std::string hostname;  ///< in greetings, EHLO and Received
  /// Further hosts of ours. A Received field by one of them, or by `hostname`, in what came back is a hint.
  std::vector<std::string> own_hosts;
  DomainTable domains;
  origin::KeyRing keys;  ///< may be empty
  origin::TagSettings tags;
  bool has_tags = false;                 ///< reverse paths of what leaves are tagged, if a key signs
  origin::WatermarkKeys watermark_keys;  ///< of `keys`
  bool has_watermark = false;            ///< mail of ours leaves with a watermark; then a key of these signs
  std::shared_ptr<const dkim::KeyStore> dkim_keys;  ///< of our domains, also past their rotation; may be null
  bool has_quarantine = false;                      ///< responses can be kept back
  WayOutSettings way_out;
  bool is_tightening = false;  ///< in a surge, automatic replies without a proof are kept back
  /// Destinations to which some outbound gateway sends mail without a tag; see intake/outbound_tag.h.
  std::vector<std::string> untagged;

  AuthSettings auth;  ///< how the senders of arriving mail are checked

  /// True if mail of ours leaves with tags, so that one can be expected.
  bool is_tagging() const { return has_tags && keys.signing_key() != nullptr; }

  /// True if the address, as text, is of a domain of ours.
  bool is_ours(std::string_view address) const {
    return find_domain(origin::domain_of_owner(address)) != nullptr;
  }

  /// See DomainTable::find().
  const DomainSettings* find_domain(std::string_view domain) const { return domains.find(domain); }
};

}  // namespace backstop::intake
