#include "intake/surge.h"

#include <algorithm>
#include <utility>

#include "origin/owner.h"

namespace backstop::intake {

namespace {

constexpr std::uint64_t kMinutesOfMean =
    std::chrono::duration_cast<std::chrono::minutes>(SurgeCounts::kMeanOver).count();

std::int64_t second_of(SurgeTime now) {
  return now.time_since_epoch().count();
}

std::int64_t day_of(SurgeTime now) {
  return std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
}

/// Puts the change among the others, with its name.
void add(std::optional<SurgeChange> change, const std::string& name, std::vector<SurgeChange>& changes) {
  if (!change) return;
  change->whose = name;
  changes.push_back(std::move(*change));
}

/// Returns the least count that is at least kTimesMean times the mean of a minute and one.
std::uint64_t above_mean(std::uint64_t in_all) {
  return 1 + (SurgeCounts::kTimesMean * in_all + kMinutesOfMean - 1) / kMinutesOfMean;
}

}  // namespace

void SurgeCounts::note_sender(std::string_view domain, SurgeTime now) {
  const std::size_t hash = std::hash<std::string_view>()(domain);
  auto place = std::ranges::find(senders_, hash, &Sender::domain);
  if (place == senders_.end()) place = std::ranges::min_element(senders_, {}, &Sender::seen);
  *place = {hash, now};
}

std::size_t SurgeCounts::senders(SurgeTime now) const {
  const auto count = std::ranges::count_if(
      senders_, [&](const Sender& one) { return one.seen != SurgeTime() && now - one.seen < kDomainWindow; });
  return static_cast<std::size_t>(count);
}

std::optional<SurgeChange> SurgeCounts::note(std::uint64_t least, std::string_view from_domain,
                                             SurgeTime now) {
  using Kind = SurgeChange::Kind;
  const std::uint64_t threshold = std::max(least, above_mean(days_.sum(day_of(now))));
  seconds_.add(second_of(now));
  days_.add(day_of(now));
  if (!from_domain.empty()) note_sender(from_domain, now);
  if (surge_) {
    ++surge_->count;
    return look(now);
  }
  const std::size_t responses = seconds_.sum(second_of(now));
  const std::size_t domains = senders(now);
  const bool is_flood = responses >= threshold;
  if (!is_flood && domains < kMostDomains) return std::nullopt;
  // Each of the domains sent one response at least.
  surge_ = Surge{.threshold = threshold, .busy = now, .count = std::max(responses, domains)};
  return SurgeChange{.kind = is_flood ? Kind::Responses : Kind::Domains,
                     .whose = {},
                     .count = is_flood ? responses : domains,
                     .time = now};
}

std::optional<SurgeChange> SurgeCounts::look(SurgeTime now) {
  if (!surge_) return std::nullopt;
  const bool is_busy =
      4 * seconds_.sum(second_of(now)) >= surge_->threshold || 4 * senders(now) >= kMostDomains;
  if (is_busy) surge_->busy = std::max(surge_->busy, now);
  return is_surge(now) ? std::nullopt : end(now);
}

std::optional<SurgeChange> SurgeCounts::end(SurgeTime now) {
  if (!surge_) return std::nullopt;
  const auto count = std::exchange(surge_, std::nullopt)->count;
  return SurgeChange{.kind = SurgeChange::Kind::Over, .whose = {}, .count = count, .time = now};
}

SurgeCounts& Surges::Table::at(const std::string& name, SurgeTime now, std::vector<SurgeChange>& changes) {
  const auto found = places_.find(name);
  if (found != places_.end()) {
    order_.splice(order_.begin(), order_, found->second);
    return order_.front().counts;
  }
  if (places_.size() >= most_) {
    add(order_.back().counts.end(now), order_.back().name, changes);
    places_.erase(order_.back().name);
    order_.pop_back();
  }
  order_.push_front({.name = name, .counts = {}});
  places_.emplace(name, order_.begin());
  return order_.front().counts;
}

bool Surges::Table::is_surge(const std::string& name, SurgeTime now) const {
  const auto found = places_.find(name);
  return found != places_.end() && found->second->counts.is_surge(now);
}

void Surges::Table::look(SurgeTime now, std::vector<SurgeChange>& changes) {
  for (auto& one : order_) add(one.counts.look(now), one.name, changes);
}

void Surges::note(const std::string& owner, response::Kind kind, std::string_view from_domain,
                  SurgeTime now) {
  std::vector<SurgeChange> changes;
  const std::string domain(origin::domain_of_owner(owner));
  const auto sender = kind == response::Kind::AutoReply ? from_domain : std::string_view();
  {
    const std::scoped_lock lock(mutex_);
    add(owners_.at(owner, now, changes).note(kLeastOfOwner, sender, now), owner, changes);
    add(domains_.at(domain, now, changes).note(kLeastOfDomain, {}, now), domain, changes);
  }
  tell(changes);
}

bool Surges::is_surge(const std::string& owner, SurgeTime now) const {
  const std::string domain(origin::domain_of_owner(owner));
  const std::scoped_lock lock(mutex_);
  return owners_.is_surge(owner, now) || domains_.is_surge(domain, now);
}

void Surges::look(SurgeTime now) {
  std::vector<SurgeChange> changes;
  {
    const std::scoped_lock lock(mutex_);
    owners_.look(now, changes);
    domains_.look(now, changes);
  }
  tell(changes);
}

void Surges::tell(const std::vector<SurgeChange>& changes) const {
  for (const auto& change : changes) tell_(change);
}

}  // namespace backstop::intake
