// A check of SPF when DNS's answers are at hand: what it costs without waiting. The zone is a map; the last
// one asks through the cache as a server does.
#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "auth/resolver.h"
#include "auth/spf.h"
#include "auth/zone_fixture.h"
#include "net/deadlines.h"

namespace {

namespace auth = backstop::auth;
namespace net = backstop::net;

/// As large senders have it: two records that are included, networks, and a client in the last one.
auth::Zone zone() {
  std::string networks;
  for (int i = 0; i < 20; ++i) networks += " ip4:10." + std::to_string(i) + ".0.0/20";
  return auth::Zone({
      {"plain.test", "TXT", "v=spf1 ip4:192.0.2.0/24 -all"},
      {"large.test", "TXT", "v=spf1 include:_a.large.test include:_b.large.test ~all"},
      {"_a.large.test", "TXT", "v=spf1" + networks + " ~all"},
      {"_b.large.test", "TXT", "v=spf1" + networks + " ip6:2001:db8::/32 ip4:192.0.2.0/24 ~all"},
      {"macro.test", "TXT", "v=spf1 exists:%{ir}.%{l1r-}._spf.%{d2} mx a:host.test -all exp=exp.test"},
      {"macro.test", "MX", "10 host.test"},
      {"host.test", "A", "203.0.113.1"},
      {"exp.test", "TXT", "%{i} may not send for %{d}"},
  });
}

net::Task<void> many(benchmark::State& state, auth::Ask ask, std::string domain) {
  const auth::SpfQuery query{.client = net::asio::ip::make_address("192.0.2.1"),
                             .helo = "mx.test",
                             .local = "strong-bad",
                             .domain = std::move(domain)};
  for (auto _ : state) {
    auto outcome = co_await auth::check_host(query, ask);
    benchmark::DoNotOptimize(outcome);
  }
}

void run(benchmark::State& state, auth::Ask ask, std::string domain) {
  net::asio::io_context loop(1);
  net::asio::co_spawn(loop, many(state, std::move(ask), std::move(domain)), net::asio::detached);
  loop.run();
}

void from_zone(benchmark::State& state, std::string domain) {
  const auth::Zone records = zone();
  run(
      state, [&](net::Question question) -> net::Task<net::DnsAnswer> { co_return records.answer(question); },
      std::move(domain));
}

void from_cache(benchmark::State& state, std::string domain) {
  const auth::Zone records = zone();
  auth::AnswerCache cache;
  const auth::Ask source = [&](net::Question question) -> net::Task<net::DnsAnswer> {
    co_return records.answer(question);
  };
  run(state, auth::cached_ask(cache, source, net::Deadlines::now), std::move(domain));
}

BENCHMARK_CAPTURE(from_zone, one_network, "plain.test");
BENCHMARK_CAPTURE(from_zone, two_includes, "large.test");
BENCHMARK_CAPTURE(from_zone, macros_mx_and_explanation, "macro.test");
BENCHMARK_CAPTURE(from_cache, one_network, "plain.test");
BENCHMARK_CAPTURE(from_cache, two_includes, "large.test");
BENCHMARK_CAPTURE(from_cache, macros_mx_and_explanation, "macro.test");

}  // namespace

BENCHMARK_MAIN();
