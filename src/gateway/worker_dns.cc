#include "gateway/worker_dns.h"

#include <chrono>
#include <utility>

namespace backstop::gateway {

namespace {

net::Task<net::DnsAnswer> ask_within_share(auth::Ask ask, next_hop::ClientCount count,
                                           net::Question question) {
  const auto use = next_hop::ClientUse::take(count, WorkerDns::kMostOfClient);
  if (!use) co_return net::DnsAnswer{.why = "too many questions about one client's mail are open"};
  co_return co_await ask(std::move(question));
}

}  // namespace

WorkerDns::WorkerDns(net::asio::io_context& loop, intake::KeyMemory& keys, auth::AnswerCache& answers)
    : loop_(loop),
      key_look_ups_(keys,
                    [this](std::string name) { return ask_server({net::RecordType::Txt, std::move(name)}); }),
      ask_(auth::cached_ask(
          answers, [this](net::Question question) { return ask_server(std::move(question)); },
          &std::chrono::steady_clock::now)) {}

void WorkerDns::use(const Settings& settings) {
  if (resolvers_ == settings.resolvers) return;
  resolvers_ = settings.resolvers;
  silence_ = {};
  dns_.reset();
}

intake::KeyLookUps* WorkerDns::key_look_ups(const Settings& settings) {
  return settings.dkim_lookup ? &key_look_ups_ : nullptr;
}

auth::Ask WorkerDns::ask_for(next_hop::ClientCount count) const {
  return [ask = ask_, count = std::move(count)](net::Question question) {
    return ask_within_share(ask, count, std::move(question));
  };
}

void WorkerDns::stop() {
  is_stopped_ = true;
  if (dns_) dns_->stop();
}

net::Task<net::DnsAnswer> WorkerDns::ask_server(net::Question question) {
  if (is_stopped_) co_return net::DnsAnswer{.why = "the look-ups were stopped"};
  if (!dns_) {
    auto opened = net::Dns::open(loop_, {.servers = resolvers_, .most = kMost});
    if (!opened) co_return net::DnsAnswer{.why = opened.error().message};
    dns_ = std::make_shared<net::Dns>(std::move(*opened));
  }
  const auto dns = dns_;
  const auto begun = intake::DnsSilence::Clock::now();
  auto answer = co_await dns->ask(std::move(question));
  const auto now = intake::DnsSilence::Clock::now();
  silence_.note(answer.kind != net::DnsAnswer::Kind::Failed, now - begun, now);
  co_return answer;
}

}  // namespace backstop::gateway
