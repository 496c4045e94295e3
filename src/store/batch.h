// What a BatchWriter shares with the database below it and with the store above it. `Item` is what is
// written: an event of the history.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string_view>

#include "base/error.h"

namespace backstop::store {

/// Takes batches. Used by one thread at a time.
template <typename Item>
class BatchSink {
 public:
  virtual ~BatchSink() = default;
  /// All or nothing. May wait, but not for much more than a second.
  virtual base::Result<void> write(const std::list<Item>& batch) = 0;
  /// One small step of what retention demands; true: there is more to do.
  virtual base::Result<bool> tidy() = 0;
};

/// What an item is called in the log.
struct ItemWords {
  std::string_view one;
  std::string_view many;
};

struct BatchSettings {
  std::size_t buffer;                ///< items that wait for the writer at most
  std::chrono::milliseconds gather;  ///< how long the writer gathers at most before it commits
  ItemWords words;
};

struct BatchCounters {
  std::uint64_t recorded = 0;  ///< taken by record()
  std::uint64_t written = 0;   ///< committed
  std::uint64_t lost = 0;      ///< dropped because the buffer was full, or not written when the store closed
};

}  // namespace backstop::store
