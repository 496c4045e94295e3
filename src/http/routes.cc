#include "http/routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "http/api.h"
#include "http/pages.h"
#include "http/why_page.h"

namespace backstop::http {
namespace {

using enum Method;

constexpr std::string_view kParameter = "{id}";

constexpr Route kRoutes[] = {
    {Get, "/", Need::Nobody, Way::Here, show_dashboard},
    {Get, "/app.js", Need::Nobody, Way::Here, show_script},
    {Get, "/app.css", Need::Nobody, Way::Here, show_style},
    {Get, "/why", Need::Nobody, Way::Here, show_why},
    {Get, "/why/{id}", Need::Nobody, Way::Here, show_why},
    {Get, "/api/session", Need::Nobody, Way::Here, show_session},
    {Post, "/api/login", Need::Nobody, Way::Pool, log_in},
    {Post, "/api/login/once", Need::Nobody, Way::Here, log_in_once},
    {Post, "/api/logout", Need::Owner, Way::Here, log_out},
    {Post, "/api/password", Need::Owner, Way::Pool, change_password},
    {Get, "/metrics", Need::Sums, Way::Pool, show_metrics},
    {Get, "/api/now", Need::Sums, Way::Pool, show_now},
    {Get, "/api/live", Need::Sums, Way::Stream, nullptr},
    {Get, "/api/events", Need::Owner, Way::Pool, list_events},
    {Get, "/api/events/{id}", Need::Owner, Way::Pool, show_event},
    {Get, "/api/events/{id}/header", Need::Owner, Way::Pool, show_event_header},
    {Get, "/api/ready", Need::Operator, Way::Pool, show_ready},
    {Post, "/api/read", Need::Owner, Way::Pool, read_mail},
    {Get, "/api/quarantine", Need::Owner, Way::Pool, list_quarantine},
    {Get, "/api/quarantine/{id}", Need::Owner, Way::Pool, show_quarantined},
    {Post, "/api/quarantine/release", Need::Owner, Way::Pool, release_quarantined},
    {Post, "/api/quarantine/delete", Need::Owner, Way::Pool, delete_quarantined},
    {Get, "/api/held", Need::Operator, Way::Pool, list_held},
    {Get, "/api/held/{id}", Need::Operator, Way::Pool, show_held},
    {Post, "/api/held/release", Need::Operator, Way::Pool, release_held},
    {Post, "/api/held/delete", Need::Operator, Way::Pool, delete_held},
};

constexpr Route kPublicRoutes[] = {
    {Get, "/why", Need::Nobody, Way::Here, show_why},
    {Get, "/why/{id}", Need::Nobody, Way::Here, show_why},
};

/// Returns whether the path fits, and what stands for the parameter.
bool fits(std::string_view pattern, std::string_view path, std::string& parameter) {
  const auto begin = pattern.find(kParameter);
  if (begin == std::string_view::npos) return pattern == path;
  const auto rest = pattern.substr(begin + kParameter.size());
  if (path.size() <= begin + rest.size() || !path.starts_with(pattern.substr(0, begin)) ||
      !path.ends_with(rest))
    return false;
  const auto value = path.substr(begin, path.size() - begin - rest.size());
  if (value.contains('/')) return false;
  parameter = value;
  return true;
}

Role role_for(Need need) {
  if (need == Need::Admin) return Role::Admin;
  return need == Need::Operator ? Role::Operator : Role::Owner;
}

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

std::span<const Route> public_routes() {
  return kPublicRoutes;
}

Match find_route(std::span<const Route> routes, Method method, std::string_view path) {
  const Method wanted = method == Head ? Get : method;
  Match match;
  for (const Route& route : routes) {
    std::string parameter;
    if (!fits(route.path, path, parameter)) continue;
    // A path in full wins over one with a parameter.
    if (match.route != nullptr && route.path.contains(kParameter)) continue;
    if (route.method != wanted) {
      match.has_other_method = true;
      continue;
    }
    match.route = &route;
    match.parameter = std::move(parameter);
  }
  return match;
}

std::optional<Reply> refusal_of(const Route& route, const Call& call) {
  if (!call.asker.why_not.empty()) {
    return error_reply(403, call.asker.why_not,
                       "name the proxy's address in \"proxy\", or ask without a proxy");
  }
  if (route.method == Post) {
    if (!is_same_origin(call.request)) return error_reply(403, "a page of another site sent this", "");
    if (route.need != Need::Nobody && call.login &&
        !is_equal_secret(call.request.csrf_token, call.login->csrf))
      return error_reply(403, "the field X-CSRF-Token is not that of this login", "\"csrf\" of /api/session");
  }
  if (route.need == Need::Nobody || (route.need == Need::Sums && (call.asker.sees_sums || call.login)))
    return std::nullopt;
  if (!call.login) return error_reply(401, "nobody is logged in", "POST /api/login");
  if (route.need == Need::Sums || call.is(role_for(route.need))) return std::nullopt;
  return error_reply(403,
                     fmt::format("the role of {} is {}", call.login->user.name, name(call.login->user.role)),
                     fmt::format("the role {}", name(role_for(route.need))));
}

}  // namespace backstop::http
