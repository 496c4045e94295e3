#include "report/ready_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <set>
#include <utility>

#include "base/day.h"
#include "base/domain_key.h"
#include "base/text.h"
#include "mail/address.h"
#include "origin/origin.h"
#include "report/fact_table.h"

namespace backstop::report {

namespace json = boost::json;

namespace {

using policy::Carried;

std::string state_line(const DomainReadiness& one) {
  const std::string_view stage = policy::name(one.stage);
  const std::string declared = one.declared ? base::format_day(*one.declared) : "";
  if (one.is_declared_later) {
    return fmt::format("not ready before {}, as the configuration says{}", declared,
                       one.stage < policy::Stage::Quarantine
                           ? ""
                           : fmt::format(", so stage {} acts as label until then", stage));
  }
  if (one.declared) return fmt::format("ready since {}, as the configuration says", declared);
  if (one.is_ready()) return "ready";
  if (one.stage < policy::Stage::Quarantine)
    return fmt::format("not ready, which changes nothing at stage {}", stage);
  return fmt::format("not ready, so stage {} acts as label", stage);
}

std::string proof_line(const policy::Readiness& found) {
  if (!found.since) return "not ready. " + found.why;
  return fmt::format("ready since {}. {}", base::format_day(*found.since), found.why);
}

DomainReadiness begin(std::string domain, const intake::DomainSettings& settings,
                      std::chrono::sys_days today) {
  return {.domain = std::move(domain),
          .stage = settings.stage,
          .declared = settings.ready_since,
          .is_declared_later = settings.ready_since && *settings.ready_since > today};
}

/// What a forger can write into what a bounce returns.
constexpr std::array kForgeable = {origin::EvidenceKind::Trace, origin::EvidenceKind::Other};

bool has_hint(const store::Event& event, std::string_view kind) {
  return std::ranges::any_of(event.evidence,
                             [&](const auto& one) { return one.name == kind && one.finding == "hints"; });
}

void add_hint(std::string_view kind, const std::string& id, std::vector<Hinted>& hinted) {
  auto found = std::ranges::find(hinted, kind, &Hinted::kind);
  if (found == hinted.end()) found = hinted.insert(found, {.kind = kind});
  ++found->count;
  if (found->ids.size() < Hinted::kMostIds) found->ids.push_back(id);
}

void add_event(const store::Event& event, DomainReadiness& domain) {
  if (event.contradiction) return domain.contradictions.push_back(event.id);
  for (const auto kind : kForgeable) {
    if (has_hint(event, origin::name(kind))) add_hint(origin::name(kind), event.id, domain.hinted);
  }
}

std::string hinted_line(std::span<const Hinted> hinted) {
  std::string line;
  for (const auto& one : hinted)
    line += fmt::format("{} {} ({}{}), ", one.count, one.kind, fmt::join(one.ids, ", "),
                        one.count > one.ids.size() ? " and others" : "");
  return line.empty() ? line : line + "which can be forged and count for nothing";
}

}  // namespace

bool DomainReadiness::is_ready() const {
  const auto has = [&](Carried carried) { return observed[static_cast<std::size_t>(carried)].since; };
  if (declared) return !is_declared_later;
  return has(Carried::Message) || has(Carried::Tag);
}

std::vector<DomainReadiness> readiness_of(const intake::DomainTable& domains,
                                          std::span<const store::DaySums> sums, std::chrono::sys_days today) {
  const auto observed = intake::observe(sums, today);
  std::map<std::string, DomainReadiness> found;
  for (const auto& settings : domains) {
    if (settings.name.starts_with("*.")) continue;
    auto name = base::domain_key(settings.name);
    auto one = begin(name, settings, today);
    one.observed = intake::nothing_seen(today);
    found.emplace(std::move(name), std::move(one));
  }
  for (const auto& [domain, its_own] : observed) {
    const auto* const settings = domains.find(domain);
    if (settings == nullptr) continue;
    auto& one = found.try_emplace(domain, begin(domain, *settings, today)).first->second;
    one.observed = its_own;
  }
  std::vector<DomainReadiness> all;
  for (auto& [name, one] : found) all.push_back(std::move(one));
  return all;
}

void add_event(const store::Event& event, std::span<DomainReadiness> domains) {
  std::set<std::string> names;
  for (const auto& recipient : event.recipients) {
    if (const auto address = mail::parse_address(recipient)) names.insert(base::domain_key(address->domain));
  }
  for (const auto& name : names) {
    const auto found = std::ranges::lower_bound(domains, name, {}, &DomainReadiness::domain);
    if (found != domains.end() && found->domain == name) add_event(event, *found);
  }
}

std::string ready_words(const DomainReadiness& one) {
  std::string words = state_line(one);
  if (one.declared) return words;
  for (const Carried carried : {Carried::Message, Carried::Tag}) {
    const auto& since = one.observed[static_cast<std::size_t>(carried)].since;
    if (since) words += fmt::format("; {} since {}", policy::name(carried), base::format_day(*since));
  }
  return words;
}

std::string ready_page(std::span<const DomainReadiness> domains) {
  std::string page;
  for (const auto& one : domains) {
    FactTable table;
    table.add("stage", policy::name(one.stage));
    table.add("state", state_line(one));
    for (std::size_t i = 0; i < one.observed.size(); ++i) {
      table.add(policy::kCarriedNames[i], proof_line(one.observed[i]));
    }
    if (!one.contradictions.empty())
      table.add("contradictions", fmt::format("{}", fmt::join(one.contradictions, ", ")));
    table.add("hinted", hinted_line(one.hinted));
    page += fmt::format("{}{}\n", page.empty() ? "" : "\n", base::printable(one.domain)) + table.text();
  }
  return page;
}

json::object to_json(const DomainReadiness& one) {
  const auto day = [](const auto& value) {
    return value ? json::value(base::format_day(*value)) : json::value();
  };
  json::array proofs;
  for (std::size_t i = 0; i < one.observed.size(); ++i) {
    proofs.push_back(json::object{{"name", policy::kCarriedNames[i]},
                                  {"since", day(one.observed[i].since)},
                                  {"why", one.observed[i].why}});
  }
  json::array contradictions;
  for (const auto& id : one.contradictions) contradictions.emplace_back(id);
  json::array hinted;
  for (const auto& [kind, count, ids] : one.hinted) {
    hinted.push_back(
        json::object{{"kind", kind}, {"count", count}, {"ids", json::array(ids.begin(), ids.end())}});
  }
  return {{"domain", one.domain},        {"stage", policy::name(one.stage)},
          {"ready", one.is_ready()},     {"declared", day(one.declared)},
          {"proofs", std::move(proofs)}, {"contradictions", std::move(contradictions)},
          {"hinted", std::move(hinted)}};
}

}  // namespace backstop::report
