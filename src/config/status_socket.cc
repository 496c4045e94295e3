#include "config/status_socket.h"

#include "store/url.h"

namespace backstop::config {

std::string status_socket_of(const Config& config) {
  if (!config.server.status_socket.empty()) return config.server.status_socket;
  const std::string history = config.history_enabled ? config.history.url : "";
  for (const auto* const url : {&history, &config.ledger.url, &config.quarantine.url, &config.held.url}) {
    if (!url->empty()) return std::string(store::path_of(*url)) + ".sock";
  }
  return {};
}

}  // namespace backstop::config
