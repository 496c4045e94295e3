// What the configuration file of `backstop serve` comes to. reader.h makes it of the text, load.h of the
// file; docs/configuration.md has every setting.
#pragma once

#include <cstddef>
#include <string>

#include "gateway/settings.h"
#include "os/log.h"
#include "store/history.h"

namespace backstop::config {

struct ServerSettings {
  std::size_t workers = 0;  ///< threads; 0: one a core
  std::string user;         ///< to become after the sockets are bound; empty: stay who we are
};

struct TlsFiles {
  std::string certificate;  ///< empty: no TLS on the server's side
  std::string key;
};

/// Paths are resolved by the folder of the file; load_config() makes them absolute.
struct Config {
  gateway::Settings gateway;  ///< keys and TLS contexts are filled by load_config() alone
  ServerSettings server;
  std::string key_file;  ///< empty: no keys
  TlsFiles tls;
  bool history_enabled = true;
  bool history_ordinary = false;  ///< keep delivered mail that is no response, too
  store::HistorySettings history;
  os::LogSettings log;
};

}  // namespace backstop::config
