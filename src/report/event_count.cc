#include "report/event_count.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/text.h"
#include "report/fact_table.h"
#include "report/local_time.h"

namespace backstop::report {

namespace {

constexpr std::string_view kEventsHeading = "Events";
constexpr std::array<std::string_view, kCountNames.size()> kHeadings = {
    "Day", "Kind", "Cause", "Done", "Origin", "Direction", "Gateway", "Client"};

std::string name_of(const store::Event& event, CountBy by) {
  switch (by) {
    case CountBy::Day:
      return local_time(event.time).day;
    case CountBy::Kind:
      return event.kind;
    case CountBy::Cause:
      return event.cause;
    case CountBy::Done:
      return std::string(name(event.done));
    case CountBy::Origin:
      return event.origin;
    case CountBy::Direction:
      return std::string(name(event.direction));
    case CountBy::Gateway:
      return event.gateway;
    case CountBy::Client:
      return event.client;
  }
  return {};
}

std::string shown(const TopList::Entry& entry) {
  return entry.name.empty() ? "-" : base::printable(entry.name);
}

std::string table(std::string_view heading, const std::vector<TopList::Entry>& entries) {
  std::size_t names = columns(heading);
  std::size_t counts = kEventsHeading.size();
  for (const auto& one : entries) {
    names = std::max(names, columns(shown(one)));
    counts = std::max(counts, one.text().size());
  }
  const auto line = [&](std::string_view name, std::string_view count) {
    return fmt::format("{}{:>{}}\n", name, count, names - columns(name) + 2 + counts);
  };
  std::string out = line(heading, kEventsHeading);
  for (const auto& one : entries) out += line(shown(one), one.text());
  return out;
}

}  // namespace

EventCount::EventCount(std::span<const CountBy> by) {
  for (const CountBy one : by) sorts_.push_back(Sort{.by = one});
}

void EventCount::add(const store::Event& event) {
  ++events_;
  for (Sort& sort : sorts_) sort.names.add(name_of(event, sort.by));
}

std::vector<TopList::Entry> EventCount::Sort::entries() const {
  auto entries = names.top(by == CountBy::Client ? kMostClients : kMostNames);
  if (by == CountBy::Day) std::ranges::sort(entries, {}, &TopList::Entry::name);
  return entries;
}

std::string EventCount::text() const {
  std::string out;
  for (const Sort& sort : sorts_) {
    if (!out.empty()) out += '\n';
    out += table(kHeadings.at(static_cast<std::size_t>(sort.by)), sort.entries());
  }
  return out;
}

boost::json::object EventCount::json() const {
  boost::json::object out{{"events", events_}};
  for (const Sort& sort : sorts_) {
    const std::string_view name = kCountNames.at(static_cast<std::size_t>(sort.by));
    auto& list = out[name].emplace_array();
    for (const auto& one : sort.entries()) {
      list.push_back({{name, one.name}, {"count", one.count}, {"too_high_by", one.too_high_by}});
    }
  }
  return out;
}

}  // namespace backstop::report
