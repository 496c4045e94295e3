#include <boost/json.hpp>

#include "app/findings.h"
#include "app/json_line.h"
#include "base/text.h"

namespace backstop::app {

namespace {

namespace json = boost::json;

// Boost.JSON writes invalid UTF-8 as it is, so no text reaches it unchecked.
json::string text(std::string_view value) {
  return json::string(base::well_formed(value));
}

json::object to_json(const response::Recipient& recipient) {
  return {
      {"address", text(recipient.address)},         {"original_address", text(recipient.original_address)},
      {"action", name(recipient.action)},           {"status", text(recipient.status)},
      {"status_from", name(recipient.status_from)}, {"reason", name(recipient.reason)},
      {"remote_mta", text(recipient.remote_mta)},   {"diagnostic", text(recipient.diagnostic)}};
}

json::value to_json(const std::optional<response::Original>& original) {
  if (!original) return nullptr;
  return json::object{{"message_id", text(original->message_id)},
                      {"from", text(original->from)},
                      {"to", text(original->to)},
                      {"subject", text(original->subject)},
                      {"date", text(original->date)},
                      {"found_in", name(original->found_in)}};
}

json::object to_json(const origin::Origin& origin, bool is_response) {
  json::array evidence;
  for (const auto& one : origin.evidence) {
    evidence.push_back(json::object{{"name", origin::name(one.kind)},
                                    {"result", origin::name(one.finding)},
                                    {"detail", text(one.detail)}});
  }
  return {{"result", origin::name(origin.result)},
          {"cause", is_response ? json::value(origin::name(origin.cause)) : json::value()},
          {"evidence", std::move(evidence)}};
}

}  // namespace

std::string to_json_line(const Findings& findings) {
  const response::Response& response = findings.response;
  json::array recipients;
  for (const auto& recipient : response.recipients) recipients.push_back(to_json(recipient));
  const bool is_response = response.kind != response::Kind::None;
  const json::object object = {
      {"file", text(findings.file)},
      {"kind", response::name(response.kind)},
      {"certainty", is_response ? json::value(response::name(certainty(response))) : json::value()},
      {"reporting_mta", text(response.reporting_mta)},
      {"recipients", std::move(recipients)},
      {"original", to_json(response.original)},
      {"origin", to_json(findings.origin, is_response)},
      {"explanation", text(explanation(findings))},
      {"truncated", response.truncated || findings.is_cut_short}};
  return json_line(object);
}

}  // namespace backstop::app
