// The settings of the milter and of the socketmap: plain values, checked by the room that makes them (config
// reads a TOML file). They are const while they are used, so any thread may read them.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "auth/authres.h"
#include "intake/message_limits.h"
#include "intake/site.h"
#include "net/endpoint.h"
#include "net/place.h"

namespace backstop::filter {

/// `listen` is for mail that comes by SMTP.
struct MilterSettings : net::DoorSettings {
  std::vector<net::Place> internal;  ///< for mail of the server's own; it may all leave
  std::vector<net::Network>
      trusted;  ///< clients of the mail server whose mail leaves, as if they had logged in
  std::vector<net::Network> relays;  ///< hosts of ours that bring mail of strangers
  /// Mail that comes to a daemon of the mail server with one of these names leaves: the macro {daemon_name}.
  std::vector<std::string> outbound_daemons = {"ORIGINATING"};
  /// What a milter before us writes into Authentication-Results is believed, under these ids.
  std::vector<std::string> trusted_authserv;
  auth::AuthresPlace authserv_place = auth::AuthresPlace::Above;  ///< where a relay has them
  std::vector<std::string> untagged;                              ///< see GatewaySettings::untagged

  bool is_used() const { return !listen.empty() || !internal.empty(); }
};

/// How long a mail server may be silent. No part of the configuration: they are those of libmilter and
/// Postfix.
struct MilterTimes {
  std::chrono::seconds idle{7210};  ///< between messages; libmilter gives a server as long
  /// From the envelope to the header: Postfix and Sendmail take all of the text from their client meanwhile,
  /// as slowly as it sends, and a client that sends slowly on purpose must not get by.
  std::chrono::seconds text{24 * 3600};
  std::chrono::seconds packet{600};    ///< from then on, between two packets
  std::chrono::seconds message{3600};  ///< for all that comes from then on
};

/// One consistent state of the configuration. A reload makes another; a message takes the newest.
struct Settings {
  std::shared_ptr<const intake::Site> site;
  MilterSettings milter;
  MilterTimes times;
  net::DoorSettings socketmap;
  intake::MessageLimits limits;
  std::size_t bad_tags = 5;       ///< see intake/bad_tags.h
  std::size_t recipients = 1000;  ///< of one message; those past it are not judged
  std::string help_url = {};      ///< in refusals; may be empty
};

}  // namespace backstop::filter
