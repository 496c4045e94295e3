// Where a running server is asked by `backstop status`.
#pragma once

#include <string>

#include "config/config.h"

namespace backstop::config {

/// Returns the path of the socket: the configured one, else PATH.sock beside the file of the history, or of
/// the first store that there is. Empty if there is no store, so that there is no folder for it.
std::string status_socket_of(const Config& config);

}  // namespace backstop::config
