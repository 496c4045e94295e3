// Puts responses into the quarantine, or into the held store, for sessions, on a thread of its own, and
// limits how long a session waits for the disk. One of each for the process; thread-safe.
#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "base/tally.h"
#include "intake/journal.h"
#include "net/task.h"
#include "store/quarantine.h"

namespace backstop::intake {

class Keeper {
 public:
  struct Limits {
    std::chrono::milliseconds time{5000};  ///< that a session waits for the disk
    std::size_t waiting = 1000;            ///< responses; a disk that hangs makes no more than these wait
  };

  Keeper(std::unique_ptr<store::Quarantine> quarantine, Journal& events, const Limits& limits,
         store::KeptPlace place = store::KeptPlace::Quarantine);
  /// Waits for the thread.
  ~Keeper() { join(); }
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  /// Returns once the response is on the disk. An error says why it is not kept; the log has it, too. A
  /// response that reaches the disk later than Limits::time is removed again.
  net::Task<base::Result<void>> keep(std::shared_ptr<const store::KeptResponse> response, store::SealKey key);
  /// Returns why the last response could not be kept; empty if it could. Any thread.
  std::string trouble() const;
  /// To be called before the loops of the workers are destroyed.
  void join() { thread_.join(); }

 private:
  class Place;

  net::Task<base::Result<void>> try_to_keep(std::shared_ptr<const store::KeptResponse> response,
                                            store::SealKey key);
  void tell(const std::string& why);
  void works();

  const std::unique_ptr<store::Quarantine> quarantine_;
  Journal& events_;
  const Limits limits_;
  const store::KeptPlace place_;
  std::atomic<std::size_t> waiting_ = 0;
  mutable std::mutex mutex_;
  base::Tally failed_;   ///< under the mutex
  std::string trouble_;  ///< under the mutex
  boost::asio::thread_pool thread_{1};
};

}  // namespace backstop::intake
