#include "report/read_ready.h"

#include "origin/origin.h"
#include "policy/readiness.h"

namespace backstop::report {
namespace {

constexpr std::size_t kMostContradictions = 1000;
constexpr std::size_t kMostUnproven = 20'000;

base::Result<void> add_events(store::HistoryReader& history, std::chrono::sys_days today,
                              std::vector<DomainReadiness>& domains) {
  store::HistoryFilter filter{.since = today - policy::ReadyRules::kWindow, .is_contradiction = true};
  filter.most = kMostContradictions;
  const auto told = history.visit(filter, [&](const store::Event& event) { add_event(event, domains); });
  if (!told) return told;
  filter.is_contradiction = false;
  filter.is_response = true;
  filter.origin = origin::name(origin::Result::Unproven);
  filter.most = kMostUnproven;
  return history.visit(filter, [&](const store::Event& event) {
    if (!event.contradiction) add_event(event, domains);
  });
}

}  // namespace

base::Result<std::vector<DomainReadiness>> read_ready(store::HistoryReader& history,
                                                      const intake::DomainTable& domains,
                                                      std::chrono::sys_days today) {
  const auto sums = history.day_sums(today - policy::ReadyRules::kMemory);
  if (!sums) return std::unexpected(sums.error());
  auto ready = readiness_of(domains, *sums, today);
  if (auto added = add_events(history, today, ready); !added) return std::unexpected(added.error());
  return ready;
}

}  // namespace backstop::report
