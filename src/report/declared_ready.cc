#include "report/declared_ready.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "base/day.h"
#include "base/text.h"
#include "intake/ready_table.h"
#include "policy/readiness.h"
#include "store/history.h"

namespace backstop::report {

namespace {

using policy::Carried;

struct DeclaredProof {
  Carried carried;
  std::uint64_t store::DayCounts::* count;
  std::string_view words;
};

constexpr auto kProofs = std::to_array<DeclaredProof>({
    {Carried::Message, &store::DayCounts::message, "neither a watermark nor our DKIM signature"},
    {Carried::Tag, &store::DayCounts::tag, "no tag"},
});

using Days = std::vector<const store::DaySums*>;

/// Returns the clause about one proof, or an empty text if nothing is wrong.
std::string line_of(std::string_view domain, const DeclaredProof& proof, std::chrono::sys_days since,
                    std::chrono::sys_days today, const Days& sums) {
  const auto first = std::max(since, today) - kBouncesCome;
  std::uint64_t left = 0;
  std::uint64_t carried = 0;
  for (const auto* const one : sums) {
    if (one->day < first) continue;
    left += one->counts.left;
    carried += one->counts.*proof.count;
  }
  if (carried * 100 >= left * policy::ReadyRules::kLeastPercent) return {};
  return fmt::format(
      "domain {}: it is declared to be ready since {}, but {} of the {} mails that left since {} carried {}; "
      "their bounces may be refused. Declare a day that is {} days after mail began to carry it",
      base::printable(domain), base::format_day(since), left - carried, left, base::format_day(first),
      proof.words, kBouncesCome.count());
}

}  // namespace

std::vector<std::string> declared_lines(const intake::Site& site, std::span<const store::DaySums> sums,
                                        std::chrono::sys_days today) {
  std::map<std::string_view, Days> domains;
  for (const auto& one : sums) domains[one.domain].push_back(&one);
  std::vector<std::string> lines;
  for (const auto& [domain, days] : domains) {
    const auto* const settings = site.domains.find(domain);
    if (settings == nullptr || !settings->ready_since || settings->stage < policy::Stage::Quarantine)
      continue;
    const auto since = intake::ready_since(*settings, domain, site, nullptr);
    for (const auto& proof : kProofs) {
      const auto& day = since[static_cast<std::size_t>(proof.carried)];
      if (!day) continue;
      if (auto line = line_of(domain, proof, *day, today, days); !line.empty())
        lines.push_back(std::move(line));
    }
  }
  return lines;
}

std::vector<std::string> declared_lines(const intake::Site& site, const std::string& history_url,
                                        std::chrono::sys_days today) {
  if (history_url.empty()) return {};
  const auto history = store::open_history_for_reading(history_url);
  if (!history) return {};
  const auto sums = (*history)->day_sums(today - kBouncesCome);
  return sums ? declared_lines(site, *sums, today) : std::vector<std::string>();
}

}  // namespace backstop::report
