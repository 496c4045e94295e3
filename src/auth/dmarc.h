// Whether the author's domain stands for a mail (DMARC, RFC 9989), and what it wants done if it doesn't.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "auth/ask.h"
#include "auth/author.h"
#include "auth/dmarc_record.h"
#include "auth/dmarc_walk.h"
#include "auth/method_result.h"

namespace backstop::auth {

/// A domain that another method spoke for, as A-label in lower case.
struct Identifier {
  MethodResult result = MethodResult::None;
  std::string domain = {};
};

/// What a mail's other checks said. Only Pass and TempError matter.
struct DmarcInput {
  Author author = {};
  Identifier spf = {};                ///< of MAIL FROM; the HELO name for a null path (RFC 7208 2.4)
  std::vector<Identifier> dkim = {};  ///< `d=` of each signature
};

struct DmarcResult {
  /// What passed in line with the author's domain.
  enum class Aligned : std::uint8_t {
    Nothing,
    Dkim,  ///< looked at first
    Spf,   ///< and no signature
  };

  /// None: there is no policy. PermError: the author has no domain, or its record can't be used. TempError:
  /// DNS failed, also for SPF or DKIM of a domain that could be in line. Pass and Fail as they are.
  MethodResult result = MethodResult::None;
  Aligned aligned = Aligned::Nothing;
  std::string author_domain = {};  ///< empty if it has none
  std::string policy_domain = {};  ///< where the record is; empty if there is none
  DmarcPolicy policy =
      DmarcPolicy::None;  ///< that applies to this mail if it fails, after `sp`, `np` and `t`
  bool is_test = false;   ///< `t=y` has lowered it
  std::string why = {};   ///< unless Pass: one clause, printable
};

/// Asks for the policy of the author's domain; a caller may begin with it as soon as the header is there.
/// Empty if the author has no domain.
net::Task<std::optional<DmarcWalk>> find_dmarc_policy(Author author, Ask ask);

/// Judges the mail by the policy that find_dmarc_policy() found. Asks more only if domains that differ might
/// belong to one organization, or if the policy has an `np=` and the mail fails.
///
/// Questions in all: at most 8 for the author, 7 for each other domain below its organizational domain,
/// and 1.
net::Task<DmarcResult> check_dmarc(std::optional<DmarcWalk> policy, DmarcInput input, Ask ask);

/// Does both.
net::Task<DmarcResult> check_dmarc(DmarcInput input, Ask ask);

}  // namespace backstop::auth
