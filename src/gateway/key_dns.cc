#include "gateway/key_dns.h"

#include <utility>

namespace backstop::gateway {

KeyDns::KeyDns(net::asio::io_context& loop, intake::KeyMemory& memory)
    : loop_(loop), look_ups_(memory, [this](std::string name) { return ask(std::move(name)); }) {}

intake::KeyLookUps* KeyDns::look_ups(const Settings& settings) {
  if (!settings.dkim_lookup) return nullptr;
  if (resolvers_ != settings.resolvers) {
    resolvers_ = settings.resolvers;
    dns_.reset();
  }
  return &look_ups_;
}

void KeyDns::stop() {
  is_stopped_ = true;
  if (dns_) dns_->stop();
}

net::Task<net::DnsAnswer> KeyDns::ask(std::string name) {
  if (is_stopped_) co_return net::DnsAnswer{.why = "the look-ups were stopped"};
  if (!dns_) {
    auto opened = net::Dns::open(loop_, {.servers = resolvers_});
    if (!opened) co_return net::DnsAnswer{.why = opened.error().message};
    dns_ = std::make_shared<net::Dns>(std::move(*opened));
  }
  const auto dns = dns_;
  co_return co_await dns->ask({net::RecordType::Txt, std::move(name)});
}

}  // namespace backstop::gateway
