// An event as JSON: a line of the log, and of `backstop history --json`. docs/history.schema.json says what
// it holds. Its lists are JSON in databases, too.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "store/event.h"

namespace backstop::store {

/// All texts are sound (store/event.h).
boost::json::object event_json(const Event& event);

/// ["a@example.org"]
std::string recipients_to_json(const std::vector<std::string>& recipients);
/// [{"name":"tag","finding":"proves","level":"B","detail":"..."}]
std::string evidence_to_json(const std::vector<EventEvidence>& evidence);

/// Text that is no such list has no members, so that a row that somebody changed by hand is still shown.
std::vector<std::string> recipients_from_json(std::string_view text);
std::vector<EventEvidence> evidence_from_json(std::string_view text);

}  // namespace backstop::store
