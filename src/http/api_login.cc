// Logging in and out.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <utility>

#include "base/text.h"
#include "http/api.h"
#include "origin/tag.h"
#include "os/changed_file.h"

namespace backstop::http {
namespace {

namespace json = boost::json;

constexpr std::string_view kCookie = "backstop";

LoginTime now() {
  return std::chrono::steady_clock::now();
}

std::string network_of(const Call& call) {
  return net::network_key(call.asker.address).to_string();
}

json::object session_json(const Call& call) {
  const auto settings = call.desk.settings.load();
  const auto& sources = call.desk.sources;
  json::object session{{"user", nullptr},
                       {"csrf", nullptr},
                       {"is_open", call.asker.sees_sums},
                       {"change_stages", settings->is_changing_stages},
                       {"has_history", !sources.history.empty()},
                       {"has_quarantine", !sources.quarantine.url.empty()},
                       {"has_held", !sources.held.url.empty()},
                       {"public_url", settings->public_url},
                       {"version", call.login ? json::value(sources.version) : json::value()}};
  if (!call.login) return session;
  const auto& user = call.login->user;
  json::array addresses;
  for (const auto& one : user.addresses) addresses.emplace_back(one);
  session["user"] = {{"name", user.name}, {"role", name(user.role)}, {"addresses", std::move(addresses)}};
  session["csrf"] = call.login->csrf;
  return session;
}

Reply begin_session(Call& call, User user) {
  auto login = call.desk.logins.begin(std::move(user), now());
  if (!login) return error_reply(503, login.error().message);
  const auto cookie = fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}", kCookie, login->token,
                                  call.asker.is_secure ? "; Secure" : "");
  call.login = std::move(*login);
  auto reply = json_reply(session_json(call));
  reply.fields.emplace_back("Set-Cookie", cookie);
  return reply;
}

void tell(const Call& call, base::LogLevel level, const std::string& line) {
  if (call.desk.sources.journal == nullptr) return;
  const auto from = call.asker.address.is_unspecified() ? "the local socket" : call.asker.address.to_string();
  call.desk.sources.journal->notice(level, fmt::format("http: {}, from {}", line, from));
}

std::optional<Reply> waiting(Call& call, const std::string& name) {
  const auto wait = call.desk.failed_logins.wait(name, network_of(call), now());
  if (wait.count() == 0) return std::nullopt;
  auto reply = error_reply(429, "five logins have failed", fmt::format("wait {} seconds", wait.count()));
  reply.fields.emplace_back("Retry-After", std::to_string(wait.count()));
  return reply;
}

/// Returns the user if the password is right, and counts a failure otherwise.
base::Result<User> checked_user(Call& call, const std::string& name, std::string_view password) {
  const auto settings = call.desk.settings.load();
  if (settings->users.empty())
    return std::unexpected(base::Error{"there are no users: [http] has no \"users\""});
  auto users = read_users(settings->users);
  if (!users) {
    tell(call, base::LogLevel::Error, users.error().message);
    return std::unexpected(base::Error{"the file of users can't be read; the log says why"});
  }
  const User* const user = users->find(name);
  const bool fits = is_password(password, user != nullptr ? user->password_hash : std::string());
  if (!fits) {
    call.desk.failed_logins.failed(name, network_of(call), now());
    tell(call, base::LogLevel::Warning,
         fmt::format("a login as {} failed", base::printable(name, Users::kMostName)));
    return std::unexpected(base::Error{"the name or the password is wrong"});
  }
  call.desk.failed_logins.worked(name);
  return *user;
}

}  // namespace

base::Result<json::object> body_of(const Call& call, std::initializer_list<std::string_view> texts) {
  const auto refuse = [](std::string what) { return std::unexpected(base::Error{std::move(what)}); };
  if (call.request.content_type != kJsonType) return refuse("the content is no application/json");
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 8;
  auto value = json::parse(call.request.body, error, {}, options);
  if (error || !value.is_object()) return refuse("the content is no JSON object");
  for (const auto name : texts) {
    const auto* const member = value.as_object().if_contains(name);
    if (member == nullptr || !member->is_string())
      return refuse(fmt::format("the JSON object has no text \"{}\"", name));
  }
  return std::move(value.as_object());
}

bool may_see(const Call& call, std::string_view address) {
  if (!call.login) return false;
  if (call.login->user.role >= Role::Operator) return true;
  const auto key = origin::search_key(address);
  return std::ranges::find(call.login->user.addresses, key) != call.login->user.addresses.end();
}

bool may_see_any(const Call& call, const std::vector<std::string>& addresses) {
  if (call.is(Role::Operator)) return true;
  return std::ranges::any_of(addresses, [&](const auto& one) { return may_see(call, one); });
}

Reply show_session(Call& call) {
  return json_reply(session_json(call));
}

Reply log_in(Call& call) {
  const auto body = body_of(call, {"name", "password"});
  if (!body) return error_reply(400, body.error().message, R"({"name":"...","password":"..."})");
  const std::string name(body->at("name").as_string());
  const std::string_view password(body->at("password").as_string());
  if (name.size() > Users::kMostName || password.size() > Users::kMostPassword)
    return error_reply(401, "the name or the password is wrong");
  if (auto wait = waiting(call, name)) return std::move(*wait);
  auto user = checked_user(call, name, password);
  if (!user) return error_reply(401, user.error().message);
  tell(call, base::LogLevel::Info, fmt::format("{} has logged in", user->name));
  return begin_session(call, std::move(*user));
}

Reply log_in_once(Call& call) {
  const auto body = body_of(call, {"token"});
  if (!body) return error_reply(400, body.error().message, R"({"token":"..."})");
  auto user = call.desk.logins.take_once(std::string_view(body->at("token").as_string()), now());
  if (!user) return error_reply(401, "this link has been used, or its ten minutes are over");
  return begin_session(call, std::move(*user));
}

Reply log_out(Call& call) {
  call.desk.logins.end(call.login->token);
  call.login.reset();
  auto reply = json_reply(session_json(call));
  reply.fields.emplace_back("Set-Cookie",
                            fmt::format("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0", kCookie));
  return reply;
}

Reply change_password(Call& call) {
  const auto body = body_of(call, {"old", "new"});
  if (!body) return error_reply(400, body.error().message, R"({"old":"...","new":"..."})");
  const std::string name = call.login->user.name;
  const std::string_view wanted(body->at("new").as_string());
  if (wanted.size() < Users::kLeastPassword || wanted.size() > Users::kMostPassword) {
    return error_reply(400, fmt::format("a password of {} bytes", wanted.size()),
                       fmt::format("{} to {} bytes", Users::kLeastPassword, Users::kMostPassword));
  }
  if (auto wait = waiting(call, name)) return std::move(*wait);
  auto user = checked_user(call, name, std::string_view(body->at("old").as_string()));
  if (!user) return error_reply(401, user.error().message);
  auto hash = hash_password(wanted);
  if (!hash) return error_reply(503, hash.error().message);
  const auto done = put_password(call.desk.settings.load()->users, name, *hash);
  if (!done) {
    tell(call, base::LogLevel::Error, done.error().message);
    return error_reply(503, "the file of users can't be changed; the log says why");
  }
  call.desk.logins.end_all_of(name, call.login->token);
  tell(call, base::LogLevel::Info, fmt::format("{} has changed the password", name));
  return json_reply(session_json(call));
}

}  // namespace backstop::http
