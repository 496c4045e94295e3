// What happens now: sums without any address, for everybody on this machine.
#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "base/day.h"
#include "http/api.h"

namespace backstop::http {
namespace {

namespace json = boost::json;
using std::chrono::minutes;

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

json::array minutes_json(Desk& desk, std::chrono::sys_seconds time) {
  json::array list;
  const auto sums = desk.live.minutes(time);
  auto begin = std::chrono::floor<minutes>(time) - minutes(sums.size() - 1);
  for (const auto& one : sums) {
    list.push_back(to_json(one, begin));
    begin += minutes(1);
  }
  return list;
}

json::array hops_json(const report::Status& status, bool is_known) {
  json::array list;
  for (const auto& hop : status.next_hops) {
    json::array gateways;
    for (const auto& one : hop.gateways) gateways.emplace_back(one);
    json::object object{{"gateways", std::move(gateways)},
                        {"state", report::Status::kHopStateNames[static_cast<std::size_t>(hop.state)]},
                        {"since", hop.since ? json::value(base::format_time(*hop.since)) : json::value()},
                        {"sessions", hop.sessions}};
    if (is_known) object["url"] = hop.url;
    if (is_known) object["why"] = hop.why;
    list.push_back(std::move(object));
  }
  return list;
}

json::array stores_json(const report::Status& status, bool is_known) {
  json::array list;
  for (const auto& store : status.stores) {
    json::object object{{"name", store.name}, {"works", store.trouble.empty()}};
    object["waiting"] = store.waiting ? json::value(*store.waiting) : json::value();
    object["lost"] = store.lost ? json::value(*store.lost) : json::value();
    object["kept"] = store.kept ? json::value(*store.kept) : json::value();
    if (is_known) object["trouble"] = store.trouble;
    list.push_back(std::move(object));
  }
  return list;
}

json::object domains_json(const report::Status& status) {
  json::object stages;
  for (std::size_t i = 0; i < status.domains.stages.size(); ++i)
    stages[policy::name(static_cast<policy::Stage>(i))] = status.domains.stages[i];
  return {{"count", status.domains.count},
          {"stages", std::move(stages)},
          {"not_ready", status.domains.not_ready.size()}};
}

}  // namespace

Reply show_now(Call& call) {
  auto& desk = call.desk;
  const bool is_known = call.is(Role::Operator);
  const auto time = now();
  const auto status = desk.sources.status();
  return json_reply(
      json::object{{"time", base::format_time(time)},
                   {"started", base::format_time(desk.started)},
                   {"minutes", minutes_json(desk, time)},
                   {"today", to_json(desk.live.today(time), std::chrono::floor<std::chrono::days>(time))},
                   {"domains", domains_json(status)},
                   {"next_hops", hops_json(status, is_known)},
                   {"stores", stores_json(status, is_known)},
                   {"alarms", desk.alarms.json(is_known)}});
}

json::object live_json(Desk& desk, bool is_known) {
  const auto time = now();
  return {{"time", base::format_time(time)},
          {"minute", to_json(desk.live.minutes(time).back(), std::chrono::floor<minutes>(time))},
          {"today", to_json(desk.live.today(time), std::chrono::floor<std::chrono::days>(time))},
          {"alarms", desk.alarms.json(is_known)}};
}

}  // namespace backstop::http
