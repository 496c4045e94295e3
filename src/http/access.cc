#include "http/access.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "base/text.h"

namespace backstop::http {
namespace {

/// Returns the host without its port.
std::string_view name_of_host(std::string_view host) {
  const auto bracket = host.find(']');
  const auto colon = host.find(':', host.starts_with('[') && bracket != std::string_view::npos ? bracket : 0);
  return host.substr(0, colon);
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  const auto name = name_of_host(host);
  if (base::iequals(name, "localhost") || name == "[::1]") return true;
  boost::system::error_code error;
  const auto address = net::asio::ip::make_address_v4(std::string(name), error);
  return !error && address.is_loopback();
}

bool is_same_origin(const Request& request) {
  if (request.origin.empty()) return true;
  const auto host = std::string_view(request.origin);
  const auto begin = host.find("://");
  return begin != std::string_view::npos && base::iequals(host.substr(begin + 3), request.host);
}

std::string_view cookie_of(std::string_view field, std::string_view name) {
  while (!field.empty()) {
    const auto end = std::min(field.find(';'), field.size());
    const auto one = base::trim(field.substr(0, end));
    field.remove_prefix(std::min(end + 1, field.size()));
    const auto equals = one.find('=');
    if (equals != std::string_view::npos && one.substr(0, equals) == name) return one.substr(equals + 1);
  }
  return {};
}

bool is_equal_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Asker asker_of(const Request& request, const Peer& peer, const std::vector<net::Network>& proxies) {
  Asker asker{.address = peer.endpoint.address};
  const bool is_proxy = !peer.is_local_socket && net::contains(proxies, peer.endpoint.address);
  if (is_proxy) {
    boost::system::error_code error;
    const auto address = net::asio::ip::make_address(request.forwarded_for, error);
    if (!error) asker.address = address;
    asker.is_secure = true;
    return asker;
  }
  if (request.is_forwarded) {
    asker.why_not = "the request came through a proxy that is not in \"proxy\" of [http]";
    return asker;
  }
  asker.is_secure = peer.is_tls;
  const bool is_here = peer.is_local_socket || peer.endpoint.address.is_loopback();
  asker.sees_sums = is_here && is_loopback_host(request.host);
  return asker;
}

}  // namespace backstop::http
