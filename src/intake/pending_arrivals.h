// The mails whose checks still run, by what an answer names: an address of theirs, and their Message-ID or
// the id in our Received field. The ledger can't tell it: a copy of the mail whose checks are done hides that
// another copy's still run, and after a crash nobody runs them any more. Of this process alone. Thread-safe.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

namespace backstop::intake {

class PendingArrivals {
 public:
  /// A mail may be there several times, once for each copy.
  void add(std::string_view id, std::string_view address) {
    const std::scoped_lock lock(mutex_);
    all_.insert(key(id, address));
  }
  /// Takes one copy out, which must be there.
  void remove(std::string_view id, std::string_view address) {
    const std::scoped_lock lock(mutex_);
    all_.erase(all_.find(key(id, address)));
  }
  bool has(std::string_view id, std::string_view address) const {
    const std::scoped_lock lock(mutex_);
    return all_.contains(key(id, address));
  }

 private:
  static std::string key(std::string_view id, std::string_view address) {
    std::string text(address);
    text.append(1, '\n').append(id);
    return text;
  }

  mutable std::mutex mutex_;
  std::unordered_multiset<std::string> all_;
};

}  // namespace backstop::intake
