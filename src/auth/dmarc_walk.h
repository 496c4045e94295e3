// The walk up the tree of DNS for DMARC records (RFC 9989 4.10): which record is a domain's policy, and what
// is its organizational domain.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "auth/ask.h"
#include "auth/dmarc_record.h"

namespace backstop::auth {

/// How far the walk from a domain has come. A plain value.
struct DmarcWalk {
  static constexpr std::size_t kMost = 8;  ///< questions of one walk

  struct Step {
    std::string domain;
    std::optional<DmarcRecord> record;  ///< none, or several, which all don't count
  };

  std::vector<Step> steps = {};  ///< from the domain itself upwards
  std::string next = {};         ///< where to go on; empty: the walk is over
  std::string failure = {};      ///< if DNS failed: one clause. Then the walk is over, too

  const std::string& domain() const { return steps.front().domain; }
};

/// Asks for the record of the domain itself, an A-label in lower case that is not empty.
net::Task<DmarcWalk> begin_dmarc_walk(std::string domain, Ask ask);
/// Goes on to the end. Steps that `known`, the walk of another domain, has done already are not asked for.
net::Task<DmarcWalk> end_dmarc_walk(DmarcWalk walk, DmarcWalk known, Ask ask);

/// Returns the organizational domain that a walk found which is over and didn't fail.
std::string organizational_domain(const DmarcWalk& walk);
/// Returns the step whose record is the policy; null if there is none. If the domain itself has a record the
/// walk need not be over.
const DmarcWalk::Step* policy_step(const DmarcWalk& walk);

}  // namespace backstop::auth
