// How many answers of the process wait for the checks of the mail that they answer. Each holds a session
// of our own server, which has not many (Postfix 20 to one next hop), and asks the ledger some times a
// second. Thread-safe; a Place belongs to one message, and must not outlive what it counts in.
#pragma once

#include <atomic>
#include <cstddef>

namespace backstop::intake {

class WaitingAnswers {
 public:
  static constexpr std::size_t kMost = 10;

  explicit WaitingAnswers(std::size_t most = kMost) : most_(most) {}

  std::size_t count() const { return count_; }

  class Place {
   public:
    /// `all` null: there is no limit.
    explicit Place(WaitingAnswers* all) : all_(all) {}
    ~Place() {
      if (is_taken_) --all_->count_;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    /// Returns true if it may wait: it has a place already, or there was one left.
    bool take() {
      if (all_ == nullptr || is_taken_) return true;
      is_taken_ = all_->count_++ < all_->most_;
      if (!is_taken_) --all_->count_;
      return is_taken_;
    }

   private:
    WaitingAnswers* all_;
    bool is_taken_ = false;
  };

 private:
  const std::size_t most_;
  std::atomic<std::size_t> count_ = 0;
};

}  // namespace backstop::intake
