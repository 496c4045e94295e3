// The configuration file of `backstop serve`: one TOML file, checked whole. docs/configuration.md has every
// setting; it is written from the same table as what is read here (config_settings.h).
//
// read_config() is pure: text in, settings and findings out. load_config() adds the files that it names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "config/toml_tree.h"
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

/// A mistake, with which the configuration can't be used, or a warning, with which it can.
struct ConfigFinding {
  enum class Kind : std::uint8_t { Mistake, Warning };

  Kind kind = Kind::Mistake;
  Place place;
  std::string what;  ///< one clause: what was found and what would be right

  bool operator==(const ConfigFinding&) const = default;
};

struct ConfigReading {
  std::string file;                     ///< as it was given
  Config config;                        ///< as far as it could be read; to be used only without mistakes
  std::vector<ConfigFinding> findings;  ///< in the order of the file

  bool has_mistakes() const;
};

/// "FILE:LINE:COLUMN: what", with "warning: " in front of a warning's.
std::string finding_line(std::string_view file, const ConfigFinding& finding);

/// Reads and checks all that can be told from the text. `file` is the path: paths in the text are relative to
/// its folder.
ConfigReading read_config(std::string_view text, const std::string& file);

/// Why there is no configuration.
struct ConfigFailure {
  enum class Kind : std::uint8_t {
    Unreadable,  ///< the file can't be read; there is one line
    Mistaken,    ///< the lines are its mistakes and warnings
  };

  Kind kind = Kind::Mistaken;
  std::vector<std::string> lines;  ///< for people
};

/// The file alone, with its paths made absolute; none of the files that it names is opened, so that whoever
/// may not read the keys can ask where the history is.
std::expected<Config, ConfigFailure> read_config_file(const std::string& path);

struct LoadedConfig {
  Config config;
  std::vector<std::string> warnings;  ///< as lines
};

/// The file, its keys and its certificates: all that a start or a reload needs. Changes nothing.
std::expected<LoadedConfig, ConfigFailure> load_config(const std::string& path);

}  // namespace backstop::config
