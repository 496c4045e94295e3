// The ways by which the mails of `backstop test` go: where the installation takes what comes in and what
// leaves. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/config.h"
#include "net/endpoint.h"
#include "next_hop/next_hop.h"

namespace backstop::service {

/// Where a gateway listens, as the running server says: its port may have been chosen by the system.
struct ListeningGateway {
  std::string name;
  std::vector<net::Endpoint> addresses;
};

struct TrialPlaces {
  std::string server = {};      ///< HOST:PORT as it was asked for, or empty
  std::string submission = {};  ///< the same for what leaves
  std::vector<ListeningGateway> listening = {};
  std::vector<net::asio::ip::address> own_addresses = {};  ///< of this host, without those of loopback
};

struct TrialWay {
  std::optional<next_hop::NextHop> hop = {};
  bool is_sendmail = false;  ///< sendmail(1), and no hop
  std::string words = {};    ///< "the gateway \"in\" at 127.0.0.1:25"
  std::string why_not = {};  ///< a sentence; empty if there is a way
  bool is_left_out = false;  ///< there is none in this installation

  bool is_there() const { return why_not.empty(); }
};

/// Returns the server that `text` names: "127.0.0.1:25", "[::1]:25", "mx.example.org", or a URL of SMTP.
base::Result<next_hop::NextHop> trial_server(const std::string& text);

/// The way by which strangers bring mail.
base::Result<TrialWay> way_in(const config::Config& config, const TrialPlaces& places);
/// The way by which our users send mail.
base::Result<TrialWay> way_out(const config::Config& config, const TrialPlaces& places);

}  // namespace backstop::service
