// The settings of the milter: plain values, checked by the room that makes them (config reads a TOML file).
// They are const while they are used, so any thread may read them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "auth/authres.h"
#include "intake/message_limits.h"
#include "intake/site.h"
#include "net/endpoint.h"

namespace backstop::filter {

/// Where a mail server reaches us: a socket of the file system, or an address.
struct Place {
  std::string path = {};  ///< absolute; empty: `endpoint` counts
  net::Endpoint endpoint = {};

  bool is_local() const { return !path.empty(); }
  /// "unix:/var/spool/postfix/backstop/milter.sock", "inet:127.0.0.1:8891", "inet6:[::1]:8891".
  std::string text() const;
  bool operator==(const Place&) const = default;
};

struct MilterSettings {
  std::vector<Place> listen;        ///< for mail that comes by SMTP
  std::vector<Place> internal;      ///< for mail of the server's own; it may all leave
  mode_t mode = 0660;               ///< of the sockets' files
  std::string group = {};           ///< of the sockets' files; empty: the process's own
  std::vector<net::Network> peers;  ///< hosts that may connect to an address
  std::vector<net::Network>
      trusted;  ///< clients of the mail server whose mail leaves, as if they had logged in
  std::vector<net::Network> relays;  ///< hosts of ours that bring mail of strangers
  /// Mail that comes to a daemon of the mail server with one of these names leaves: the macro {daemon_name}.
  std::vector<std::string> outbound_daemons = {"ORIGINATING"};
  /// What a milter before us writes into Authentication-Results is believed, under these ids.
  std::vector<std::string> trusted_authserv;
  auth::AuthresPlace authserv_place = auth::AuthresPlace::Above;  ///< where a relay has them
  std::vector<std::string> untagged;                              ///< see GatewaySettings::untagged
  std::size_t connections = 5000;                                 ///< of mail servers, at one time

  bool is_used() const { return !listen.empty() || !internal.empty(); }
};

/// One consistent state of the configuration. A reload makes another; a message takes the newest.
struct Settings {
  std::shared_ptr<const intake::Site> site;
  MilterSettings milter;
  intake::MessageLimits limits;
  std::size_t bad_tags = 5;       ///< see intake/bad_tags.h
  std::size_t recipients = 1000;  ///< of one message; those past it are not judged
  std::string help_url = {};      ///< in refusals; may be empty
};

}  // namespace backstop::filter
