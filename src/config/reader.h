// Makes the configuration from the text of its file, which is TOML. Pure: it opens no file. It finds every
// mistake, not only the first, unless the text is no TOML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/draft.h"
#include "config/finding.h"

namespace backstop::config {

struct Reading {
  std::string file;               ///< as it was given
  Config config;                  ///< as far as it could be read; use it only if has_mistakes() is false
  std::vector<Finding> findings;  ///< in the order of the file

  bool has_mistakes() const { return config::has_mistakes(findings); }
};

/// Reads the text, and checks what can be checked without opening other files. `file` is the path of the
/// text: paths in the text are relative to its folder.
Reading read_config(std::string_view text, const std::string& file);

/// Reads and checks the same, and leaves each value where the table of settings put it: for callers that show
/// the settings again. Only finish() makes the configuration whole.
Draft read_settings(std::string_view text, const std::string& file);

/// Does the same for callers that have more to check: the draft takes their findings. Its `config` already
/// has the gateways and the domains.
Draft read_draft(std::string_view text, const std::string& file);

/// Returns the configuration of the draft with the findings in the order of the file.
Reading reading_of(Draft draft, const std::string& file);

}  // namespace backstop::config
