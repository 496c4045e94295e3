// How much of messages all sessions hold in memory together, so that many clients with one large response
// each can't use it up. Thread-safe; a Share belongs to one session.
#pragma once

#include <atomic>
#include <cstdint>

namespace backstop::gateway {

class HeldMemory {
 public:
  /// What one message holds; given back by its destructor.
  class Share {
   public:
    explicit Share(HeldMemory& memory) : memory_(memory) {}
    ~Share() { release(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    /// False, and nothing added, where all shares together would be more than `most`.
    bool add(std::uint64_t size, std::uint64_t most) {
      if (memory_.total_.fetch_add(size, std::memory_order_relaxed) + size > most) {
        memory_.total_.fetch_sub(size, std::memory_order_relaxed);
        return false;
      }
      size_ += size;
      return true;
    }
    void release() {
      memory_.total_.fetch_sub(size_, std::memory_order_relaxed);
      size_ = 0;
    }

   private:
    HeldMemory& memory_;
    std::uint64_t size_ = 0;
  };

  std::uint64_t total() const { return total_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> total_{0};
};

}  // namespace backstop::gateway
