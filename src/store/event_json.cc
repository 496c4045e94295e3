#include "store/event_json.h"

#include <boost/json.hpp>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "base/timestamp.h"

namespace backstop::store {

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
      {"time", base::format_time(event.time)},
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

}  // namespace backstop::store
