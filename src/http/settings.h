// The settings of the HTTP side: plain values, checked by the room that makes them (config reads a TOML
// file). They are const while they are used, so any thread may read them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/place.h"
#include "net/tls.h"

namespace backstop::http {

struct Settings : net::DoorSettings {
  Settings() { connections = 500; }

  std::vector<net::Place> public_listen = {};  ///< answers `/why` and nothing else
  std::string public_url = {};                 ///< how the world reaches that, without a "/" at its end
  std::vector<net::Network> proxies = {};      ///< hosts whose X-Forwarded-For is believed
  std::string users = {};                      ///< the file of who may log in; empty: nobody may
  bool is_changing_stages = false;             ///< admins may change the stage of a domain
  net::TlsContext tls = {};                    ///< of addresses; null: they speak no TLS

  bool is_used() const { return !listen.empty() || !public_listen.empty(); }
};

}  // namespace backstop::http
