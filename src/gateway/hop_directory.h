// What each next hop offers, as it said when a connection to it was last opened: that is what the gateway may
// offer its own clients. One for the process; thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "gateway/settings.h"
#include "smtp/extensions.h"

namespace backstop::gateway {

class HopDirectory {
 public:
  void learn(const NextHop& hop, const smtp::Extensions& extensions);
  /// Nothing until a connection was opened. A Maildir takes what we take.
  std::optional<smtp::Extensions> find(const NextHop& hop) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, smtp::Extensions, std::less<>> known_;  ///< by url
};

}  // namespace backstop::gateway
