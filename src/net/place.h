// Where a mail server reaches us, and who may connect there.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "net/endpoint.h"

namespace backstop::net {

/// A socket of the file system, or an address.
struct Place {
  std::string path = {};  ///< absolute; empty: `endpoint` counts
  Endpoint endpoint = {};

  bool is_local() const { return !path.empty(); }
  /// "unix:/var/spool/postfix/backstop/milter.sock", "inet:127.0.0.1:8891", "inet6:[::1]:8891".
  std::string text() const;
  bool operator==(const Place&) const = default;
};

/// What is set for all places of one server.
struct DoorSettings {
  std::vector<Place> listen;
  mode_t mode = 0660;              ///< of the sockets' files
  std::string group = {};          ///< of the sockets' files; empty: the process's own
  std::vector<Network> peers;      ///< hosts that may connect to an address
  std::size_t connections = 5000;  ///< of mail servers, at one time
};

}  // namespace backstop::net
