// What the configuration can't know, asked of DNS and of the next hops: whether mail gets in past this
// gateway, and whether a next hop takes recipients that don't exist, which both end in bounces that no
// refusal here can prevent; and whether the next hops are there and can be told who a client is.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "gateway/settings.h"
#include "next_hop/limits.h"

namespace backstop::service {

struct Probed {
  bool is_warning = false;
  std::string line;
};

/// The longest wait for one answer of a next hop.
inline constexpr std::chrono::seconds kProbePatience{30};

/// Returns the limits with which a next hop is asked: kProbePatience, if they allow more.
next_hop::Limits probe_limits(next_hop::Limits limits);

/// Asks for the MX records of each domain that is written in full, and asks its next hop whether it takes a
/// recipient there that can't exist (MAIL and RCPT, no message). If the domain has a file of recipients, its
/// next hop is asked only whether it takes mail (MAIL). The next hop of each outbound gateway is only greeted
/// (EHLO, QUIT). A Maildir is not asked. Says of each question how it ended. Asks one after the other: 3 s at
/// most for each domain's MX. A next hop that takes no mail is not asked again.
std::vector<Probed> probe(const gateway::Settings& settings);

}  // namespace backstop::service
