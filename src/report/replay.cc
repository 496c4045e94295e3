#include "report/replay.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <chrono>
#include <expected>
#include <optional>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "intake/ready_table.h"
#include "intake/recipient_check.h"
#include "mail/address.h"
#include "origin/tag_shape.h"
#include "policy/verdict.h"
#include "report/fact_table.h"

namespace backstop::report {

namespace {

namespace json = boost::json;
using store::Fact;

template <typename Enum, std::size_t N>
std::optional<Enum> find(std::string_view name, const std::array<std::string_view, N>& names) {
  const auto at = std::ranges::find(names, name);
  if (at == names.end()) return std::nullopt;
  return static_cast<Enum>(at - names.begin());
}

bool is_replayable_kind(const store::Event& event, std::optional<response::Kind> kind) {
  return kind && *kind != response::Kind::None && event.direction == store::Direction::Inbound &&
         event.verdict && !event.origin.empty();
}

/// One recipient as the new configuration sees it.
struct Target {
  mail::Address plain;
  const intake::DomainSettings* domain = nullptr;  ///< null: not ours
};

std::expected<std::vector<Target>, Unreplayed> targets_of(const store::Event& event,
                                                          const intake::Site& site) {
  std::vector<Target> targets;
  for (const auto& recipient : event.recipients) {
    const auto address = mail::parse_address(recipient);
    if (!address) return std::unexpected(Unreplayed::Recipient);
    auto plain = origin::without_tag(*address, site.tags.delimiter);
    const auto* const domain = intake::domain_of(site, plain);
    targets.push_back({std::move(plain), domain});
  }
  if (targets.empty()) return std::unexpected(Unreplayed::Recipient);
  return targets;
}

bool is_one_policy(const Target& one, const Target& other) {
  if (one.domain == other.domain || one.domain == nullptr || other.domain == nullptr)
    return one.domain == other.domain;
  return one.domain->stage == other.domain->stage && one.domain->ceilings == other.domain->ceilings &&
         one.domain->ready_since == other.domain->ready_since;
}

// A declaration of the new file counts for the day of the event; else what was observed then.
policy::Ready ready_of(const store::Event& event, const Target& target, const intake::Site& site) {
  if (target.domain->ready_since) {
    return intake::ready(intake::ready_since(*target.domain, target.plain.domain, site, nullptr),
                         std::chrono::floor<std::chrono::days>(event.time));
  }
  return {.messages = event.facts.has(Fact::ReadyMessages), .tags = event.facts.has(Fact::ReadyTags)};
}

/// Returns what the new policy says, or why it can't be asked.
std::expected<policy::Verdict, Unreplayed> judge(const store::Event& event, response::Kind kind,
                                                 const intake::Site& site) {
  const auto cause = find<origin::Cause>(event.origin_cause, origin::kCauseNames);
  const auto result = find<origin::Result>(event.origin, origin::kResultNames);
  const auto certainty = find<response::Certainty>(event.certainty, response::kCertaintyNames);
  if (!cause || !result || !certainty) return std::unexpected(Unreplayed::Old);
  const auto targets = targets_of(event, site);
  if (!targets) return std::unexpected(targets.error());
  const Target& first = targets->front();
  if (!std::ranges::all_of(*targets, [&](const Target& one) { return is_one_policy(first, one); }))
    return std::unexpected(Unreplayed::Parted);
  if (first.domain == nullptr) return policy::judge_recipient({.is_ours = false}, {});
  if (event.facts.has(Fact::ReadyDeclared) && !first.domain->ready_since)
    return std::unexpected(Unreplayed::Declared);
  policy::MessageFacts facts{.kind = kind, .certainty = *certainty};
  facts.origin.result = *result;
  facts.origin.cause = *cause;
  facts.is_exempt = std::ranges::all_of(*targets, [&](const Target& one) {
    return intake::is_exempt(*one.domain, one.plain, site.tags.delimiter);
  });
  facts.is_from_relay = event.facts.has(Fact::Relay);
  facts.is_tightened = event.facts.has(Fact::Tightened);
  auto domain = intake::policy_of(*first.domain, first.plain.domain, ready_of(event, first, site));
  domain.has_quarantine = site.has_quarantine;
  return policy::judge_message(facts, domain);
}

// The verdict was policy's even if something else decided in the end; its cause is known only if not.
std::string known_cause(const store::Event& event) {
  const auto rows = policy::causes();
  const bool is_known = std::ranges::find(rows, event.cause, &policy::CauseRow::name) != rows.end();
  return is_known ? event.cause : std::string(Replay::kOtherCause);
}

std::vector<std::pair<Change, Changed>> by_count(const Replay& replay) {
  std::vector<std::pair<Change, Changed>> rows(replay.changes().begin(), replay.changes().end());
  std::ranges::sort(rows, [](const auto& one, const auto& other) {
    return std::tie(other.second.count, one.first) < std::tie(one.second.count, other.first);
  });
  return rows;
}

constexpr std::array<std::string_view, kUnreplayedNames.size()> kReasons = {
    "an older Backstop recorded them, without the facts that policy needs",
    "their domain was declared to be ready, and the new file wants that to be observed",
    "their recipient is no address that can be read",
    "the new file treats their recipients differently, so they would have come alone",
};

std::string unreplayed(const Replay& replay) {
  std::string text;
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    const auto count = replay.of(static_cast<Unreplayed>(i));
    if (count > 0) text += wrap(fmt::format("Not replayed: {}, since {}.", count, kReasons[i]));
  }
  return text;
}

}  // namespace

