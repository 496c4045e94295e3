#include "store/alarm.h"

#include <fmt/format.h>

namespace backstop::store {

namespace {

constexpr const char* kBufferFull = ": the buffer was full";

}  // namespace

std::optional<std::string> Alarm::failed(std::string_view why, Time now) {
  if (is_said_ || !is_over(good_news_, now)) return std::nullopt;
  is_said_ = true;
  last_said_ = now;
  return fmt::format("{}; {} wait in memory, mail is not delayed", why, words_.many);
}

std::optional<std::string> Alarm::worked(std::uint64_t lost, Time now) {
  const std::uint64_t newly_lost = lost - said_lost_;
  // Without a failure, items are lost if the disk is slower than the mail.
  if (!is_said_ && (newly_lost == 0 || !is_over(last_said_, now))) return std::nullopt;
  const std::string losses = newly_lost == 0 ? fmt::format("no {} was lost", words_.one) : count(newly_lost);
  const std::string line = is_said_ ? "writing works again; " + losses : losses + kBufferFull;
  if (is_said_) good_news_ = now;
  is_said_ = false;
  said_lost_ = lost;
  last_said_ = now;
  return line;
}

std::optional<std::string> Alarm::closed(std::uint64_t lost) const {
  if (lost == said_lost_) return std::nullopt;
  return count(lost - said_lost_) + kBufferFull;
}

std::string Alarm::ended(std::uint64_t lost) const {
  return count(lost - said_lost_) + ": the program stopped before they could be written";
}

std::string Alarm::count(std::uint64_t items) const {
  return items == 1 ? fmt::format("1 {} was lost", words_.one)
                    : fmt::format("{} {} were lost", items, words_.many);
}

}  // namespace backstop::store
