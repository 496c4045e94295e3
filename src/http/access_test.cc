// Who sees sums without a login, and which requests a browser may have been tricked into.
#include "http/access.h"

#include <gtest/gtest.h>

#include "http/routes.h"

namespace backstop::http {
namespace {

Request request(std::string host, bool is_forwarded = false) {
  Request request;
  request.host = std::move(host);
  request.is_forwarded = is_forwarded;
  return request;
}

Peer peer(std::string_view endpoint) {
  return {.endpoint = *net::parse_endpoint(endpoint)};
}

struct Row {
  const char* name;
  Request request;
  Peer peer;
  bool want_sums;
  bool want_refused = false;
};

TEST(Access, SumsAreForThisMachineAlone) {
  const Row rows[] = {
      {"loopback", request("127.0.0.1:8580"), peer("127.0.0.1:9"), true},
      {"by name", request("LocalHost:8580"), peer("127.0.0.1:9"), true},
      {"IPv6", request("[::1]:8580"), peer("[::1]:9"), true},
      {"a local socket", request("localhost"), {.is_local_socket = true}, true},
      {"another name for the loopback", request("rebound.example:8580"), peer("127.0.0.1:9"), false},
      {"a name that begins so", request("localhost.example"), peer("127.0.0.1:9"), false},
      {"an address that begins so", request("127.0.0.1.example"), peer("127.0.0.1:9"), false},
      {"no host", request(""), peer("127.0.0.1:9"), false},
      {"from elsewhere", request("localhost"), peer("192.0.2.1:9"), false},
      {"by a proxy without a name", request("localhost", true), peer("127.0.0.1:9"), false, true},
  };
  for (const auto& row : rows) {
    const auto asker = asker_of(row.request, row.peer, {});
    EXPECT_EQ(asker.sees_sums, row.want_sums) << row.name;
    EXPECT_EQ(!asker.why_not.empty(), row.want_refused) << row.name;
    EXPECT_FALSE(asker.is_secure) << row.name;
  }
}

TEST(Access, AProxyThatIsNamedTellsTheClient) {
  const std::vector<net::Network> proxies = {*net::Network::parse("127.0.0.1")};
  auto forwarded = request("localhost", true);
  forwarded.forwarded_for = "203.0.113.7";
  const auto asker = asker_of(forwarded, peer("127.0.0.1:9"), proxies);
  EXPECT_EQ(asker.address.to_string(), "203.0.113.7");
  EXPECT_TRUE(asker.is_secure);
  EXPECT_FALSE(asker.sees_sums);
  // What it passes on without a word is not from this machine either.
  EXPECT_FALSE(asker_of(request("localhost"), peer("127.0.0.1:9"), proxies).sees_sums);
}

TEST(Access, CookiesAreFoundByTheirWholeName) {
  EXPECT_EQ(cookie_of("xbackstop=1; backstop=2 ;backstop=3", "backstop"), "2");
  EXPECT_EQ(cookie_of("backstop", "backstop"), "");
  EXPECT_EQ(cookie_of("", "backstop"), "");
}

TEST(Access, AnotherOriginIsSeen) {
  auto one = request("127.0.0.1:8580");
  EXPECT_TRUE(is_same_origin(one));
  one.origin = "http://127.0.0.1:8580";
  EXPECT_TRUE(is_same_origin(one));
  for (const char* const origin :
       {"http://evil.example", "null", "http://127.0.0.1:8581", "http://127.0.0.1"}) {
    one.origin = origin;
    EXPECT_FALSE(is_same_origin(one)) << origin;
  }
}

class RefusalTest : public testing::Test {
 protected:
  unsigned status(std::string_view path, Method method = Method::Get) {
    const auto match = find_route(routes(), method, path);
    if (match.route == nullptr) return match.has_other_method ? 405 : 404;
    const auto refused = refusal_of(*match.route, call_);
    return refused ? refused->status : 200;
  }
  void log_in(Role role) {
    call_.login = Login{.token = "t", .csrf = "c", .user = {.name = "ann", .role = role}};
    call_.request.csrf_token = "c";
  }

  Desk desk_;
  Call call_{.desk = desk_, .request = {}, .asker = {}, .login = {}};
};

TEST_F(RefusalTest, GoesByRole) {
  EXPECT_EQ(status("/api/session"), 200u);
  EXPECT_EQ(status("/api/now"), 401u);
  EXPECT_EQ(status("/api/events"), 401u);
  call_.asker.sees_sums = true;
  EXPECT_EQ(status("/api/now"), 200u);
  EXPECT_EQ(status("/api/events"), 401u);
  EXPECT_EQ(status("/api/quarantine/release", Method::Post), 401u);
  log_in(Role::Owner);
  EXPECT_EQ(status("/api/events"), 200u);
  EXPECT_EQ(status("/api/ready"), 403u);
  EXPECT_EQ(status("/api/held"), 403u);
  log_in(Role::Operator);
  EXPECT_EQ(status("/api/ready"), 200u);
  EXPECT_EQ(status("/api/held/delete", Method::Post), 200u);
}

TEST_F(RefusalTest, TakesTheTokenOfThePageForEachChange) {
  log_in(Role::Admin);
  call_.request.csrf_token = "x";
  EXPECT_EQ(status("/api/quarantine/delete", Method::Post), 403u);
  EXPECT_EQ(status("/api/quarantine"), 200u);
  call_.request.csrf_token = "c";
  EXPECT_EQ(status("/api/quarantine/delete", Method::Post), 200u);
  call_.request.host = "a";
  call_.request.origin = "http://b";
  EXPECT_EQ(status("/api/quarantine/delete", Method::Post), 403u);
  EXPECT_EQ(status("/api/login", Method::Post), 403u);
}

TEST_F(RefusalTest, NothingIsAnsweredBehindAProxyWithoutAName) {
  call_.asker.why_not = "why";
  EXPECT_EQ(status("/api/session"), 403u);
}

TEST(Routes, AreFoundByTheirPaths) {
  EXPECT_EQ(find_route(routes(), Method::Get, "/api/events/00ab").parameter, "00ab");
  EXPECT_EQ(find_route(routes(), Method::Head, "/api/events/00ab/header").parameter, "00ab");
  EXPECT_EQ(find_route(routes(), Method::Get, "/api/events/").route, nullptr);
  EXPECT_EQ(find_route(routes(), Method::Get, "/api/events/a/b").route, nullptr);
  EXPECT_EQ(find_route(routes(), Method::Get, "/API/events").route, nullptr);
  const auto other = find_route(routes(), Method::Get, "/api/login");
  EXPECT_EQ(other.route, nullptr);
  EXPECT_TRUE(other.has_other_method);
  EXPECT_EQ(find_route(routes(), Method::Post, "/api/quarantine/release").route->path,
            "/api/quarantine/release");
}

}  // namespace
}  // namespace backstop::http
