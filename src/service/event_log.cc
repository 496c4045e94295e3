#include "service/event_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <utility>

#include "base/text.h"
#include "intake/event_of.h"
#include "store/event_json.h"

namespace backstop::service {

namespace {

constexpr std::size_t kMostValue = 2000;
constexpr std::size_t kUsualLine = 400;

bool is_ordinary(const store::Event& event) {
  return event.kind == "none" && event.done == store::Done::Delivered && !event.client_gone &&
         !event.is_untagged();
}

bool is_plain(char c) {
  return c != ' ' && c != '"' && c != '\\' && c != '=';
}

/// Most values are, and need no other check.
bool is_plain_ascii(char c) {
  return c > ' ' && c < 0x7f && is_plain(c);
}

/// Adds it as it is, or in quotes if it could be taken for something else.
void add_value(std::string_view text, std::string& line) {
  if (!text.empty() && text.size() <= kMostValue && std::ranges::all_of(text, is_plain_ascii)) {
    line += text;
    return;
  }
  const std::string shown = base::printable(text, kMostValue);
  if (!shown.empty() && std::ranges::all_of(shown, is_plain)) {
    line += shown;
    return;
  }
  line += '"';
  for (const char c : shown) {
    if (c == '"' || c == '\\') line += '\\';
    line += c;
  }
  line += '"';
}

void add_path(std::string_view address, std::string& line) {
  if (std::ranges::all_of(address, is_plain_ascii)) {
    line.append(1, '<').append(address).append(1, '>');
  } else {
    add_value(fmt::format("<{}>", address), line);
  }
}

void add_name(std::string_view name, std::string& line) {
  line.append(1, ' ').append(name).append(1, '=');
}

void add(std::string_view name, std::string_view text, std::string& line) {
  if (text.empty()) return;
  add_name(name, line);
  add_value(text, line);
}

void add(std::string_view name, std::uint64_t number, std::string& line) {
  add_name(name, line);
  const fmt::format_int digits(number);
  line.append(digits.data(), digits.size());
}

}  // namespace

// The log costs a line for each mail, so the line is built by hand.
std::string event_line(const store::Event& event) {
  std::string line;
  line.reserve(kUsualLine);
  line.append(name(event.done)).append(1, ' ').append(event.id);
  add("gateway", event.gateway, line);
  add("client", event.client, line);
  add("helo", event.helo, line);
  add_name("from", line);
  add_path(event.reverse_path, line);
  if (!event.recipients.empty()) add_name("to", line);
  for (const auto& one : event.recipients) {
    if (line.back() != '=') line += ',';
    add_path(one, line);
  }
  if (event.size > 0) add("size", event.size, line);
  add("message-id", event.message_id, line);
  if (event.kind != "none") add("kind", event.kind, line);
  add("certainty", event.certainty, line);
  add("origin", event.origin, line);
  if (event.cause != "ordinary") add("cause", event.cause, line);
  add("tag", event.tag, line);
  add("stage", event.stage, line);
  add("next-stage", name(event.next_stage), line);
  add("took", static_cast<std::uint64_t>(std::max<std::int64_t>(event.took.count(), 0)), line);
  line += "ms";
  if (event.client_gone) line += " client-gone";
  add("reply", event.reply, line);
  return line;
}

void EventLog::record(store::Event event) {
  if (http_ != nullptr) http_->note(event);
  if (event.is_surge()) {
    log_->tell(event.cause == store::kSurge ? os::LogLevel::Warning : os::LogLevel::Info, event.explanation);
  } else if (event.cause == store::kLateUnknown && !event.done) {
    log_->tell(os::LogLevel::Info, event.explanation);
  } else if (log_->takes(os::LogLevel::Info)) {
    if (log_->format() == os::LogFormat::Json) {
      log_->add_json(boost::json::serialize(store::event_json(event)));
    } else {
      log_->add(os::LogLevel::Info, event.time, event_line(event));
    }
  }
  if (history_ == nullptr || (is_ordinary(event) && !ordinary_)) return;
  intake::add_addresses(event);
  history_->record(std::move(event));
}

void EventLog::count(store::DaySums sums) {
  if (history_ != nullptr) history_->add(std::move(sums));
}

void EventLog::notice(os::LogLevel level, std::string_view line) {
  log_->tell(level, line);
}

}  // namespace backstop::service
