#include "store/event_text.h"

#include <boost/json.hpp>

#include "base/text.h"

namespace backstop::store {

namespace {

namespace json = boost::json;

json::string sound(std::string_view text) {
  return is_sound(text) ? json::string(text) : json::string(sound_text(text));
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

bool is_sound(std::string_view text) {
  return !text.contains('\0') && base::is_utf8(text);
}

std::string sound_text(std::string_view text) {
  std::string out;
  for (const char c : base::well_formed(text)) {
    if (c == '\0') {
      out += "\uFFFD";
    } else {
      out += c;
    }
  }
  return out;
}

std::string recipients_to_json(const std::vector<std::string>& recipients) {
  json::array array;
  array.reserve(recipients.size());
  for (const std::string& one : recipients) array.push_back(sound(one));
  return json::serialize(array);
}

std::string evidence_to_json(const std::vector<EventEvidence>& evidence) {
  json::array array;
  array.reserve(evidence.size());
  for (const auto& one : evidence) {
    array.push_back(json::object{
        {"name", sound(one.name)}, {"finding", sound(one.finding)}, {"detail", sound(one.detail)}});
  }
  return json::serialize(array);
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
    evidence.push_back({member(*object, "name"), member(*object, "finding"), member(*object, "detail")});
  }
  return evidence;
}

}  // namespace backstop::store
