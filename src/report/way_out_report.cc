#include "report/way_out_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <numeric>

#include "base/text.h"
#include "origin/tag.h"
#include "report/fact_table.h"

namespace backstop::report {

namespace {

namespace json = boost::json;
using store::Done;

constexpr std::size_t kMostRecipients = 10;  // of one event, in the list of addresses
constexpr std::size_t kMostListed = 10;
constexpr std::string_view kOwed = "owed";
constexpr std::string_view kObserve = "observe";
constexpr std::string_view kHold = "hold";  // the stage; at "strict" nothing leaves that should be held

void count(std::string_view cause, WayOutReport::Counts& counts) {
  const bool has_room = counts.size() < WayOutReport::kMostCauses || counts.contains(cause);
  ++counts[has_room ? std::string(cause) : std::string()];
}

std::vector<std::string> addressees(const store::Event& event) {
  std::vector<std::string> keys;
  const std::size_t shown = std::min(kMostRecipients, event.recipients.size());
  for (std::size_t i = 0; i < shown; ++i) keys.push_back(origin::search_key(event.recipients[i]));
  return keys;
}

std::uint64_t sum(const WayOutReport::Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0},
                         [](std::uint64_t all, const auto& one) { return all + one.second; });
}

/// "12: 10 not-owed, 2 rated"
std::string by_cause(const WayOutReport::Counts& counts) {
  std::string text = std::to_string(sum(counts));
  std::string_view before = ": ";
  for (const auto& [cause, number] : counts) {
    text += fmt::format("{}{} {}", before, number, cause.empty() ? "for other causes" : cause);
    before = ", ";
  }
  return text;
}

json::object to_json_counts(const WayOutReport::Counts& counts) {
  json::object object;
  for (const auto& [cause, number] : counts) object[store::sound_text(cause)] = number;
  return object;
}

/// True if the stage holds what has that cause, and it left.
bool is_left_not_held(const store::Event& event) {
  return event.stage == kHold && event.cause != kOwed && event.cause != kUnclear;
}

}  // namespace

void WayOutReport::add(const store::Event& event) {
  if (event.direction != store::Direction::Outbound) return;
  if (event.cause == store::kReleased) ++released_;
  if (event.cause == store::kDeleted) ++deleted_;
  // Only what was judged has a kind. What an operator did has none.
  if (event.kind.empty() || event.kind == "none" || !event.done) return;
  if (*event.done == Done::Quarantined) return add_held(event);
  if (*event.done == Done::Deferred && event.cause == kNotHeld) ++put_off_;
  if (*event.done == Done::Deferred && event.cause == kNotCheckedYet) ++not_checked_yet_;
  if (*event.done != Done::Delivered) return;
  if (is_left_not_held(event)) {
    ++left_not_held_;
    return;
  }
  if (event.cause == kUnclear) ++left_within_rates_;
  if (event.next_stage == store::Verdict::Quarantine) add_would_be_held(event);
}

void WayOutReport::add_held(const store::Event& event) {
  ++held_;
  count(event.cause, held_causes_);
  for (const auto& address : addressees(event)) addresses_.add(address);
}

void WayOutReport::add_would_be_held(const store::Event& event) {
  count(event.cause, would_be_held_);
  if (event.stage == kObserve) ++observed_;
  for (const auto& address : addressees(event)) {
    would_be_addresses_.add(address);
    if (examples_.size() >= kMostAddresses && !examples_.contains(address)) continue;
    auto& ids = examples_[address];
    if (ids.size() < kMostExamples) ids.push_back(event.id);
  }
}

bool WayOutReport::is_empty() const {
  return held_ + left_within_rates_ + left_not_held_ + put_off_ + not_checked_yet_ + released_ + deleted_ +
                 waiting_.value_or(0) ==
             0 &&
         would_be_held_.empty() && why_unknown_.empty();
}

/// Once something is held, what left before that at the stage observe is told apart.
std::string WayOutReport::would_be_sum() const {
  const std::string counts = "would also have held " + by_cause(would_be_held_);
  if (held_ == 0 || observed_ == 0) return counts;
  return fmt::format("{} ({} at stage observe)", counts,
                     observed_ == sum(would_be_held_) ? "all" : std::to_string(observed_));
}

std::string WayOutReport::would_be_text() const {
  FactTable table;
  for (const auto& entry : would_be_addresses_.top(kMostListed)) {
    const auto ids = examples_.find(entry.name);
    const std::string named =
        ids == examples_.end() ? "" : fmt::format(" (such as {})", fmt::join(ids->second, ", "));
    table.add(base::printable(entry.name), entry.text() + named);
  }
  const std::string rows = table.text();
  return rows.empty()
             ? rows
             : "\nAddresses whose responses the next stage would also have held (backstop why ID)\n" + rows;
}

json::array WayOutReport::would_be_json() const {
  json::array array = json_of(would_be_addresses_, "address", kMostListed);
  const auto top = would_be_addresses_.top(kMostListed);
  for (std::size_t i = 0; i < array.size(); ++i) {
    json::array ids;
    if (const auto found = examples_.find(top[i].name); found != examples_.end()) {
      for (const auto& id : found->second) ids.push_back(json::string(store::sound_text(id)));
    }
    array[i].as_object()["ids"] = std::move(ids);
  }
  return array;
}

std::string WayOutReport::text() const {
  if (is_empty()) return {};
  FactTable table;
  table.add("Held", by_cause(held_causes_));
  if (left_not_held_ + put_off_ > 0)
    table.add("Not held", fmt::format("{} left within the rates, {} put off", left_not_held_, put_off_));
  if (not_checked_yet_ > 0)
    table.add("Put off", fmt::format("{} while the mail that they answer was checked", not_checked_yet_));
  table.add("Still wait", waiting_ ? std::to_string(*waiting_)
                                   : (why_unknown_.empty() ? "" : "not known: " + why_unknown_));
  table.add("Released", std::to_string(released_));
  table.add("Deleted", std::to_string(deleted_));
  table.add("Left unclear", fmt::format("{} within the rates", left_within_rates_));
  if (!would_be_held_.empty()) table.add("Next stage", would_be_sum());
  std::string page = "\nYour own responses on their way out (backstop held)\n" + table.text();
  FactTable top;
  for (const auto& entry : addresses_.top(kMostListed)) top.add(base::printable(entry.name), entry.text());
  const std::string rows = top.text();
  if (!rows.empty()) page += "\nAddresses to which the most is held\n" + rows;
  return page + would_be_text();
}

json::object WayOutReport::to_json() const {
  return {{"held", held_},
          {"causes", to_json_counts(held_causes_)},
          {"waiting", waiting_ ? json::value(*waiting_) : json::value()},
          {"released", released_},
          {"deleted", deleted_},
          {"left_unclear", left_within_rates_},
          {"left_not_held", left_not_held_},
          {"put_off", put_off_},
          {"not_checked_yet", not_checked_yet_},
          {"would_be_held", to_json_counts(would_be_held_)},
          {"top_addresses", json_of(addresses_, "address", kMostListed)},
          {"would_be_held_addresses", would_be_json()}};
}

}  // namespace backstop::report
