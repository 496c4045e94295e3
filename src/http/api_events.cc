// The history: a search, and one event with its evidence.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <chrono>

#include "base/text.h"
#include "http/api.h"
#include "origin/tag.h"
#include "policy/readiness.h"
#include "report/local_time.h"
#include "report/why_page.h"
#include "store/event_json.h"
#include "store/history.h"

namespace backstop::http {
namespace {

namespace json = boost::json;
using report::Moment;
using std::chrono::milliseconds;

constexpr std::size_t kMostEvents = 200;
constexpr std::size_t kUsualEvents = 50;
constexpr std::size_t kMostOfTransaction = 100;
constexpr std::size_t kMostSkipped = 10'000;

/// Where a page of events ended: the time of its last event, and how many events of that time were shown.
struct Cursor {
  Moment time;
  std::size_t shown = 0;

  std::string text() const { return fmt::format("{}-{}", time.time_since_epoch().count(), shown); }
};

std::optional<Cursor> parse_cursor(std::string_view text) {
  const auto minus = text.find('-');
  if (minus == std::string_view::npos) return std::nullopt;
  std::int64_t time = 0;
  std::size_t shown = 0;
  const auto* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), text.data() + minus, time);
  const auto second = std::from_chars(text.data() + minus + 1, end, shown);
  if (first.ec != std::errc() || first.ptr != text.data() + minus || second.ec != std::errc() ||
      second.ptr != end)
    return std::nullopt;
  if (shown > kMostSkipped) return std::nullopt;
  return Cursor{Moment(milliseconds(time)), shown};
}

/// What a request wants to see.
struct Search {
  store::HistoryFilter filter;
  std::size_t most = kUsualEvents;
  std::size_t skipped = 0;
};

std::unexpected<Reply> refuse(std::string_view found, std::string_view wanted) {
  return std::unexpected(error_reply(400, found, wanted));
}

/// Sets `value` to the word of that parameter.
template <typename Word, std::size_t N>
bool set_word(std::string_view text, const std::array<std::string_view, N>& names,
              std::optional<Word>& value) {
  store::set_by_name(text, value);
  return value.has_value() && std::ranges::find(names, text) != names.end();
}

std::expected<void, Reply> set_time(std::string_view name, std::string_view text,
                                    std::optional<Moment>& time) {
  const auto now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  const auto parsed = report::parse_moment(text, now);
  if (!parsed)
    return refuse(fmt::format("{}: {}", name, parsed.error().message), "2026-12-01T12:00:00Z, or 7d");
  time = *parsed;
  return {};
}

std::expected<void, Reply> set_parameter(std::string_view name, std::string_view value, Search& search) {
  auto& filter = search.filter;
  if (value.empty()) return {};
  if (name == "address")
    filter.address = origin::search_key(value);
  else if (name == "client")
    filter.client = value;
  else if (name == "kind")
    filter.kind = value;
  else if (name == "origin")
    filter.origin = value;
  else if (name == "cause")
    filter.cause = value;
  else if (name == "id")
    filter.id_prefix = value;
  else if (name == "since")
    return set_time(name, value, filter.since);
  else if (name == "until")
    return set_time(name, value, filter.until);
  else if (name == "responses")
    filter.is_response = value == "true";
  else if (name == "done") {
    if (!set_word(value, store::kDoneNames, filter.done))
      return refuse(fmt::format("done: {}", base::printable(value, 40)),
                    fmt::format("{}", fmt::join(store::kDoneNames, ", ")));
  } else if (name == "direction") {
    if (!set_word(value, store::kDirectionNames, filter.direction))
      return refuse(fmt::format("direction: {}", base::printable(value, 40)), "inbound or outbound");
  } else if (name == "limit") {
    std::size_t most = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), most);
    if (read.ec != std::errc() || read.ptr != value.data() + value.size() || most == 0 || most > kMostEvents)
      return refuse(fmt::format("limit: {}", base::printable(value, 40)),
                    fmt::format("a number from 1 to {}", kMostEvents));
    search.most = most;
  } else if (name == "cursor") {
    const auto cursor = parse_cursor(value);
    if (!cursor) return refuse("a cursor that no answer has given", "\"next\" of the answer before");
    filter.until = cursor->time + milliseconds(1);
    search.skipped = cursor->shown;
  } else {
    return refuse(
        fmt::format("the parameter {}", base::printable(name, 40)),
        "address, client, kind, origin, cause, done, direction, since, until, id, responses, limit, cursor");
  }
  return {};
}

