#include "service/readiness_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/day.h"
#include "base/domain_key.h"
#include "policy/readiness.h"
#include "report/late_refusals.h"

namespace backstop::service {

namespace {

using policy::Carried;

const policy::Readiness& of(const intake::Observed& observed, Carried carried) {
  return observed[static_cast<std::size_t>(carried)];
}

bool is_ready(const intake::Observed& observed) {
  return of(observed, Carried::Message).since || of(observed, Carried::Tag).since;
}

// A name below a "*." is known only by its mail.
Observations with_unseen(Observations observed, const intake::DomainTable& domains,
                         std::chrono::sys_days today) {
  for (const auto& one : domains) {
    if (!one.name.starts_with("*."))
      observed.try_emplace(base::domain_key(one.name), intake::nothing_seen(today));
  }
  return observed;
}

std::string ready_line(std::string_view domain, const intake::Observed& observed) {
  const auto& message = of(observed, Carried::Message);
  const auto& found = message.since ? message : of(observed, Carried::Tag);
  return fmt::format("domain {}: ready since {}. {}", domain, base::format_day(*found.since), found.why);
}

}  // namespace

std::vector<std::string> ReadinessLines::update(const Observations& observed,
                                                const intake::DomainTable& domains,
                                                std::chrono::sys_days today) {
  std::vector<std::string> lines;
  const bool is_new_day = std::exchange(told_, today) != today;
  for (const auto& [domain, its_own] : with_unseen(observed, domains, today)) {
    const auto* const settings = domains.find(domain);
    if (settings == nullptr || settings->ready_since) continue;
    const Known now{.is_ready = is_ready(its_own), .stage = settings->stage};
    const auto [found, is_new] = known_.try_emplace(domain, now);
    const Known before = std::exchange(found->second, now);
    if (now.is_ready && (!before.is_ready || is_new)) lines.push_back(ready_line(domain, its_own));
    const bool acts_by_stage = now.stage < policy::Stage::Quarantine || now.is_ready;
    if (!acts_by_stage && (before != now || is_new || is_new_day)) {
      lines.push_back(fmt::format("domain {}: not ready, so stage {} acts as label. {}", domain,
                                  policy::name(now.stage), intake::lacking(its_own)));
    }
  }
  return lines;
}

void LateRefusalLook::look(store::HistoryReader& history, const intake::DomainTable& domains,
                           std::chrono::system_clock::time_point now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  if (looked_ == today) return;
  const auto late =
      report::late_refusals(history, std::chrono::floor<std::chrono::milliseconds>(now), domains);
  if (!late) return;
  looked_ = today;
  for (const auto& one : *late) tell_(os::LogLevel::Warning, "domain " + report::late_refusal_line(one));
}

ReadinessWatch::ReadinessWatch(std::string history_url, std::shared_ptr<const gateway::Settings> settings,
                               intake::ReadyTable& table, Tell tell)
    : url_(std::move(history_url)),
      table_(table),
      tell_(std::move(tell)),
      settings_(std::move(settings)),
      late_(tell_) {
  look();
  periodic_.emplace(
      kPause, "readiness of domains",
      [this] {
        look();
        if (reader_) late_.look(*reader_, settings_.load()->domains, std::chrono::system_clock::now());
      },
      tell_);
}

void ReadinessWatch::look() {
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  if (!reader_) {
    if (auto opened = store::open_history_for_reading(url_)) reader_ = std::move(*opened);
  }
  // The history's writer makes the file, perhaps later than this. Until then no mail was seen.
  const auto sums = reader_ ? reader_->day_sums(today - policy::ReadyRules::kMemory)
                            : base::Result<std::vector<store::DaySums>>();
  if (!sums) {
    // What was known stays.
    if (!std::exchange(has_failed_, true))
      tell_(os::LogLevel::Warning, "readiness of domains: " + sums.error().message);
    return;
  }
  has_failed_ = false;
  const auto observed = intake::observe(*sums, today);
  intake::ReadyTable::Domains ready;
  for (const auto& [domain, one] : observed) ready.emplace(domain, intake::since(one));
  table_.replace(std::move(ready));
  const auto settings = settings_.load();
  for (const auto& line : lines_.update(observed, settings->domains, today)) tell_(os::LogLevel::Info, line);
}

}  // namespace backstop::service
