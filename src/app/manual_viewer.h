// Shows a manual page on a terminal.
#pragma once

#include <string>

namespace backstop::app {

/// Shows a page with man(1), or else writes it to standard output as mandoc or groff format it, whichever is
/// found in PATH first. Returns false if none of them is there or works; then nothing was written.
bool show_page(const std::string& roff);

}  // namespace backstop::app
