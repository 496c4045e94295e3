// Which request is answered by what, and who may ask it: one table, against which docs/openapi.json is held.
#pragma once

#include <span>
#include <string_view>

#include "http/call.h"

namespace backstop::http {

/// Who may ask.
enum class Need : std::uint8_t {
  Nobody,  ///< everybody may
  Sums,    ///< whoever sees the sums (http/access.h), and every user
  Owner,   ///< and the following: a user of that role, or of one that may do more
  Operator,
  Admin,
};

/// How it is answered.
enum class Way : std::uint8_t {
  Here,    ///< at once, on the worker
  Pool,    ///< by the disk or by much work, on a thread that no mail waits for
  Stream,  ///< by server-sent events, until the client has enough
};

struct Route {
  Method method;
  std::string_view path;  ///< "/api/events/{id}"
  Need need;
  Way way;
  Reply (*answer)(Call& call);
};

std::span<const Route> routes();
/// What the public places know, and nothing else.
std::span<const Route> public_routes();

struct Match {
  const Route* route = nullptr;  ///< null: there is none
  std::string parameter = {};
  bool has_other_method = false;  ///< the path is known, by another method
};
/// HEAD is answered as GET.
Match find_route(std::span<const Route> routes, Method method, std::string_view path);

/// Returns why the call may not be made, or nullopt.
std::optional<Reply> refusal_of(const Route& route, const Call& call);

}  // namespace backstop::http
