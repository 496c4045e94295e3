// Reads the configuration file and the files that it names: keys, certificates, aliases and recipients.
// Checks that the user and the log's folder exist, and whether that user can read these files and write the
// history.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "config/config.h"

namespace backstop::config {

/// Why there is no configuration.
struct LoadFailure {
  enum class Kind : std::uint8_t {
    Unreadable,  ///< the configuration file can't be read; one line says why
    Mistaken,    ///< it has mistakes; each line is a mistake or a warning
  };

  Kind kind = Kind::Mistaken;
  std::vector<std::string> lines;  ///< for people, printable
};

/// Reads the configuration file only, and makes its paths absolute. Opens none of the files that it names, so
/// that a user who may not read the keys can find the history. Warnings are dropped.
std::expected<Config, LoadFailure> read_config_file(const std::string& path);

/// Returns the socket of the server that runs with this file (status_socket_of()), or an empty path if there
/// is none. A mistake elsewhere in the file doesn't matter: the server goes on with what it has read before,
/// and can be asked. It is a failure if the file can't be read, is no TOML, or has no [server].
std::expected<std::string, LoadFailure> read_status_socket(const std::string& path);

struct LoadedConfig {
  Config config;
  std::vector<std::string> warnings;  ///< one line each, for people
};

/// Reads the configuration file, and the files that it names: all that a start or a reload
/// needs. Changes nothing on the system.
std::expected<LoadedConfig, LoadFailure> load_config(const std::string& path);

/// Reads the configuration file only, and returns what it changes as the text of a file: each setting that
/// is needed or that has another value than by default, with paths made absolute. Opens none of the files
/// that it names.
std::expected<std::string, LoadFailure> effective_config(const std::string& path);

}  // namespace backstop::config
