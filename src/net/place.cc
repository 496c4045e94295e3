#include "net/place.h"

namespace backstop::net {

std::string Place::text() const {
  if (is_local()) return "unix:" + path;
  return (endpoint.address.is_v6() ? "inet6:" : "inet:") + endpoint.text();
}

}  // namespace backstop::net
