#include "report/status.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <span>

#include "base/day.h"

namespace backstop::report {

namespace {

namespace json = boost::json;

template <std::size_t N>
std::optional<std::size_t> index_of(std::string_view name, const std::array<std::string_view, N>& names) {
  const auto at = std::ranges::find(names, name);
  if (at == names.end()) return std::nullopt;
  return static_cast<std::size_t>(at - names.begin());
}

/// Text of configurations and of the system, which need not be UTF-8.
json::string text(std::string_view any) {
  return json::string(store::sound_text(any));
}

json::array texts(std::span<const std::string> all) {
  json::array array;
  for (const auto& one : all.first(std::min(all.size(), Status::kMostListed))) array.push_back(text(one));
  return array;
}

/// The names with a count, in the order of the names.
template <std::size_t N>
json::object counts(const std::array<std::string_view, N>& names,
                    const std::array<std::uint64_t, N>& numbers) {
  json::object object;
  for (std::size_t i = 0; i < N; ++i) {
    if (numbers[i] > 0) object[names[i]] = numbers[i];
  }
  return object;
}

template <typename T, typename ToJson>
json::array list(const std::vector<T>& all, ToJson to_json) {
  json::array array;
  for (const auto& one : std::span(all).first(std::min(all.size(), Status::kMostListed)))
    array.push_back(to_json(one));
  return array;
}

json::object gateway_json(const Status::Gateway& gateway) {
  return {{"name", text(gateway.name)},
          {"direction", store::name(gateway.direction)},
          {"addresses", texts(gateway.addresses)},
          {"next_hop", text(gateway.next_hop)},
          {"sessions", gateway.sessions}};
}

/// Null if there is none of that name.
json::value door_json(const Status& status, std::string_view name) {
  const auto door = std::ranges::find(status.doors, name, &Status::Door::name);
  if (door == status.doors.end()) return {};
  return json::object{{"addresses", texts(door->addresses)},
                      {"connections", door->connections},
                      {"most_connections", door->most}};
}

json::object hop_json(const Status::NextHop& hop) {
  return {{"url", text(hop.url)},
          {"gateways", texts(hop.gateways)},
          {"domains", texts(hop.domains)},
          {"state", Status::kHopStateNames[static_cast<std::size_t>(hop.state)]},
          {"since", hop.since ? json::value(base::format_time(*hop.since)) : json::value()},
          {"why", text(hop.why)},
          {"sessions", hop.sessions},
          {"idle", hop.idle},
          {"most_sessions", hop.most},
          {"refuses_late", list(hop.refuses_late, [](const LateRefusals& one) { return to_json(one); })}};
}

json::value number(const std::optional<std::uint64_t>& value) {
  return value ? json::value(*value) : json::value();
}

json::object store_json(const Status::Store& store) {
  return {{"name", store.name},
          {"url", text(store.url)},
          {"trouble", text(store.trouble)},
          {"waiting", number(store.waiting)},
          {"lost", number(store.lost)},
          {"kept", number(store.kept)}};
}

json::object domains_json(const Status::Domains& domains) {
  json::object stages;
  for (std::size_t i = 0; i < domains.stages.size(); ++i)
    stages[policy::name(static_cast<policy::Stage>(i))] = domains.stages[i];
  return {{"count", domains.count},
          {"stages", std::move(stages)},
          {"not_ready_count", domains.not_ready.size()},
          {"not_ready", texts(domains.not_ready)}};
}

json::object configuration_json(const Status& status) {
  return {{"file", text(status.config_file)},
          {"read", base::format_time(status.config_read)},
          {"reload_failure", text(status.reload_failure)}};
}

json::object sessions_json(const Status& status) {
  std::uint64_t now = 0;
  for (const auto& gateway : status.gateways) now += gateway.sessions;
  return {{"now", now},
          {"most", status.most_sessions},
          {"workers", status.workers},
          {"workers_counted", status.workers_counted}};
}

json::value today_json(const Status& status) {
  if (!status.today) return {};
  auto today = status.today->json();
  today["has_ordinary"] = status.has_ordinary;
  return today;
}

}  // namespace

void DayCount::add(const store::Event& event) {
  if (!event.done || !event.direction || std::chrono::floor<std::chrono::days>(event.time) != day_) return;
  ++done_[static_cast<std::size_t>(*event.direction)][static_cast<std::size_t>(*event.done)];
  if (*event.direction != store::Direction::Inbound) return;
  const auto kind = index_of(event.kind, response::kKindNames);
  if (!kind || static_cast<response::Kind>(*kind) == response::Kind::None) return;
  ++kinds_[*kind];
  if (const auto origin = index_of(event.origin, origin::kResultNames)) ++origins_[*origin];
}

void DayCount::add(const store::DaySums& sums) {
  if (sums.day == day_) sums_ += sums.counts;
}

json::object DayCount::json() const {
  json::object sums;
  for (const auto& count : store::kDayCounts) sums[count.name] = sums_.*count.member;
  json::object object{{"day", base::format_day(day_)}, {"is_whole", is_whole_}};
  for (std::size_t i = 0; i < done_.size(); ++i)
    object[store::kDirectionNames[i]] = counts(store::kDoneNames, done_[i]);
  object["responses"] = counts(response::kKindNames, kinds_);
  object["origins"] = counts(origin::kResultNames, origins_);
  object["sums"] = std::move(sums);
  return object;
}

json::object to_json(const Status& status) {
  return {{"version", status.version},
          {"process", status.process},
          {"now", base::format_time(status.now)},
          {"started", base::format_time(status.started)},
          {"is_stopping", status.is_stopping},
          {"configuration", configuration_json(status)},
          {"sessions", sessions_json(status)},
          {"gateways", list(status.gateways, gateway_json)},
          {"milter", door_json(status, "milter")},
          {"socketmap", door_json(status, "socketmap")},
          {"http", door_json(status, "http")},
          {"next_hops", list(status.next_hops, hop_json)},
          {"today", today_json(status)},
          {"stores", list(status.stores, store_json)},
          {"domains", domains_json(status.domains)}};
}

}  // namespace backstop::report
