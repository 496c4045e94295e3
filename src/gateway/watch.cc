#include "gateway/watch.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "base/text.h"

namespace backstop::gateway {

namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;

constexpr std::size_t kMostDetail = 500;

/// What the next hop did; empty for what is not its doing.
constexpr std::array<std::string_view, kTroubleCount> kWords = {
    "can't be reached",                    // NoConnection
    "has a name that can't be looked up",  // NoName
    "",                                    // Full: hop_is_full() tells
    "ended the connection",                // ConnectionLost
    "did not answer in time",              // NoAnswer
    "gave an answer that makes no sense",  // Nonsense
    "takes no mail",                       // Refuses
    "has no TLS as it is asked for",       // Tls
    "can't be written",                    // Maildir
    "has no space",                        // MaildirFull
    "",                                    // Stopping
    "",                                    // GatewayGone
    "",                                    // NeedsSmtputf8
    "",                                    // AuthenticationLost
};

std::string words_for(const NextHop& hop, const NextHopTrouble& trouble) {
  const std::string_view words = kWords.at(static_cast<std::size_t>(trouble.trouble));
  std::string line = fmt::format("next hop {} {}", base::printable(hop.url), words);
  if (!trouble.detail.empty()) line += ": " + base::printable(trouble.detail, kMostDetail);
  return line;
}

constexpr std::array<std::string_view, Watch::kPartCount> kParts = {
    "a session failed and was closed",                       // Session
    "taking connections failed, and goes on",                // Accepting
    "keeping deadlines failed, and goes on",                 // Deadlines
    "closing idle connections failed, and goes on",          // House
    "asking next hops what they offer failed, and goes on",  // NextHops
    "a worker failed, and goes on",                          // Loop
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

bool Watch::Tally::counts(Clock::time_point now, std::string& more) {
  ++untold;
  if (is_told && now - told < kPause) return false;
  if (untold > 1) {
    more = fmt::format(" ({} times in {} s)", untold, duration_cast<seconds>(now - told).count());
  }
  told = now;
  untold = 0;
  is_told = true;
  return true;
}

void Watch::hop_failed(const NextHop& hop, Step step, const NextHopTrouble& trouble, Clock::time_point now) {
  if (is_ended_ || kWords.at(static_cast<std::size_t>(trouble.trouble)).empty()) return;
  const std::scoped_lock lock(mutex_);
  auto& failing = failing_.try_emplace(hop.url, Failing{.since = now, .last = now}).first->second;
  failing_count_ = failing_.size();
  failing.step = step;
  failing.last = now;
  std::string more;
  if (failing.tally.counts(now, more)) events_.notice(os::LogLevel::Warning, words_for(hop, trouble) + more);
}

void Watch::hop_worked(const NextHop& hop, Step step, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  const auto found = failing_.find(hop.url);
  if (found == failing_.end()) return;
  const auto& failing = found->second;
  if (failing.step > step || now - failing.last < kSettled) return;
  events_.notice(os::LogLevel::Info,
                 fmt::format("next hop {} works again, after {} s", base::printable(hop.url),
                             duration_cast<seconds>(now - failing.since).count()));
  failing_.erase(found);
  failing_count_ = failing_.size();
}

void Watch::is_full(std::size_t limit, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  std::string more;
  if (!full_.counts(now, more)) return;
  events_.notice(os::LogLevel::Warning,
                 fmt::format("a client was turned away: there are {} sessions, and no more are allowed by "
                             "\"sessions\" in [limits]{}",
                             limit, more));
}

void Watch::hop_is_full(const NextHop& hop, std::size_t limit, Clock::time_point now) {
  if (is_ended_) return;
  const std::scoped_lock lock(mutex_);
  std::string more;
  if (!full_hops_[hop.url].counts(now, more)) return;
  events_.notice(
      os::LogLevel::Warning,
      fmt::format("a client was put off: there are {} sessions with next hop {}, and no more are allowed by "
                  "\"next_hop_sessions\" in [limits]{}",
                  limit, base::printable(hop.url), more));
}

void Watch::client_share_is_used(std::size_t share, Clock::time_point now) {
  if (is_ended_) return;
  const std::scoped_lock lock(mutex_);
  std::string more;
  if (!used_shares_.counts(now, more)) return;
  events_.notice(
      os::LogLevel::Warning,
      fmt::format("a client was put off: it uses {} sessions with next hops, and one client may use "
                  "no more than an eighth of \"next_hop_sessions\" in [limits]{}",
                  share, more));
}

void Watch::threw(Part part, const std::exception_ptr& error, Clock::time_point now) noexcept {
  try {
    const auto index = static_cast<std::size_t>(part);
    const std::scoped_lock lock(mutex_);
    std::string more;
    if (!thrown_.at(index).counts(now, more)) return;
    events_.notice(os::LogLevel::Error, fmt::format("{}: {}{}", kParts.at(index), words_for(error), more));
  } catch (...) {
    // There is nobody left to tell.
  }
}

}  // namespace backstop::gateway
