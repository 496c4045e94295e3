// The configuration file that setup writes, as text. Pure.
#pragma once

#include <string>
#include <vector>

namespace backstop::setup {

struct ConfigFacts {
  std::string hostname;
  std::string user;
  std::string key_file;
  std::string data_folder;  ///< for the history and the ledger
  std::string dkim_folder;  ///< empty: no keys were found
  std::string milter_socket;
  std::string internal_socket;
  std::string mail_group;
  std::string aliases;               ///< empty: none
  std::string delimiter;             ///< empty: as by default
  std::vector<std::string> trusted;  ///< networks whose mail leaves
  std::vector<std::string> daemons;  ///< names of daemons whose mail leaves, if they aren't the default
  std::vector<std::string> domains;
};

/// Returns the [milter] table alone.
std::string milter_table(const ConfigFacts& facts);

/// Returns the whole file: all domains at the stage observe, no tags.
std::string config_text(const ConfigFacts& facts);

}  // namespace backstop::setup
