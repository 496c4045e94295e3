#include "intake/ready_table.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/domain_key.h"

namespace backstop::intake {

namespace {

using policy::Carried;

std::optional<std::chrono::sys_days>& at(ReadySince& since, Carried carried) {
  return since[static_cast<std::size_t>(carried)];
}

// A declaration counts for the proofs that this installation gives to the mail of a domain, which is as
// base::domain_key() folds it.
ReadySince declared(std::chrono::sys_days day, std::string_view domain, const Site& site) {
  ReadySince since;
  if (site.has_watermark) at(since, Carried::Watermark) = at(since, Carried::Message) = day;
  if (site.dkim_keys && site.dkim_keys->has_key_of(domain))
    at(since, Carried::Dkim) = at(since, Carried::Message) = day;
  if (site.is_tagging()) at(since, Carried::Tag) = day;
  return since;
}

policy::DaySums sums_of(const store::DaySums& sums) {
  const auto& counts = sums.counts;
  return {.day = sums.day,
          .left = counts.left,
          .carried = {counts.watermark, counts.dkim, counts.message, counts.tag},
          .genuine = counts.genuine,
          .contradictions = counts.contradictions};
}

Observed observe_one(std::span<const policy::DaySums> days, std::chrono::sys_days today) {
  Observed observed;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    observed[i] = policy::readiness(days, static_cast<Carried>(i), today);
  }
  return observed;
}

}  // namespace

std::map<std::string, Observed, std::less<>> observe(std::span<const store::DaySums> sums,
                                                     std::chrono::sys_days today) {
  std::map<std::string, std::vector<policy::DaySums>, std::less<>> days;
  for (const auto& one : sums) {
    if (one.day <= today) days[one.domain].push_back(sums_of(one));
  }
  std::map<std::string, Observed, std::less<>> observed;
  for (const auto& [domain, its_days] : days) observed.emplace(domain, observe_one(its_days, today));
  return observed;
}

Observed nothing_seen(std::chrono::sys_days today) {
  return observe_one({}, today);
}

std::string lacking(const Observed& observed) {
  const auto& message = observed[static_cast<std::size_t>(Carried::Message)].why;
  const auto& tag = observed[static_cast<std::size_t>(Carried::Tag)].why;
  return message == tag ? message : message + " " + tag;
}

ReadySince since(const Observed& observed) {
  ReadySince found;
  for (std::size_t i = 0; i < observed.size(); ++i) found[i] = observed[i].since;
  return found;
}

void ReadyTable::replace(Domains domains) {
  auto made = std::make_shared<const Domains>(std::move(domains));
  const std::lock_guard lock(mutex_);
  domains_.swap(made);
}

std::shared_ptr<const ReadyTable::Domains> ReadyTable::domains() const {
  const std::lock_guard lock(mutex_);
  return domains_;
}

ReadySince ReadyTable::find(std::string_view domain) const {
  const auto table = domains();
  const auto found = table->find(domain);
  return found == table->end() ? ReadySince() : found->second;
}

bool has_declarable_proof(const DomainSettings& domain, const Site& site) {
  // Which domains below it have keys is not known.
  if (domain.name.starts_with("*.") && site.dkim_keys && site.dkim_keys->size() > 0) return true;
  return std::ranges::any_of(declared({}, base::domain_key(domain.name), site),
                             [](const auto& day) { return day.has_value(); });
}

ReadySince ready_since(const DomainSettings& domain, std::string_view name, const Site& site,
                       const ReadyTable* table) {
  const std::string key = base::domain_key(name.empty() ? domain.name : name);
  if (domain.ready_since) return declared(*domain.ready_since, key, site);
  return table == nullptr ? ReadySince() : table->find(key);
}

policy::Ready ready(const ReadySince& since, std::chrono::sys_days today) {
  const auto has = [&](Carried carried) {
    const auto& day = since[static_cast<std::size_t>(carried)];
    return day && *day <= today;
  };
  return {.messages = has(Carried::Message), .tags = has(Carried::Tag)};
}

}  // namespace backstop::intake
