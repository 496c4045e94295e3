// Who asks, as far as a request and its connection tell it, before anybody has logged in. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "net/endpoint.h"

namespace backstop::http {

/// The other end of a connection.
struct Peer {
  net::Endpoint endpoint = {};  ///< unspecified at a socket of the file system
  bool is_local_socket = false;
  bool is_tls = false;
  bool is_public = false;  ///< it has come in where the world may
};

struct Asker {
  net::asio::ip::address address;  ///< of the client, also behind a proxy; unspecified: a local socket
  /// Sums are shown without a login: somebody on this machine asks, and no proxy and no other host's name is
  /// between. A page of another site that a browser on this machine shows can't pass for that, since it
  /// comes with the name of its own host.
  bool sees_sums = false;
  bool is_secure = false;         ///< by TLS, or by a proxy that is named: a cookie for https alone
  std::string_view why_not = {};  ///< not empty: nothing is answered, and why
};

/// `proxies` are the hosts whose X-Forwarded-For is believed.
Asker asker_of(const Request& request, const Peer& peer, const std::vector<net::Network>& proxies);

/// True for "localhost", "127.0.0.1" and "[::1]", with a port or without.
bool is_loopback_host(std::string_view host);
/// True if a browser sent the request from a page of this server, or if it says nothing of where it is from.
bool is_same_origin(const Request& request);
/// Returns the value of a cookie, or an empty view.
std::string_view cookie_of(std::string_view field, std::string_view name);
/// Compares without telling by its time how much was right.
bool is_equal_secret(std::string_view a, std::string_view b);

}  // namespace backstop::http
