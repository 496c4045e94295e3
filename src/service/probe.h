// What the configuration can't know, asked of DNS and of the next hops: whether mail gets in past this
// gateway, and whether a next hop takes recipients that don't exist. Both end in bounces that no refusal here
// can prevent.
#pragma once

#include <string>
#include <vector>

#include "gateway/settings.h"

namespace backstop::service {

struct Probed {
  bool is_warning = false;
  std::string line;
};

/// Asks for the MX records of each domain that is written in full, and asks its next hop whether it takes a
/// recipient there that can't exist (MAIL and RCPT, no message). A domain with a file of recipients needs no
/// answer of its next hop, and a Maildir gives none. Asks one after the other: 3 s at most for each domain's
/// MX, and as long as `limits` allow for each next hop.
std::vector<Probed> probe(const gateway::Settings& settings);

}  // namespace backstop::service
