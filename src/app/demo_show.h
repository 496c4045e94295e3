// The demo from its start to its end: a gateway, Ann's mail, the flood, the table, and the time to look
// around.
#pragma once

#include <cstdint>
#include <string>

#include "app/command.h"

namespace backstop::app {

enum class DemoEnding : std::uint8_t {
  ByTerminal,  ///< stays where standard output is a terminal
  Once,        ///< after the table
  Stay,        ///< when a signal comes
};

struct DemoSettings {
  std::string folder;  ///< empty: a new one
  DemoEnding ending = DemoEnding::ByTerminal;
  bool is_fast = false;
};

void show_demo(const DemoSettings& settings, CommandContext& context);

}  // namespace backstop::app
