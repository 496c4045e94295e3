#include "app/event_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <utility>

#include "app/event_json.h"
#include "base/text.h"

namespace backstop::app {

namespace {

constexpr std::size_t kMostValue = 2000;

bool is_ordinary(const store::Event& event) {
  return event.kind == "none" && event.done == "delivered" && !event.client_gone;
}

bool is_plain(char c) {
  return c != ' ' && c != '"' && c != '\\' && c != '=';
}

/// Needs no other look: most values are.
bool is_plain_ascii(char c) {
  return c > ' ' && c < 0x7f && is_plain(c);
}

/// As it is, or in quotes where it could be taken for something else.
std::string value(std::string_view text) {
  if (!text.empty() && text.size() <= kMostValue && std::ranges::all_of(text, is_plain_ascii))
    return std::string(text);
  std::string shown = base::printable(text, kMostValue);
  if (!shown.empty() && std::ranges::all_of(shown, is_plain)) return shown;
  std::string quoted = "\"";
  for (const char c : shown) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string path(std::string_view address) {
  return value(fmt::format("<{}>", address));
}

void add(std::string_view name, std::string_view text, std::string& line) {
  if (!text.empty()) fmt::format_to(std::back_inserter(line), " {}={}", name, value(text));
}

std::string joined(const std::vector<std::string>& recipients) {
  std::string text;
  for (const auto& one : recipients) {
    if (!text.empty()) text += ',';
    text += path(one);
  }
  return text;
}

}  // namespace

std::string event_line(const store::Event& event) {
  std::string line = event.done + " " + event.id;
  add("gateway", event.gateway, line);
  add("client", event.client, line);
  add("helo", event.helo, line);
  fmt::format_to(std::back_inserter(line), " from={} to={}", path(event.reverse_path),
                 joined(event.recipients));
  if (event.size > 0) fmt::format_to(std::back_inserter(line), " size={}", event.size);
  add("message-id", event.message_id, line);
  if (event.kind != "none") add("kind", event.kind, line);
  add("origin", event.origin, line);
  if (event.reason != "ordinary") add("cause", event.reason, line);
  add("stage", event.stage, line);
  add("next-stage", event.next_stage, line);
  fmt::format_to(std::back_inserter(line), " took={}ms", event.took.count());
  if (event.client_gone) line += " client-gone";
  add("reply", event.reply, line);
  return line;
}

void EventLog::record(store::Event event) {
  if (log_->takes(LogLevel::Info)) {
    if (log_->format() == LogFormat::Json) {
      log_->add_json(boost::json::serialize(event_json(event)));
    } else {
      log_->add(LogLevel::Info, event.time, event_line(event));
    }
  }
  if (history_ != nullptr && (ordinary_ || !is_ordinary(event))) history_->record(std::move(event));
}

void EventLog::notice(gateway::Gravity gravity, std::string_view line) {
  switch (gravity) {
    case gateway::Gravity::Debug:
      return log_->tell(LogLevel::Debug, line);
    case gateway::Gravity::Info:
      return log_->tell(LogLevel::Info, line);
    case gateway::Gravity::Warning:
      return log_->tell(LogLevel::Warning, line);
  }
}

}  // namespace backstop::app
