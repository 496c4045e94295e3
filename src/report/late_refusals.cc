#include "report/late_refusals.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <tuple>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"

namespace backstop::report {

namespace {

constexpr std::size_t kMostName = 100;

std::string domain_of(const store::Event& event) {
  if (event.recipients.empty()) return {};
  const std::string& address = event.recipients.front();
  return base::domain_key(std::string_view(address).substr(address.rfind('@') + 1));
}

std::uint64_t total(const LateRefusals& one) {
  return one.refused + one.bounced;
}

}  // namespace

std::vector<LateRefusals> late_refusals(std::span<const store::Event> events,
                                        const intake::DomainTable& domains) {
  std::map<std::string, LateRefusals> by_domain;
  for (const auto& event : events) {
    const auto domain = domain_of(event);
    const auto* const settings = domains.find(domain);
    if (settings == nullptr) continue;
    auto& counts = by_domain[domain];
    counts.domain = domain;
    counts.has_recipients = settings->recipient_directory != nullptr;
    counts.gateways.insert(event.gateway);
    ++(event.direction == store::Direction::Outbound ? counts.bounced : counts.refused);
  }
  std::vector<LateRefusals> all;
  for (auto& [domain, counts] : by_domain) all.push_back(std::move(counts));
  std::ranges::sort(all, [](const auto& one, const auto& other) {
    return std::tuple(total(other), one.domain) < std::tuple(total(one), other.domain);
  });
  return all;
}

base::Result<std::vector<LateRefusals>> late_refusals(store::HistoryReader& history,
                                                      std::chrono::sys_time<std::chrono::milliseconds> now,
                                                      const intake::DomainTable& domains) {
  const auto events =
      history.query({.since = now - kLateSpan, .cause = std::string(store::kLateUnknown), .most = kMostLate});
  if (!events) return std::unexpected(events.error());
  return late_refusals(*events, domains);
}

std::string late_refusal_line(const LateRefusals& of_domain) {
  const auto words = of_domain.bounced == 0   ? "refuses"
                     : of_domain.refused == 0 ? "bounces"
                                              : "refuses or bounces";
  return fmt::format("{}: the next hop takes recipients that it later {}: {} in {} days (gateway {}); {}",
                     base::printable(of_domain.domain, kMostName), words, total(of_domain), kLateSpan.count(),
                     base::printable(fmt::format("{}", fmt::join(of_domain.gateways, ", "))),
                     of_domain.has_recipients
                         ? "its file of recipients has some that the next hop doesn't know"
                         : "give this domain a file of recipients (`recipients`)");
}

boost::json::object to_json(const LateRefusals& of_domain) {
  boost::json::array gateways;
  for (const auto& name : of_domain.gateways)
    gateways.push_back(boost::json::string(store::sound_text(name)));
  return {{"domain", store::sound_text(of_domain.domain)},
          {"gateways", std::move(gateways)},
          {"refused", of_domain.refused},
          {"bounced", of_domain.bounced},
          {"has_recipients", of_domain.has_recipients}};
}

}  // namespace backstop::report
