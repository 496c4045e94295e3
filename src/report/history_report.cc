#include "report/history_report.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "mail/address.h"
#include "origin/tag.h"
#include "policy/verdict.h"

namespace backstop::report {

namespace {

using store::Verdict;

constexpr std::size_t kMostRecipients = 10;  // of one event, in the list of mailboxes
constexpr std::size_t kMostHint = 300;
constexpr std::size_t kMostAddresses = 20'000;  // that are counted exactly

/// The way by which the mail seems to have left that an unproven response answers.
enum WayIndex : std::size_t { ByOurHost, ByOther, LongAgo, ByTag, Copied, Untagged };
constexpr std::array<std::string_view, 6> kWays = {
    "through this gateway: a Received field says so, but anybody can write one",
    "from another mailbox of ours, or from a service that signs in our name with a key that is not known "
    "here",
    "through this gateway, so long ago that its tag proves nothing any more",
    "through this gateway: a tag says so, but somebody may have learned it",
    "through this gateway, but its proof has come back too often to count",
    "through this gateway without a tag, since its address or its destination gets none",
};

template <std::size_t N>
std::optional<std::size_t> index_of(std::string_view name, const std::array<std::string_view, N>& names) {
  const auto at = std::ranges::find(names, name);
  if (at == names.end()) return std::nullopt;
  return static_cast<std::size_t>(at - names.begin());
}

/// The cause before policy, of an older event the cause of its verdict.
std::string_view cause_of(const store::Event& event) {
  return event.origin_cause.empty() ? event.cause : event.origin_cause;
}

bool is_hint(const store::EventEvidence& one) {
  return one.finding == "hints";
}

std::optional<WayIndex> way_of(const store::Event& event) {
  const std::string_view cause = cause_of(event);
  if (cause == "stale") return LongAgo;
  if (cause == "tag-only") return ByTag;
  if (cause == "worn") return Copied;
  const auto hint = std::ranges::find_if(event.evidence, is_hint);
  if (hint != event.evidence.end())
    return hint->name == "trace" ? ByOurHost : hint->name == "tag" ? LongAgo : ByOther;
  if (cause == "hinted") return ByOurHost;
  if (cause == "untaggable") return Untagged;
  return std::nullopt;
}

std::optional<policy::Cause> policy_cause(std::string_view name) {
  const auto rows = policy::causes();
  const auto at = std::ranges::find(rows, name, &policy::CauseRow::name);
  if (at == rows.end()) return std::nullopt;
  return at->cause;
}

bool is_kept(Verdict verdict) {
  return verdict == Verdict::Quarantine || verdict == Verdict::Refuse;
}

void count(std::optional<Verdict> verdict, StageCounts& counts) {
  if (verdict == Verdict::Refuse) ++counts.refused;
  if (verdict == Verdict::Quarantine) ++counts.quarantined;
}

/// What stage reject does for the same cause, if there is a quarantine.
std::optional<Verdict> at_last(const store::Event& event, response::Kind kind,
                               const intake::DomainSettings* domain) {
  const auto cause = policy_cause(event.cause);
  if (!cause) return event.verdict;
  const policy::DomainPolicy policy{.ceilings =
                                        domain == nullptr ? policy::default_ceilings() : domain->ceilings};
  const policy::MessageFacts facts{.kind = kind, .is_tightened = event.facts.has(store::Fact::Tightened)};
  const auto verdict =
      policy::verdict_at(policy::Stage::Reject, *cause, {.ceiling = policy::ceiling_of(facts, policy)});
  std::optional<Verdict> action;
  store::set_by_name(policy::name(verdict.action), action);
  return action;
}

/// The next stage, or this one at the last.
std::optional<Verdict> at_next(const store::Event& event) {
  return event.next_stage ? event.next_stage : event.verdict;
}

std::string domain_of(const store::Event& event) {
  if (event.recipients.empty()) return {};
  const auto address = mail::parse_address(event.recipients.front());
  return address ? base::domain_key(address->domain) : std::string();
}

}  // namespace

HistoryReport::HistoryReport(const intake::DomainTable& domains)
    : settings_(domains), unproven_mailboxes_(kMostAddresses) {
  for (const auto& sentence : kWays) ways_.push_back({.sentence = sentence, .ids = {}});
}

void HistoryReport::add(const store::Event& event) {
  const auto kind = index_of(event.kind, response::kKindNames);
  if (!kind || *kind == 0 || event.direction != store::Direction::Inbound || event.origin.empty()) return;
  ++responses_;
  ++kinds_[*kind];
  const auto what = static_cast<response::Kind>(*kind);
  if (is_dsn(what) && event.certainty != "guessed") ++certain_;
  if (const auto result = index_of(event.origin, origin::kResultNames)) ++results_[*result];
  if (const auto cause = index_of(cause_of(event), origin::kCauseNames)) ++causes_[*cause];
  if (event.done) ++done_[static_cast<std::size_t>(*event.done)];
  add_domain(event, what);
  if (event.origin == "genuine") return;
  const std::size_t shown = std::min(kMostRecipients, event.recipients.size());
  for (std::size_t i = 0; i < shown; ++i) unproven_mailboxes_.add(origin::search_key(event.recipients[i]));
}

DomainCounts& HistoryReport::counts_of(std::string_view domain) {
  if (settings_.find(domain) == nullptr) return domains_[""];
  const auto found = domains_.find(domain);
  if (found != domains_.end()) return found->second;
  return domains_[domains_.size() < kMostDomains ? std::string(domain) : std::string()];
}

void HistoryReport::add_domain(const store::Event& event, response::Kind kind) {
  const std::string domain = domain_of(event);
  DomainCounts& counts = counts_of(domain);
  ++counts.responses;
  if (event.origin == "genuine") ++counts.genuine;
  const auto next = at_next(event);
  const auto last = at_last(event, kind, settings_.find(domain));
  count(event.verdict, counts.now);
  count(next, counts.next);
  count(last, counts.at_last);
  const auto is_lost = [](const auto& verdict) { return verdict && is_kept(*verdict); };
  if (is_lost(event.verdict) || is_lost(next) || is_lost(last)) add_way(event);
}

void HistoryReport::add_way(const store::Event& event) {
  const auto index = way_of(event);
  if (!index) return;
  Way& way = ways_[*index];
  ++way.count;
  if (way.ids.size() < kMostIds) way.ids.push_back(event.id);
  const auto hint = std::ranges::find_if(event.evidence, is_hint);
  if (hint != event.evidence.end()) hints_.add(base::utf8_prefix(hint->detail, kMostHint));
}

}  // namespace backstop::report
