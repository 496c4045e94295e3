#include "intake/keeper.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "net/blocking.h"

namespace backstop::intake {

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

namespace {

/// What becomes of a response that can't be kept, by KeptPlace.
constexpr std::array<std::string_view, 2> kInstead = {"is labelled and delivered",
                                                      "leaves if the rates of the way out allow it"};

}  // namespace

Keeper::Keeper(std::unique_ptr<store::Quarantine> quarantine, Journal& events, const Limits& limits,
               store::KeptPlace place)
    : quarantine_(std::move(quarantine)), events_(events), limits_(limits), place_(place) {}

void Keeper::tell(const std::string& why) {
  const std::scoped_lock lock(mutex_);
  trouble_ = why;
  std::string more;
  if (!failed_.counts(std::chrono::steady_clock::now(), more)) return;
  events_.notice(base::LogLevel::Warning, fmt::format("{}; a response that can't be kept {}{}", why,
                                                      kInstead[static_cast<std::size_t>(place_)], more));
}

void Keeper::works() {
  const std::scoped_lock lock(mutex_);
  trouble_.clear();
}

std::string Keeper::trouble() const {
  const std::scoped_lock lock(mutex_);
  return trouble_;
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
  co_return std::unexpected(base::Error{
      fmt::format("the disk of the {} took longer than {} ms", name(place_), limits_.time.count())});
}

net::Task<base::Result<void>> Keeper::keep(std::shared_ptr<const store::KeptResponse> response,
                                           store::SealKey key) {
  base::Result<void> done = std::unexpected(
      base::Error{fmt::format("too many responses wait for the disk of the {}", name(place_))});
  if (const Place place(*this); place.is_there())
    done = co_await try_to_keep(std::move(response), std::move(key));
  if (done) {
    works();
  } else {
    tell(done.error().message);
  }
  co_return done;
}

}  // namespace backstop::intake
