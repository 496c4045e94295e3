// What the checks of a mail that arrives cost: hashing its body, a DKIM signature and DMARC with the answers
// of DNS at hand, and reading and writing Authentication-Results.
#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <string>

#include "auth/authres.h"
#include "auth/authres_field.h"
#include "auth/dkim_check.h"
#include "auth/dmarc.h"
#include "auth/zone_fixture.h"
#include "dkim/body_hash.h"
#include "dkim/mail_fixture.h"

namespace backstop::bench {
namespace {

using namespace auth;

/// Lines of words, as mails have.
std::string text_of(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) {
    text += "These are the words of line " + std::to_string(i) +
            ", which is  as long as most lines of a mail.\r\n";
  }
  text.resize(size);
  return text;
}

void body_hash(benchmark::State& state, dkim::Canonical form) {
  const std::string body = text_of(1 << 20);
  const auto piece = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    dkim::BodyHash hash(form);
    for (std::size_t at = 0; at < body.size(); at += piece)
      hash.take(std::string_view(body).substr(at, piece));
    hash.end();
    benchmark::DoNotOptimize(hash.hash());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}
BENCHMARK_CAPTURE(body_hash, simple, dkim::Canonical::Simple)->Arg(16 << 10)->Arg(100);
BENCHMARK_CAPTURE(body_hash, relaxed, dkim::Canonical::Relaxed)->Arg(16 << 10)->Arg(100);

/// SHA-256 alone, to compare.
void sha256_alone(benchmark::State& state) {
  const std::string body = text_of(1 << 20);
  for (auto _ : state) benchmark::DoNotOptimize(dkim::sha256(body));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}
BENCHMARK(sha256_alone);

/// A mail of about 3 KB of header, its key read anew each time.
void dkim_check(benchmark::State& state, const char* name) {
  const std::string mail = dkim::fixture(name);
  const auto end = mail.find("\r\n\r\n") + 4;
  const std::string header = mail.substr(0, end);
  const auto file = dkim::fixture(std::string(name).contains("rsa") ? "rsa._domainkey.example.org"
                                                                    : "ed._domainkey.example.org");
  const net::DnsAnswer answer{.kind = net::DnsAnswer::Kind::Found,
                              .texts = {dkim::parse_key_file(file).value().record}};
  for (auto _ : state) {
    DkimCheck check(header, std::chrono::sys_days(std::chrono::year(2026) / 12 / 1));
    check.take_key(0, answer);
    check.take_body(std::string_view(mail).substr(end));
    check.end_body();
    if (check.results().front().result != MethodResult::Pass) return state.SkipWithError("no pass");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK_CAPTURE(dkim_check, rsa_2048, "dkimpy-rsa-relaxed.eml");
BENCHMARK_CAPTURE(dkim_check, ed25519, "dkimpy-ed25519-relaxed.eml");

net::Task<void> repeat_dmarc(benchmark::State& state, DmarcInput input, Ask ask) {
  for (auto _ : state) benchmark::DoNotOptimize(co_await check_dmarc(input, ask));
}

void dmarc(benchmark::State& state, const char* author, const char* signer) {
  Zone zone({{"_dmarc.example.org", "TXT", "v=DMARC1; p=reject; rua=mailto:dmarc@example.org"}});
  const Ask ask = [&](net::Question question) -> net::Task<net::DnsAnswer> {
    struct Reply {
      static net::Task<net::DnsAnswer> with(net::DnsAnswer answer) { co_return answer; }
    };
    return Reply::with(zone.answer(question));
  };
  const DmarcInput input{.author = {.domain = author},
                         .spf = {MethodResult::Pass, "bounce.example.net"},
                         .dkim = {{MethodResult::Pass, signer}}};
  net::asio::io_context loop;
  net::asio::co_spawn(loop.get_executor(), repeat_dmarc(state, input, ask), net::asio::detached);
  loop.run();
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK_CAPTURE(dmarc, same_domain, "example.org", "example.org");
BENCHMARK_CAPTURE(dmarc, two_walks, "news.mail.example.org", "send.example.org");

constexpr std::string_view kField =
    "mx.example.net;\r\n\tspf=pass smtp.mailfrom=example.org;\r\n\tdkim=pass header.d=example.org "
    "header.i=@example.org header.s=s\r\n\theader.a=rsa-sha256 header.b=\"ab/d+f==\";\r\n"
    "\tdmarc=pass header.from=example.org policy.dmarc=reject\r\n";

void authres_read(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(parse_authres(kField));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(authres_read);

void authres_written(benchmark::State& state) {
  const auto read = parse_authres(kField).value();
  const auto found = authentication_of({&read, 1});
  for (auto _ : state) benchmark::DoNotOptimize(authres_field("mx.example.net", found));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(authres_written);

}  // namespace
}  // namespace backstop::bench

BENCHMARK_MAIN();
