// Shows events of the history as they are recorded.
#pragma once

#include <functional>

#include "app/command.h"
#include "store/history.h"

namespace backstop::app {

/// Shows the newest `filter.most` events that match, the oldest of them first, and then each one that is
/// recorded later. It looks once a second, and for at most a thousand records at a time. It ends only if
/// nobody reads standard output any more, or if a signal ends the program. A history that can't be read
/// for a while is told once and tried again.
void follow_history(store::HistoryReader& history, store::HistoryFilter filter, CommandContext& context,
                    const std::function<void(const store::Event&)>& show);

}  // namespace backstop::app
