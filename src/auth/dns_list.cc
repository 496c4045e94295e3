#include "auth/dns_list.h"

#include <algorithm>
#include <utility>

#include "auth/reverse_name.h"
#include "base/domain_key.h"
#include "net/endpoint.h"

namespace backstop::auth {

namespace {

using boost::asio::ip::address;
using AnswerKind = net::DnsAnswer::Kind;

bool is_listing(const address& code) {
  if (!code.is_v4()) return false;
  const auto bytes = code.to_v4().to_bytes();
  const bool is_refusal = bytes[1] == 255 && bytes[2] == 255;
  return bytes[0] == 127 && !is_refusal && code != boost::asio::ip::address_v4::loopback();
}

}  // namespace

std::string dns_list_name(const address& client, std::string_view list) {
  return reversed_labels(net::unmapped(client)) + "." + std::string(list);
}

std::optional<std::string> dns_list_name(std::string_view domain, std::string_view list) {
  constexpr std::size_t kMostName = 253;
  std::string name = base::domain_key(domain);
  if (name.ends_with('.')) name.pop_back();
  if (!name.contains('.') || name.starts_with('[')) return std::nullopt;
  name += "." + std::string(list);
  if (name.size() > kMostName) return std::nullopt;
  return name;
}

net::Task<Listed> ask_dns_list(std::string name, Ask ask) {
  auto answer = co_await ask({net::RecordType::A, std::move(name)});
  if (answer.kind == AnswerKind::Failed) co_return Listed{.why = std::move(answer.why)};
  if (answer.kind != AnswerKind::Found) co_return Listed{.kind = Listed::Kind::No};
  const auto odd = std::ranges::find_if_not(answer.addresses, is_listing);
  if (odd != answer.addresses.end()) co_return Listed{.why = "the list answers " + odd->to_string()};
  co_return Listed{.kind = Listed::Kind::Yes, .codes = std::move(answer.addresses)};
}

}  // namespace backstop::auth
