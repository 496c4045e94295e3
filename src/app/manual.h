// Manual pages (roff, man macros): those of the program and its commands from the tree of commands, with the
// same words as --help, and that of the configuration file from the table of settings.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::app {

struct ManualPage {
  std::string name;     ///< "backstop-scan"
  std::string section;  ///< "1"
  std::string text;     ///< roff

  /// Returns "man1/backstop-scan.1".
  std::string file() const { return "man" + section + '/' + name + '.' + section; }
};

/// Returns backstop(1), backstop-NAME(1) for each command, and backstop.toml(5).
std::vector<ManualPage> manual_pages(const CLI::App& root);

/// Returns the page that is meant by a name: nothing, or "backstop", is the program, "scan" and
/// "backstop-scan" a command, "backstop.toml" the configuration file. Null if there is none.
const ManualPage* find_page(const std::vector<ManualPage>& pages, std::string_view name);

}  // namespace backstop::app
