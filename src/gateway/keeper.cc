#include "gateway/keeper.h"

#include <fmt/format.h>

#include <utility>

#include "net/blocking.h"

namespace backstop::gateway {

/// A place among those that wait. There may be none left.
class Keeper::Place {
 public:
  explicit Place(Keeper& keeper) : keeper_(keeper), is_there_(keeper.waiting_++ < keeper.limits_.waiting) {}
  ~Place() { --keeper_.waiting_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  bool is_there() const { return is_there_; }

 private:
  Keeper& keeper_;
  const bool is_there_;
};

Keeper::Keeper(std::unique_ptr<store::Quarantine> quarantine, Journal& events, const Limits& limits)
    : quarantine_(std::move(quarantine)), events_(events), limits_(limits) {}

void Keeper::tell(const std::string& why) {
  const std::scoped_lock lock(mutex_);
  std::string more;
  if (!failed_.counts(std::chrono::steady_clock::now(), more)) return;
  events_.notice(os::LogLevel::Warning,
                 fmt::format("{}; a response that can't be kept is labelled and delivered{}", why, more));
}

net::Task<base::Result<void>> Keeper::try_to_keep(std::shared_ptr<const store::KeptResponse> response,
                                                  store::SealKey key) {
  const std::string id = response->envelope.id;
  auto done = co_await net::run_blocking_within(
      thread_, limits_.time,
      [this, response, key = std::move(key)] { return quarantine_->keep(*response, key); },
      [this, id](const base::Result<void>& kept) {
        if (kept) (void)quarantine_->remove(id);
      });
  if (done) co_return std::move(*done);
  co_return std::unexpected(
      base::Error{fmt::format("the quarantine's disk took longer than {} ms", limits_.time.count())});
}

net::Task<base::Result<void>> Keeper::keep(std::shared_ptr<const store::KeptResponse> response,
                                           store::SealKey key) {
  base::Result<void> done = std::unexpected(base::Error{"too many responses wait for the quarantine's disk"});
  if (const Place place(*this); place.is_there())
    done = co_await try_to_keep(std::move(response), std::move(key));
  if (!done) tell(done.error().message);
  co_return done;
}

}  // namespace backstop::gateway
