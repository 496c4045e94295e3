// Which proofs mail of our domains has been seen to carry, and since when: what is known now, from the sums
// that the history keeps. Thread-safe: one thread replaces the table now and then, and every session asks it.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "intake/site.h"
#include "policy/readiness.h"
#include "policy/verdict.h"
#include "store/day_sums.h"

namespace backstop::intake {

/// For each proof of one domain the day since which it is ready; nullopt if it is not. Indexed by
/// policy::Carried.
using ReadySince = std::array<std::optional<std::chrono::sys_days>, policy::kCarriedNames.size()>;

/// What was seen of one domain, for each proof. Indexed by policy::Carried.
using Observed = std::array<policy::Readiness, policy::kCarriedNames.size()>;

/// Computes the readiness of each domain that the sums name, as the history returns them.
std::map<std::string, Observed, std::less<>> observe(std::span<const store::DaySums> sums,
                                                     std::chrono::sys_days today);
/// Returns what is observed of a domain of which no mail left.
Observed nothing_seen(std::chrono::sys_days today);
/// Says in one or two sentences what a domain is not ready for.
std::string lacking(const Observed& observed);
ReadySince since(const Observed& observed);

class ReadyTable {
 public:
  using Domains = std::map<std::string, ReadySince, std::less<>>;  ///< by base::domain_key()

  void replace(Domains domains);
  /// `domain` as base::domain_key() folds it. A domain that is not in the table is not ready.
  ReadySince find(std::string_view domain) const;

 private:
  std::shared_ptr<const Domains> domains() const;

  mutable std::mutex mutex_;
  std::shared_ptr<const Domains> domains_ = std::make_shared<const Domains>();
};

/// Returns whether this installation gives its mail a proof for which a declaration counts.
bool has_declarable_proof(const DomainSettings& domain, const Site& site);

/// Returns since when mail of a domain of ours is ready: as `ready` of the domain declares it, or as the
/// table has it. `name` is the domain in any spelling, empty for a bare postmaster, which belongs to the
/// domain itself; `table` may be null.
ReadySince ready_since(const DomainSettings& domain, std::string_view name, const Site& site,
                       const ReadyTable* table);

/// Returns the same as policy asks for it. A declaration may name a day to come.
policy::Ready ready(const ReadySince& since, std::chrono::sys_days today);

}  // namespace backstop::intake
