// The answers of the API. docs/openapi.json says what each takes and gives; routes.cc says who may ask.
#pragma once

#include <boost/json/object.hpp>

#include "http/call.h"

namespace backstop::http {

// api_login.cc
Reply show_session(Call& call);
Reply log_in(Call& call);
Reply log_in_once(Call& call);
Reply log_out(Call& call);
Reply change_password(Call& call);

// api_now.cc
Reply show_now(Call& call);
/// Returns what an event of the stream holds.
boost::json::object live_json(Desk& desk, bool is_known);

// api_events.cc
Reply list_events(Call& call);
Reply show_event(Call& call);
Reply show_event_header(Call& call);

// api_metrics.cc
Reply show_metrics(Call& call);

// api_ready.cc
Reply show_ready(Call& call);

// api_read.cc
Reply read_mail(Call& call);

// api_kept.cc
Reply list_quarantine(Call& call);
Reply show_quarantined(Call& call);
Reply release_quarantined(Call& call);
Reply delete_quarantined(Call& call);
Reply list_held(Call& call);
Reply show_held(Call& call);
Reply release_held(Call& call);
Reply delete_held(Call& call);

/// Returns the body as a JSON object with exactly these members, all texts, or an error reply.
base::Result<boost::json::object> body_of(const Call& call, std::initializer_list<std::string_view> texts);
/// True if the user may see what concerns that address; operators see all.
bool may_see(const Call& call, std::string_view address);
/// True if one of the addresses is one that the user may see.
bool may_see_any(const Call& call, const std::vector<std::string>& addresses);

}  // namespace backstop::http
