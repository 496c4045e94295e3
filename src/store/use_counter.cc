#include "store/use_counter.h"

#include <array>

namespace backstop::store {

namespace {

constexpr std::chrono::hours kSweepTime{1};

}  // namespace

// Null if OpenSSL has no random numbers; then nothing is counted.
std::shared_ptr<const LedgerSecret> NodeUses::secret() {
  const std::lock_guard lock(mutex_);
  if (now() >= swept_ + kSweepTime) {
    swept_ = now();
    counts_.sweep(swept_);
  }
  if (!secret_) {
    const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now()));
    if (auto made = LedgerSecret::make(today.year() / today.month())) secret_ = std::move(*made);
  }
  return secret_;
}

std::optional<UsePlace> NodeUses::take_now(const RowKey& counter, std::uint32_t limit,
                                           std::chrono::seconds life) {
  const auto key = secret();
  if (!key) return UsePlace{};
  const std::array names{KeyMaker(*key).key(counter)};
  return counts_.take(names, limit, now() + life, now());
}

net::Task<std::optional<UsePlace>> NodeUses::take(RowKey counter, std::uint32_t limit,
                                                  std::chrono::seconds life) {
  co_return take_now(counter, limit, life);
}

}  // namespace backstop::store
