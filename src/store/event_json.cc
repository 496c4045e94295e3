#include "store/event_json.h"

#include <boost/json.hpp>
#include <utility>

#include "base/day.h"

namespace backstop::store {

namespace {

namespace json = boost::json;

json::string sound(std::string_view text) {
  return is_sound(text) ? json::string(text) : json::string(sound_text(text));
}

json::array recipient_array(const std::vector<std::string>& recipients) {
  json::array array;
  array.reserve(recipients.size());
  for (const std::string& one : recipients) array.push_back(sound(one));
  return array;
}

json::array evidence_array(const std::vector<EventEvidence>& evidence) {
  json::array array;
  array.reserve(evidence.size());
  for (const auto& one : evidence) {
    array.push_back(json::object{{"name", sound(one.name)},
                                 {"finding", sound(one.finding)},
                                 {"level", sound(one.level)},
                                 {"detail", sound(one.detail)}});
  }
  return array;
}

json::array fact_array(Facts facts) {
  json::array array;
  for (std::size_t i = 0; i < kFactNames.size(); ++i) {
    if (facts.has(static_cast<Fact>(i))) array.emplace_back(kFactNames[i]);
  }
  return array;
}

json::array parse_array(std::string_view text) {
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  return !failed && value.is_array() ? std::move(value.get_array()) : json::array();
}

std::string member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? sound_text(value->get_string()) : std::string();
}

}  // namespace

json::object event_json(const Event& event) {
  return {
      {"time", base::format_time(event.time)},
      {"id", sound(event.id)},
      {"gateway", sound(event.gateway)},
      {"direction", name(event.direction)},
      {"client", sound(event.client)},
      {"helo", sound(event.helo)},
      {"reverse_path", sound(event.reverse_path)},
      {"recipients", recipient_array(event.recipients)},
      {"size", event.size},
      {"message_id", sound(event.message_id)},
      {"kind", sound(event.kind)},
      {"certainty", sound(event.certainty)},
      {"reporting_mta", sound(event.reporting_mta)},
      {"original_message_id", sound(event.original_message_id)},
      {"evidence", evidence_array(event.evidence)},
      {"origin", sound(event.origin)},
      {"origin_cause", sound(event.origin_cause)},
      {"facts", fact_array(event.facts)},
      {"verdict", name(event.verdict)},
      {"cause", sound(event.cause)},
      {"explanation", sound(event.explanation)},
      {"tag", sound(event.tag)},
      {"stage", sound(event.stage)},
      {"done", name(event.done)},
      {"next_stage", name(event.next_stage)},
      {"reply", sound(event.reply)},
      {"took_ms", event.took.count()},
      {"client_gone", event.client_gone},
      {"contradiction", event.contradiction},
  };
}

std::string recipients_to_json(const std::vector<std::string>& recipients) {
  return json::serialize(recipient_array(recipients));
}

std::string evidence_to_json(const std::vector<EventEvidence>& evidence) {
  return json::serialize(evidence_array(evidence));
}

std::vector<std::string> recipients_from_json(std::string_view text) {
  std::vector<std::string> recipients;
  for (const json::value& one : parse_array(text)) {
    if (one.is_string()) recipients.push_back(sound_text(one.get_string()));
  }
  return recipients;
}

std::vector<EventEvidence> evidence_from_json(std::string_view text) {
  std::vector<EventEvidence> evidence;
  for (const json::value& one : parse_array(text)) {
    const json::object* object = one.if_object();
    if (object == nullptr) continue;
    evidence.push_back({member(*object, "name"), member(*object, "finding"), member(*object, "detail"),
                        member(*object, "level")});
  }
  return evidence;
}

}  // namespace backstop::store
