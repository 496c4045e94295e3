// The settings of `backstop serve` as values. reader.h makes them from the text of the configuration file,
// load.h from the file itself. docs/configuration.md has every setting.
#pragma once

#include <cstddef>
#include <string>

#include "filter/settings.h"
#include "gateway/settings.h"
#include "http/settings.h"
#include "os/log.h"
#include "store/history.h"
#include "store/ledger.h"
#include "store/quarantine.h"

namespace backstop::config {

struct ServerSettings {
  std::size_t workers = 0;         ///< threads; 0: one for each core
  std::string user;                ///< the user to become after the sockets are bound; empty: no change
  std::string status_socket = {};  ///< as the file has it; status_socket_of() returns the one that is used
};

struct HttpFiles {
  bool has_tls = false;
};

struct TlsFiles {
  std::string certificate;  ///< empty: no TLS on the server's side
  std::string key;
};

/// Relative paths of the file are relative to its folder; load_config() makes them absolute.
struct Config {
  std::string file;               ///< that it was read from, by load_config(); empty: from none
  gateway::Settings gateway;      ///< only load_config() fills in its keys and TLS contexts
  filter::MilterSettings milter;  ///< not used without a place to listen at
  net::DoorSettings socketmap;    ///< the same
  http::Settings http;            ///< the same
  HttpFiles http_files;           ///< load_config() makes the rest of `http` of it
  ServerSettings server;
  std::string key_file;  ///< empty: no keys
  /// As the file has it. load_config() makes gateway.has_watermark of it and of the keys.
  bool watermark = true;
  std::string dkim_folder;  ///< empty: none
  TlsFiles tls;
  bool history_enabled = true;
  bool history_ordinary = false;  ///< keep delivered mail that is no response, too
  store::HistorySettings history;
  store::LedgerSettings ledger = {.url = {}};               ///< an empty url: there is none
  store::QuarantineSettings quarantine;                     ///< none without a url
  store::QuarantineSettings held = store::held_settings();  ///< [way_out]; none without a url
  os::LogSettings log;
};

}  // namespace backstop::config
