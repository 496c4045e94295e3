// The configuration file with the files that it names: keys, certificates, the log's folder; and the user.
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
    Unreadable,  ///< the file can't be read; there is one line
    Mistaken,    ///< the lines are its mistakes and warnings
  };

  Kind kind = Kind::Mistaken;
  std::vector<std::string> lines;  ///< for people
};

/// Reads the file alone, and makes its paths absolute. Opens none of the files that it names, so that a user
/// who may not read the keys can ask where the history is.
std::expected<Config, LoadFailure> read_config_file(const std::string& path);

struct LoadedConfig {
  Config config;
  std::vector<std::string> warnings;  ///< as lines
};

/// Reads the file, its keys and its certificates: all that a start or a reload needs. Changes nothing.
std::expected<LoadedConfig, LoadFailure> load_config(const std::string& path);

}  // namespace backstop::config