std::expected<Search, Reply> search_of(const Call& call) {
  Search search;
  for (const auto& [name, value] : call.request.query) {
    // The cursor is the last one to count, since it stands for an "until" that is earlier.
    if (name == "cursor") continue;
    if (auto set = set_parameter(name, value, search); !set) return std::unexpected(std::move(set.error()));
  }
  if (const auto cursor = call.request.parameter("cursor")) {
    if (auto set = set_parameter("cursor", *cursor, search); !set)
      return std::unexpected(std::move(set.error()));
  }
  return search;
}

/// An owner sees what concerns his own addresses. He must say which, so that a search by it can be made.
std::expected<void, Reply> keep_to_own(const Call& call, Search& search) {
  if (call.is(Role::Operator)) return {};
  if (search.filter.address.empty() && call.login->user.addresses.size() == 1)
    search.filter.address = call.login->user.addresses.front();
  if (may_see(call, search.filter.address)) return {};
  return std::unexpected(
      error_reply(403, "an owner sees the mail of his own addresses", "address=one of yours"));
}

std::string cursor_behind(const std::vector<store::Event>& events, const Search& search) {
  const Moment time = events.back().time;
  Cursor cursor{time};
  for (const auto& event : events) cursor.shown += event.time == time ? 1 : 0;
  if (events.front().time == time && search.filter.until == time + milliseconds(1))
    cursor.shown += search.skipped;
  return cursor.text();
}

std::expected<std::unique_ptr<store::HistoryReader>, Reply> open_history(const Call& call) {
  const auto& url = call.desk.sources.history;
  if (url.empty())
    return std::unexpected(error_reply(404, "there is no history", "[history] enabled = true"));
  auto history = store::open_history_for_reading(url);
  if (!history) return std::unexpected(error_reply(503, history.error().message));
  return std::move(*history);
}

bool may_see_event(const Call& call, const store::Event& event) {
  return may_see(call, event.reverse_path) || may_see_any(call, event.recipients);
}

}  // namespace

Reply list_events(Call& call) {
  auto search = search_of(call);
  if (!search) return std::move(search.error());
  if (auto kept = keep_to_own(call, *search); !kept) return std::move(kept.error());
  auto history = open_history(call);
  if (!history) return std::move(history.error());
  search->filter.most = search->skipped + search->most + 1;  // one more tells whether there are more
  auto events = (*history)->query(search->filter);
  if (!events) return error_reply(503, events.error().message);
  events->erase(events->begin(),
                events->begin() + static_cast<std::ptrdiff_t>(std::min(search->skipped, events->size())));
  const bool has_more = events->size() > search->most;
  if (has_more) events->resize(search->most);
  json::array list;
  for (const auto& event : *events) list.push_back(store::event_json(event));
  return json_reply(
      json::object{{"events", std::move(list)},
                   {"next", has_more ? json::value(cursor_behind(*events, *search)) : json::value()}});
}

Reply show_event(Call& call) {
  auto history = open_history(call);
  if (!history) return std::move(history.error());
  store::HistoryFilter filter{.id = call.parameter};
  filter.most = kMostOfTransaction;
  const auto events = (*history)->query(filter);
  if (!events) return error_reply(503, events.error().message);
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const auto sums = (*history)->day_sums(today - policy::ReadyRules::kMemory);
  if (!sums) return error_reply(503, sums.error().message);
  json::array list;
  for (const auto& event : *events) {
    if (!may_see_event(call, event)) continue;
    const auto missing = report::missing_today(event, *sums, today);
    auto why = report::why_json(event, missing);
    why["words"] = report::why_page(event, missing);
    list.push_back(std::move(why));
  }
  if (list.empty()) return error_reply(404, "the history has no event with that id");
  return json_reply(json::object{{"events", std::move(list)}});
}

}  // namespace backstop::http
