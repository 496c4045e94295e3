// The clients of the demo: which of them brings which mail, and how they deliver it to a gateway, several at
// a time, over real connections.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "demo/mails.h"
#include "net/endpoint.h"
#include "next_hop/session.h"

namespace backstop::demo {

struct CrowdSettings {
  net::Endpoint gateway;
  std::size_t connections = 1;         ///< at the same time
  std::chrono::milliseconds pause{0};  ///< after each mail of a connection
};

class CrowdWatcher {
 public:
  virtual ~CrowdWatcher() = default;
  /// Is told the reply that decided about a mail, or why there was none.
  virtual void answered(const DemoMail& mail, const next_hop::Result<smtp::Reply>& answer) = 0;
  /// Is asked ten times a second; false ends all connections.
  virtual bool goes_on() = 0;
};

/// Delivers all mails of all senders, in their order as far as the connections allow. Returns true if all are
/// answered, false if the watcher ended it. Runs a loop on the calling thread.
bool deliver(std::vector<DemoSender> senders, const CrowdSettings& settings, CrowdWatcher& watcher);

/// Returns Ann's own program, which sends these mails.
DemoSender desk_of_ann(std::vector<DemoMail> mails);

/// Returns the server that brings what comes from elsewhere.
DemoSender server_elsewhere(std::vector<DemoMail> mails);

/// Returns the servers of the world. Each sends a few of the forged mails, or one of the others, which are
/// spread evenly among them. No two have the same name or address.
std::vector<DemoSender> world(std::vector<DemoMail> forged, std::vector<DemoMail> others);

}  // namespace backstop::demo
