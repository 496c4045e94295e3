// Each domain's road from observe to reject.
#include <algorithm>
#include <boost/json/array.hpp>
#include <chrono>

#include "http/api.h"
#include "report/history_report.h"
#include "report/read_ready.h"

namespace backstop::http {
namespace {

namespace json = boost::json;

/// The responses of these days are counted, and no more than so many.
constexpr std::chrono::days kCounted{14};
constexpr std::size_t kMostCounted = 200'000;

json::object to_json(const report::StageCounts& counts) {
  return {{"refused", counts.refused}, {"quarantined", counts.quarantined}};
}

json::array ways_json(const report::HistoryReport& report) {
  json::array ways;
  for (const auto& way : report.ways()) {
    if (way.count == 0) continue;
    json::array ids;
    for (const auto& id : way.ids) ids.emplace_back(id);
    ways.push_back(json::object{{"sentence", way.sentence}, {"count", way.count}, {"ids", std::move(ids)}});
  }
  return ways;
}

}  // namespace

Reply show_ready(Call& call) {
  const auto& url = call.desk.sources.history;
  if (url.empty()) return error_reply(404, "there is no history", "[history] enabled = true");
  auto history = store::open_history_for_reading(url);
  if (!history) return error_reply(503, history.error().message);
  const auto site = call.desk.sources.site();
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const auto ready = report::read_ready(**history, site->domains, today);
  if (!ready) return error_reply(503, ready.error().message);
  report::HistoryReport report(site->domains);
  std::size_t counted = 0;
  const auto visited = (*history)->visit({.since = today - kCounted,
                                          .direction = store::Direction::Inbound,
                                          .is_response = true,
                                          .most = kMostCounted},
                                         [&](const store::Event& event) {
                                           report.add(event);
                                           ++counted;
                                         });
  if (!visited) return error_reply(503, visited.error().message);
  json::array domains;
  for (const auto& one : *ready) {
    auto object = report::to_json(one);
    const auto found = report.domains().find(one.domain);
    const auto counts = found == report.domains().end() ? report::DomainCounts() : found->second;
    object["responses"] = counts.responses;
    object["genuine"] = counts.genuine;
    object["now"] = to_json(counts.now);
    object["next"] = to_json(counts.next);
    object["last"] = to_json(counts.at_last);
    domains.push_back(std::move(object));
  }
  return json_reply(json::object{{"domains", std::move(domains)},
                                 {"ways", ways_json(report)},
                                 {"days", kCounted.count()},
                                 {"is_whole", counted < kMostCounted}});
}

}  // namespace backstop::http
