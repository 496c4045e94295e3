#include "app/event_json.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace backstop::app {

void append_time(std::chrono::sys_time<std::chrono::milliseconds> time, std::string& out) {
  // A second has many lines, and its text is made once.
  thread_local std::chrono::sys_seconds last{};
  thread_local std::string text;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  if (text.empty() || seconds != last) {
    text = fmt::format("{:%FT%T}", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
    last = seconds;
  }
  const auto thousandths = static_cast<int>((time - seconds).count());
  const auto digit = [](int value) { return static_cast<char>('0' + value % 10); };
  out += text;
  for (const char c : {'.', digit(thousandths / 100), digit(thousandths / 10), digit(thousandths), 'Z'})
    out += c;
}

std::string format_time(std::chrono::sys_time<std::chrono::milliseconds> time) {
  std::string text;
  append_time(time, text);
  return text;
}

namespace {

/// Invalid UTF-8 would be written as it is.
std::string text(std::string_view value) {
  return base::well_formed(value);
}

}  // namespace

boost::json::object event_json(const store::Event& event) {
  boost::json::array recipients;
  for (const auto& one : event.recipients) recipients.push_back(boost::json::value(text(one)));
  boost::json::array evidence;
  for (const auto& one : event.evidence) {
    evidence.push_back(
        {{"name", text(one.name)}, {"finding", text(one.finding)}, {"detail", text(one.detail)}});
  }
  return {
      {"time", format_time(event.time)},
      {"id", text(event.id)},
      {"gateway", text(event.gateway)},
      {"direction", text(event.direction)},
      {"client", text(event.client)},
      {"helo", text(event.helo)},
      {"reverse_path", text(event.reverse_path)},
      {"recipients", std::move(recipients)},
      {"size", event.size},
      {"message_id", text(event.message_id)},
      {"kind", text(event.kind)},
      {"certainty", text(event.certainty)},
      {"reporting_mta", text(event.reporting_mta)},
      {"original_message_id", text(event.original_message_id)},
      {"evidence", std::move(evidence)},
      {"origin", text(event.origin)},
      {"verdict", text(event.verdict)},
      {"reason", text(event.reason)},
      {"explanation", text(event.explanation)},
      {"tag", text(event.tag)},
      {"stage", text(event.stage)},
      {"done", text(event.done)},
      {"next_stage", text(event.next_stage)},
      {"reply", text(event.reply)},
      {"took_ms", event.took.count()},
      {"client_gone", event.client_gone},
  };
}

}  // namespace backstop::app
