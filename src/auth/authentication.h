// How one mail was authenticated, by our own checks or by those of a hop that we trust, and for which of its
// addresses that speaks. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/dkim_check.h"
#include "auth/dmarc.h"
#include "auth/method_result.h"
#include "auth/spf.h"
#include "mail/address.h"

namespace backstop::auth {

struct SpfFinding {
  MethodResult result = MethodResult::None;
  std::string domain = {};  ///< of MAIL FROM or of HELO, as A-label
  bool is_helo = false;     ///< the path was null, or HELO alone was checked
  bool is_all = false;      ///< Pass, but so would any client: `+all`
};

/// Makes a finding of our own check. `is_helo`: it was of the null path.
SpfFinding finding_of(const SpfOutcome& outcome, bool is_helo);

/// A method that was not looked at has no value.
struct Authentication {
  std::optional<SpfFinding> spf = {};
  std::optional<std::vector<DkimResult>> dkim = {};  ///< empty: the mail has no signature
  std::optional<DmarcResult> dmarc = {};
};

/// Whether somebody who may use an address wrote the mail. The larger one says more.
enum class Cover : std::uint8_t {
  No,        ///< it was checked, and nothing speaks for the address
  Unknown,   ///< what was checked says nothing, but DNS failed or a method was not looked at
  Domain,    ///< a signature of the domain, on a mail of another author: anybody may send that again
  SpfAlone,  ///< only the client's network does, which others may share
  Yes,       ///< a signature of the domain, on a mail of this author
};

/// For the reverse path: a DKIM signature that speaks for its domain; an SPF pass of its domain, unless by
/// `+all`; or that the author's domain, if it is the same, has passed DMARC. Yes for no null path.
/// `is_author`: the path is an address of From.
Cover covers_reverse_path(const Authentication& found, const mail::Address& path, bool is_author);

/// What SPF alone says for an address: SpfAlone, Unknown or No.
Cover covers_by_spf(const Authentication& found, const mail::Address& address);

/// Returns the start of `b=` of the first good signature whose domain is that of the address, or above or
/// below it; empty if there is none.
std::string_view signature_for(const Authentication& found, const mail::Address& address);

/// For an address of From: DMARC's pass for its domain. If the domain has no policy that can be used, or
/// DMARC was not looked at: a signature or an SPF pass that speaks for it. SPF by `+all` is nothing here,
/// too.
Cover covers_author(const Authentication& found, const mail::Address& author);

}  // namespace backstop::auth
