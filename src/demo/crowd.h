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
  std::chrono::milliseconds pause{0};  ///< that each of them makes after a mail
};

class CrowdWatcher {
 public:
  virtual ~CrowdWatcher() = default;
  /// What came of a mail: the reply that decided, or why there was none.
  virtual void answered(const DemoMail& mail, const next_hop::Result<smtp::Reply>& answer) = 0;
  /// Asked ten times a second; false ends all connections.
  virtual bool goes_on() = 0;
};

/// Delivers all mails of all senders, in their order as far as the connections allow. Returns once all are
/// answered, true, or once the watcher wanted no more, false. Runs a loop on the calling thread.
bool deliver(std::vector<DemoSender> senders, const CrowdSettings& settings, CrowdWatcher& watcher);

/// Ann's own program.
DemoSender desk_of_ann(std::vector<DemoMail> mails);

/// The servers of the world: the forged mails come a few over each connection, each of the others over one of
/// its own, spread among them. Every sender has a name and an address that no other has.
std::vector<DemoSender> world(std::vector<DemoMail> forged, std::vector<DemoMail> others);

}  // namespace backstop::demo
