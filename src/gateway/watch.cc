#include "gateway/watch.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "base/text.h"

namespace backstop::gateway {

namespace {

constexpr std::size_t kMostDetail = 500;

constexpr std::array<std::string_view, Watch::kPartCount> kParts = {
    "a session failed and was closed",                         // Session
    "taking connections failed, and goes on",                  // Accepting
    "keeping deadlines failed, and goes on",                   // Deadlines
    "closing idle connections failed, and goes on",            // House
    "asking next hops what they offer failed, and goes on",    // NextHops
    "keeping what is kept back in order failed, and goes on",  // Quarantine
    "a worker failed, and goes on",                            // Loop
};

std::string words_for(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return base::printable(known.what(), kMostDetail);
  } catch (...) {
    return "not known";
  }
}

}  // namespace

void Watch::is_full(std::size_t limit, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  std::string more;
  if (!full_.counts(now, more)) return;
  events_.notice(base::LogLevel::Warning,
                 fmt::format("a client was turned away: there are {} sessions, and no more are allowed by "
                             "\"sessions\" in [limits]{}",
                             limit, more));
}

void Watch::threw(Part part, const std::exception_ptr& error, Clock::time_point now) noexcept {
  try {
    const auto index = static_cast<std::size_t>(part);
    const std::scoped_lock lock(mutex_);
    std::string more;
    if (!thrown_.at(index).counts(now, more)) return;
    events_.notice(base::LogLevel::Error, fmt::format("{}: {}{}", kParts.at(index), words_for(error), more));
  } catch (...) {
    // Nothing can be reported without memory.
  }
}

}  // namespace backstop::gateway
