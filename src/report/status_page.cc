#include "report/status_page.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "report/fact_table.h"
#include "report/late_refusals.h"
#include "report/local_time.h"
#include "report/status.h"

namespace backstop::report {

namespace {

namespace json = boost::json;

constexpr std::size_t kMostName = 100;
constexpr std::size_t kMostNames = 10;  // on a line
constexpr std::size_t kMostWhy = 400;

std::string text(const json::object& object, std::string_view name, std::size_t most = kMostName) {
  const auto* const value = object.if_contains(name);
  const auto* const found = value == nullptr ? nullptr : value->if_string();
  return found == nullptr ? "" : base::printable(std::string_view(*found), most);
}

std::optional<std::uint64_t> number(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  boost::system::error_code failed;
  const auto found = value->to_number<std::uint64_t>(failed);
  if (failed) return std::nullopt;
  return found;
}

bool is_true(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

const json::object& part(const json::object& object, std::string_view name) {
  static const json::object kNone;
  const auto* const value = object.if_contains(name);
  const auto* const found = value == nullptr ? nullptr : value->if_object();
  return found == nullptr ? kNone : *found;
}

const json::array& list(const json::object& object, std::string_view name) {
  static const json::array kNone;
  const auto* const value = object.if_contains(name);
  const auto* const found = value == nullptr ? nullptr : value->if_array();
  return found == nullptr ? kNone : *found;
}

/// "a, b and 5 more"; `all` is how many there are, listed or not.
std::string names(const json::array& listed, std::size_t all) {
  std::string line;
  std::size_t shown = 0;
  for (const auto& one : listed) {
    if (shown == kMostNames || !one.is_string()) break;
    line += fmt::format("{}{}", shown == 0 ? "" : ", ",
                        base::printable(std::string_view(one.get_string()), kMostName));
    ++shown;
  }
  return all > shown ? fmt::format("{} and {} more", line, all - shown) : line;
}

std::string names(const json::array& listed) {
  return names(listed, listed.size());
}

/// "3 refused, 1 delivered", as the object has its counts.
std::string counts(const json::object& object) {
  std::string line;
  for (const auto& [name, value] : object) {
    const auto count = number(object, name);
    if (!count) continue;
    line += fmt::format("{}{} {}", line.empty() ? "" : ", ", *count,
                        base::printable(std::string_view(name), kMostName));
  }
  return line;
}

std::optional<Moment> moment(const json::object& object, std::string_view name) {
  const auto found = parse_moment(text(object, name), Moment{});
  if (!found) return std::nullopt;
  return *found;
}

std::string time(const json::object& object, std::string_view name) {
  const auto found = moment(object, name);
  return found ? local_text(*found) : "";
}

/// "3 d 4 h", "5 min", "12 s".
std::string span_words(std::chrono::milliseconds span) {
  using namespace std::chrono;
  const auto minutes_all = floor<minutes>(span);
  const auto day = floor<days>(minutes_all);
  const auto hour = floor<hours>(minutes_all - day);
  const auto minute = minutes_all - day - hour;
  if (day.count() > 0) return fmt::format("{} d {} h", day.count(), hour.count());
  if (hour.count() > 0) return fmt::format("{} h {} min", hour.count(), minute.count());
  if (minute.count() > 0) return fmt::format("{} min", minute.count());
  return fmt::format("{} s", floor<seconds>(span).count());
}

std::string since(const json::object& status) {
  const auto started = moment(status, "started");
  const auto now = moment(status, "now");
  if (!started) return "";
  if (!now || *now < *started) return local_text(*started);
  return fmt::format("{} ({})", local_text(*started), span_words(*now - *started));
}

std::string session_words(const json::object& sessions) {
  const auto now = number(sessions, "now");
  if (!now) return "";
  std::string line = std::to_string(*now);
  if (const auto most = number(sessions, "most").value_or(0); most > 0)
    line += fmt::format(" of at most {}", most);
  const auto workers = number(sessions, "workers").value_or(0);
  const auto counted = number(sessions, "workers_counted").value_or(0);
  if (counted < workers) line += fmt::format("; only {} of {} threads have answered", counted, workers);
  return line;
}

std::string head(const json::object& status) {
  const auto& configuration = part(status, "configuration");
  FactTable facts;
  facts.add("version", text(status, "version"));
  facts.add("runs since", since(status));
  if (is_true(status, "is_stopping")) facts.add("", "It is stopping: it takes no new sessions.");
  if (const auto process = number(status, "process")) facts.add("process", std::to_string(*process));
  facts.add("configuration", text(configuration, "file", kMostWhy));
  facts.add("read", time(configuration, "read"));
  if (const auto why = text(configuration, "reload_failure", kMostWhy); !why.empty())
    facts.add("", fmt::format("The last reload changed nothing: {}", why));
  facts.add("sessions", session_words(part(status, "sessions")));
  return "Backstop\n" + facts.text();
}

std::string gateways(const json::object& status) {
  FactTable facts;
  for (const auto& value : list(status, "gateways")) {
    if (!value.is_object()) continue;
    const auto& gateway = value.get_object();
    const auto sessions = number(gateway, "sessions").value_or(0);
    facts.add(text(gateway, "name"),
              fmt::format("{}, {}; {} {}", text(gateway, "direction"), names(list(gateway, "addresses")),
                          sessions, sessions == 1 ? "session" : "sessions"));
  }
  const auto table = facts.text();
  return table.empty() ? "" : "\nGateways\n" + table;
}

/// A part of the page about the milter and its like; `who` connects there.
std::string door(const json::object& status, std::string_view name, std::string_view title,
                 std::string_view who) {
  const auto& door = part(status, name);
  const auto connections = number(door, "connections");
  if (!connections) return "";
  FactTable facts;
  facts.add("at", names(list(door, "addresses")));
  facts.add("connections", fmt::format("{} of {}", *connections, who));
  return fmt::format("\n{}\n{}", title, facts.text());
}

std::string doors(const json::object& status) {
  return door(status, "milter", "Milter", "mail servers") +
         door(status, "socketmap", "Socketmap", "mail servers") +
         door(status, "http", "Dashboard", "clients");
}

std::string state_words(const json::object& hop) {
  const auto state = text(hop, "state");
  if (state == "unknown") return "not yet connected to";
  if (state != "fails") return state;
  const auto from = time(hop, "since");
  return fmt::format("fails{}{}: {}", from.empty() ? "" : " since ", from, text(hop, "why", kMostWhy));
}

/// "gateways in, new" or "gateway in", or the domains.
std::string users(const json::object& hop) {
  std::string line;
  for (const auto& [name, one, many] :
       {std::tuple("gateways", "gateway", "gateways"), std::tuple("domains", "domain", "domains")}) {
    const auto& users = list(hop, name);
    if (!users.empty()) line += fmt::format("; {} {}", users.size() == 1 ? one : many, names(users));
  }
  return line;
}

void add_late_refusals(const json::object& hop, FactTable& facts) {
  for (const auto& value : list(hop, "refuses_late")) {
    if (!value.is_object()) continue;
    const auto& one = value.get_object();
    LateRefusals late;
    late.domain = text(one, "domain");
    late.refused = number(one, "refused").value_or(0);
    late.bounced = number(one, "bounced").value_or(0);
    late.has_recipients = is_true(one, "has_recipients");
    for (const auto& gateway : list(one, "gateways"))
      if (gateway.is_string()) late.gateways.emplace(std::string_view(gateway.get_string()));
    facts.add("", "refuses late: " + late_refusal_line(late));
  }
}

std::string next_hops(const json::object& status) {
  FactTable facts;
  for (const auto& value : list(status, "next_hops")) {
    if (!value.is_object()) continue;
    const auto& hop = value.get_object();
    const auto open = number(hop, "sessions").value_or(0);
    std::string line = state_words(hop);
    // A Maildir has none.
    if (!text(hop, "url").starts_with("maildir:"))
      line += fmt::format("; {} {}", open, open == 1 ? "session" : "sessions");
    if (const auto idle = number(hop, "idle").value_or(0); idle > 0) line += fmt::format(", {} idle", idle);
    facts.add(text(hop, "url"), line + users(hop));
    add_late_refusals(hop, facts);
  }
  const auto table = facts.text();
  return table.empty() ? "" : "\nNext hops\n" + table;
}

/// If delivered mail that is no response is not counted, an empty line does not mean that none came.
std::string counts_or_words(const json::object& object, bool has_ordinary) {
  const std::string line = counts(object);
  if (!line.empty()) return line;
  return has_ordinary ? "nothing" : "nothing that is counted";
}

std::string today(const json::object& status) {
  const auto* const value = status.if_contains("today");
  if (value == nullptr) return "";
  if (!value->is_object()) return "\nToday\n  There is no history, so nothing is counted.\n";
  const auto& day = value->get_object();
  const bool has_ordinary = is_true(day, "has_ordinary");
  FactTable facts;
  facts.add("came in", counts_or_words(part(day, "inbound"), has_ordinary));
  facts.add("responses", counts(part(day, "responses")));
  facts.add("their origin", counts(part(day, "origins")));
  facts.add("went out", counts_or_words(part(day, "outbound"), has_ordinary));
  const auto& sums = part(day, "sums");
  if (const auto left = number(sums, "left").value_or(0); left > 0) {
    facts.add("of our domains",
              fmt::format("{} left, {} of them with a watermark or a DKIM signature, {} "
                          "with a tag",
                          left, number(sums, "message").value_or(0), number(sums, "tag").value_or(0)));
  }
  std::string notes;
  if (!has_ordinary) {
    notes +=
        wrap("Delivered mail that is no response is not counted, unless ordinary = true in [history].", 2);
  }
  if (!is_true(day, "is_whole")) notes += wrap("There is more: only the newest events are counted.", 2);
  return fmt::format("\nToday ({}, UTC)\n{}{}", text(day, "day"), facts.text(), notes);
}

std::string store_words(const json::object& store) {
  std::string line = "works";
  if (const auto trouble = text(store, "trouble", kMostWhy); !trouble.empty()) line = "fails: " + trouble;
  if (const auto kept = number(store, "kept"))
    line += fmt::format("; {} {}", *kept, *kept == 1 ? "response" : "responses");
  if (const auto waiting = number(store, "waiting").value_or(0); waiting > 0)
    line += fmt::format("; {} not yet written", waiting);
  if (const auto lost = number(store, "lost").value_or(0); lost > 0)
    line += fmt::format("; {} lost since the start", lost);
  return fmt::format("{} ({})", line, text(store, "url", kMostWhy));
}

std::string stores(const json::object& status) {
  FactTable facts;
  for (const auto& value : list(status, "stores")) {
    if (value.is_object()) facts.add(text(value.get_object(), "name"), store_words(value.get_object()));
  }
  const auto table = facts.text();
  return table.empty() ? "" : "\nStores\n" + table;
}

std::string domains(const json::object& status) {
  const auto& domains = part(status, "domains");
  if (domains.empty()) return "";
  FactTable facts;
  for (const auto& [stage, value] : part(domains, "stages")) {
    const auto count = number(part(domains, "stages"), stage).value_or(0);
    if (count > 0) facts.add(base::printable(std::string_view(stage), kMostName), std::to_string(count));
  }
  const auto lacking = number(domains, "not_ready_count").value_or(0);
  if (lacking > 0) {
    facts.add("not ready", fmt::format("{}: their stage acts as label (backstop ready says why)",
                                       names(list(domains, "not_ready"), lacking)));
  }
  return "\nDomains by stage\n" + facts.text();
}

}  // namespace

std::string status_page(const json::object& status) {
  return head(status) + gateways(status) + doors(status) + next_hops(status) + today(status) +
         stores(status) + domains(status);
}

}  // namespace backstop::report
