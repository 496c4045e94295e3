#include "auth/sender_domain.h"

#include <algorithm>
#include <utility>

#include "base/domain_key.h"

namespace backstop::auth {

namespace {

using Kind = net::DnsAnswer::Kind;

/// The null MX has the root as its host. A record beside it makes it void (RFC 7505 3).
bool is_null_mx(const net::DnsAnswer& answer) {
  return !answer.hosts.empty() &&
         std::ranges::all_of(answer.hosts, [](const auto& host) { return host.name.empty(); });
}

}  // namespace

net::Task<DomainState> sender_domain_state(std::string domain, Ask ask) {
  if (domain.starts_with('[')) co_return DomainState::Fine;
  const std::string name = base::domain_key(domain);
  for (const auto type : {net::RecordType::Mx, net::RecordType::A, net::RecordType::Aaaa}) {
    const auto answer = co_await ask({type, name});
    if (answer.kind == Kind::Failed) co_return DomainState::Unknown;
    if (is_null_mx(answer)) co_return DomainState::NullMx;
    if (answer.kind != Kind::NoName) co_return DomainState::Fine;
  }
  co_return DomainState::NoName;
}

}  // namespace backstop::auth
