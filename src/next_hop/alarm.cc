#include "next_hop/alarm.h"

#include <fmt/format.h>

#include "base/text.h"

namespace backstop::next_hop {

namespace {

constexpr std::size_t kMostDetail = 500;

std::string words_for(const Failed& what) {
  std::string words(next_hop::words_for(what.trouble));
  if (!what.detail.empty()) words += ": " + base::printable(what.detail, kMostDetail);
  return words;
}

std::string line_for(const NextHop& hop, const Failed& what) {
  return fmt::format("next hop {} {}", base::printable(hop.url), words_for(what));
}

}  // namespace

void Alarm::failed(const NextHop& hop, Step step, const Failed& what, Clock::time_point now) {
  if (is_ended_ || words_for(what.trouble).empty()) return;
  const std::scoped_lock lock(mutex_);
  auto& failing = failing_.try_emplace(hop.url, Failing{.since = now, .last = now}).first->second;
  failing_count_ = failing_.size();
  failing.step = step;
  failing.last = now;
  failing.what = what;
  std::string more;
  if (failing.tally.counts(now, more)) tell_(os::LogLevel::Warning, line_for(hop, what) + more);
}

void Alarm::worked(const NextHop& hop, Step step, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  const auto found = failing_.find(hop.url);
  if (found == failing_.end()) return;
  const auto& failing = found->second;
  if (failing.step > step || now - failing.last < kSettled) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - failing.since).count();
  tell_(os::LogLevel::Info,
        fmt::format("next hop {} works again, after {} s", base::printable(hop.url), seconds));
  failing_.erase(found);
  failing_count_ = failing_.size();
}

void Alarm::is_full(const NextHop& hop, std::size_t limit, Clock::time_point now) {
  if (is_ended_) return;
  const std::scoped_lock lock(mutex_);
  std::string more;
  if (!full_[hop.url].counts(now, more)) return;
  tell_(os::LogLevel::Warning,
        fmt::format("a client was put off: there are {} sessions with next hop {}, and no more are allowed "
                    "by \"next_hop_sessions\" in [limits]{}",
                    limit, base::printable(hop.url), more));
}

void Alarm::share_is_used(std::size_t share, Clock::time_point now) {
  if (is_ended_) return;
  const std::scoped_lock lock(mutex_);
  std::string more;
  if (!used_shares_.counts(now, more)) return;
  tell_(os::LogLevel::Warning,
        fmt::format("a client was put off: it uses {} sessions with next hops, and one client may use no "
                    "more than an eighth of \"next_hop_sessions\" in [limits]{}",
                    share, more));
}

std::map<std::string, Alarm::Failure, std::less<>> Alarm::failures() const {
  const std::scoped_lock lock(mutex_);
  std::map<std::string, Failure, std::less<>> failures;
  for (const auto& [url, failing] : failing_)
    failures.try_emplace(url, Failure{failing.since, failing.last, words_for(failing.what)});
  return failures;
}

void Alarm::lacks(const NextHop& hop, std::string_view command) {
  if (tells_ == Tells::Troubles) return;
  const std::scoped_lock lock(mutex_);
  const auto [line, is_new] = lacking_.insert(words_for_lack(hop, command));
  if (is_new) tell_(os::LogLevel::Warning, *line);
}

std::string words_for_lack(const NextHop& hop, std::string_view command) {
  return fmt::format(
      "next hop {} does not offer {}, which its \"identity\" needs: it sees every client as this "
      "host, so its own rules for strangers don't apply",
      base::printable(hop.url), command);
}

}  // namespace backstop::next_hop
