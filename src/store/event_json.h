// An event as JSON: a line of the log, and of `backstop history --json`. docs/history.schema.json says what
// it holds.
#pragma once

#include <boost/json/object.hpp>

#include "store/event.h"

namespace backstop::store {

boost::json::object event_json(const store::Event& event);

}  // namespace backstop::store
