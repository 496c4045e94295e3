#include "auth/dmarc_walk.h"

#include <algorithm>
#include <ranges>
#include <string_view>
#include <utility>

namespace backstop::auth {

namespace {

constexpr std::string_view kPrefix = "_dmarc.";
constexpr std::size_t kMostName = 253;
constexpr std::size_t kLabelsOfSecond = DmarcWalk::kMost - 1;  ///< the most that the second question has

/// Where the walk goes after that domain; empty if it ends there.
std::string_view above(std::string_view domain) {
  std::string_view upper = domain;
  do {
    const auto dot = upper.find('.');
    if (dot == std::string_view::npos) return {};
    upper.remove_prefix(dot + 1);
  } while (static_cast<std::size_t>(std::ranges::count(upper, '.')) + 1 > kLabelsOfSecond);
  return upper;
}

/// One record counts, several don't (RFC 9989 4.10, step 2).
std::optional<DmarcRecord> record_of(const net::DnsAnswer& answer) {
  std::optional<DmarcRecord> only;
  for (const auto& text : answer.texts) {
    const auto record = parse_dmarc_record(text);
    if (record && only) return std::nullopt;
    if (record) only = record;
  }
  return only;
}

void add(DmarcWalk& walk, DmarcWalk::Step step) {
  const bool is_last = step.record && step.record->psd != DmarcRecord::Psd::Unknown;
  walk.next = is_last ? std::string_view() : above(step.domain);
  walk.steps.push_back(std::move(step));
}

net::Task<DmarcWalk> take_step(DmarcWalk walk, std::string domain, Ask ask) {
  auto name = std::string(kPrefix) + domain;
  if (name.size() > kMostName) {
    add(walk, {std::move(domain), std::nullopt});
    co_return walk;
  }
  const auto answer = co_await ask({net::RecordType::Txt, name});
  if (answer.kind == net::DnsAnswer::Kind::Failed) {
    walk.failure = name + ": " + answer.why;
    walk.next.clear();
    walk.steps.push_back({std::move(domain), std::nullopt});
    co_return walk;
  }
  add(walk, {std::move(domain), record_of(answer)});
  co_return walk;
}

const DmarcWalk::Step* find_step(const DmarcWalk& walk, std::string_view domain) {
  const auto found = std::ranges::find(walk.steps, domain, &DmarcWalk::Step::domain);
  return found == walk.steps.end() ? nullptr : &*found;
}

/// Returns the ancestor of `domain`, or itself, that has one label more than `upper`, which is above it.
std::string one_label_below(std::string_view domain, std::string_view upper) {
  const auto below = domain.substr(0, domain.size() - upper.size() - 1);
  const auto dot = below.rfind('.');
  return std::string(dot == std::string_view::npos ? domain : domain.substr(dot + 1));
}

}  // namespace

net::Task<DmarcWalk> begin_dmarc_walk(std::string domain, Ask ask) {
  co_return co_await take_step({}, std::move(domain), std::move(ask));
}

net::Task<DmarcWalk> end_dmarc_walk(DmarcWalk walk, DmarcWalk known, Ask ask) {
  while (!walk.next.empty()) {
    const auto domain = walk.next;
    const auto* const step = known.failure.empty() ? find_step(known, domain) : nullptr;
    if (step != nullptr) {
      add(walk, *step);
    } else {
      walk = co_await take_step(std::move(walk), domain, ask);
    }
  }
  co_return walk;
}

std::string organizational_domain(const DmarcWalk& walk) {
  const DmarcWalk::Step* shortest = nullptr;
  for (const auto& step : walk.steps) {
    if (!step.record) continue;
    if (step.record->psd == DmarcRecord::Psd::No) return step.domain;
    // The domain that the walk began at is its own, even if others register theirs below it.
    const bool is_start = &step == &walk.steps.front();
    if (step.record->psd == DmarcRecord::Psd::Yes && !is_start)
      return one_label_below(walk.domain(), step.domain);
    shortest = &step;
  }
  return shortest == nullptr ? walk.domain() : shortest->domain;
}

const DmarcWalk::Step* policy_step(const DmarcWalk& walk) {
  if (walk.steps.front().record) return &walk.steps.front();
  const auto* const step = find_step(walk, organizational_domain(walk));
  if (step != nullptr && step->record) return step;
  const auto& last = walk.steps.back();
  return last.record && last.record->psd == DmarcRecord::Psd::Yes ? &last : nullptr;
}

}  // namespace backstop::auth
