// The demo from its start to its end: a gateway, Ann's mail, the flood, the table, and the time to look
// around.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

namespace backstop::demo {

enum class DemoEnding : std::uint8_t {
  ByTerminal,  ///< stays if standard output is a terminal
  Once,        ///< after the table
  Stay,        ///< when a signal comes
};

struct DemoSettings {
  std::string folder;  ///< empty: a new one
  DemoEnding ending = DemoEnding::ByTerminal;
  bool is_fast = false;
  std::string program = "backstop";  ///< how it was called, for the commands that the pages suggest
};

struct DemoStreams {
  std::ostream& out;
  std::ostream& err;
};

/// How the demo ended; if several apply, the last of them is returned.
enum class DemoOutcome : std::uint8_t {
  Agreed,      ///< what was counted agrees
  Partly,      ///< it does not agree, or the demo was interrupted
  BadInput,    ///< a sample or the configuration is broken
  NoInput,     ///< a sample or the configuration is missing
  NotStarted,  ///< the gateway can't start
  NoFolder,    ///< the folder can't be made
  NotRead,     ///< the history can't be read
};

/// Runs the demo. Errors are written to `err`: "backstop: MESSAGE".
DemoOutcome show_demo(const DemoSettings& settings, DemoStreams streams);

}  // namespace backstop::demo