void Replay::add(const store::Event& event) {
  const auto kind = find<response::Kind>(event.kind, response::kKindNames);
  if (!is_replayable_kind(event, kind)) return;
  const auto verdict = judge(event, *kind, site_);
  if (!verdict) {
    ++unreplayed_[static_cast<std::size_t>(verdict.error())];
    return;
  }
  ++replayed_;
  const Change change{.was = std::string(name(event.verdict)),
                      .was_cause = known_cause(event),
                      .would = std::string(policy::name(verdict->action)),
                      .would_cause = std::string(policy::name(verdict->cause))};
  if (change.is_same_action()) {
    ++same_;
    return;
  }
  Changed& changed = changes_[change];
  ++changed.count;
  if (changed.ids.size() < kMostIds) changed.ids.push_back(event.id);
}

std::string replay_page(const Replay& replay, std::string_view file) {
  std::string page = wrap(
      fmt::format("Of {} {} replayed, {} would treat {} as before and {} differently.", replay.replayed(),
                  replay.replayed() == 1 ? "response that was" : "responses that were", base::printable(file),
                  replay.same(), replay.replayed() - replay.same()));
  for (const auto& [change, changed] : by_count(replay)) {
    const std::string causes = change.was_cause == change.would_cause
                                   ? change.would_cause
                                   : fmt::format("{}, was {}", change.would_cause, change.was_cause);
    page += fmt::format("\n  {} -> {}: {} ({})\n", change.was, change.would, changed.count, causes);
    page += wrap(base::printable(fmt::format("such as {}", fmt::join(changed.ids, ", ")), 1000), 4);
  }
  const std::string left_out = unreplayed(replay);
  return left_out.empty() ? page : page + '\n' + left_out;
}

json::object replay_json(const Replay& replay) {
  json::array changes;
  for (const auto& [change, changed] : by_count(replay)) {
    json::array ids;
    for (const auto& id : changed.ids) ids.push_back(json::string(store::sound_text(id)));
    changes.push_back(json::object{{"was", change.was},
                                   {"was_cause", change.was_cause},
                                   {"would", change.would},
                                   {"would_cause", change.would_cause},
                                   {"count", changed.count},
                                   {"ids", std::move(ids)}});
  }
  json::object left_out;
  for (std::size_t i = 0; i < kUnreplayedNames.size(); ++i)
    left_out[kUnreplayedNames[i]] = replay.of(static_cast<Unreplayed>(i));
  return {{"replayed", replay.replayed()},
          {"same", replay.same()},
          {"changes", std::move(changes)},
          {"not_replayed", std::move(left_out)}};
}

}  // namespace backstop::report
