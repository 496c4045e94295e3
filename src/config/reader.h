// From the text of a configuration file, which is TOML, to the configuration. Pure: it opens no file. Each
// mistake is found, not only the first.
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
  Config config;                  ///< as far as it could be read; to be used only without mistakes
  std::vector<Finding> findings;  ///< in the order of the file

  bool has_mistakes() const { return config::has_mistakes(findings); }
};

/// Reads and checks all that can be told from the text. `file` is its path: paths in the text are relative to
/// its folder.
Reading read_config(std::string_view text, const std::string& file);

/// The same for callers that have more to check. The config of the draft is whole.
Draft read_draft(std::string_view text, const std::string& file);

/// Returns the configuration of the draft with the findings in the order of the file.
Reading reading_of(Draft draft, const std::string& file);

}  // namespace backstop::config
