#include "app/event_json.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

namespace backstop::app {

std::string format_time(std::chrono::sys_time<std::chrono::milliseconds> time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t whole = std::chrono::system_clock::to_time_t(seconds);
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(whole), (time - seconds).count());
}

boost::json::object event_json(const store::Event& event) {
  boost::json::array recipients(event.recipients.begin(), event.recipients.end());
  boost::json::array evidence;
  for (const auto& one : event.evidence) {
    evidence.push_back({{"name", one.name}, {"finding", one.finding}, {"detail", one.detail}});
  }
  return {
      {"time", format_time(event.time)},
      {"id", event.id},
      {"gateway", event.gateway},
      {"direction", event.direction},
      {"client", event.client},
      {"helo", event.helo},
      {"reverse_path", event.reverse_path},
      {"recipients", std::move(recipients)},
      {"size", event.size},
      {"message_id", event.message_id},
      {"kind", event.kind},
      {"reporting_mta", event.reporting_mta},
      {"original_message_id", event.original_message_id},
      {"evidence", std::move(evidence)},
      {"origin", event.origin},
      {"verdict", event.verdict},
      {"reason", event.reason},
      {"explanation", event.explanation},
      {"stage", event.stage},
      {"done", event.done},
      {"next_stage", event.next_stage},
      {"reply", event.reply},
      {"took_ms", event.took.count()},
      {"client_gone", event.client_gone},
  };
}

}  // namespace backstop::app
