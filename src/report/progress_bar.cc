#include "report/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string>

namespace backstop::report {

namespace {

constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr std::uint64_t kWidth = 40;
constexpr std::string_view kEraseLine = "\r\x1b[K";

}  // namespace

void ProgressBar::advance(std::uint64_t bytes, Clock::time_point now) {
  done_ += bytes;
  draw(now);
}

void ProgressBar::count_mail(Clock::time_point now) {
  ++mails_;
  draw(now);
}

void ProgressBar::clear() {
  if (is_drawn_) out_ << kEraseLine << std::flush;
  is_drawn_ = false;
}

void ProgressBar::draw(Clock::time_point now) {
  if (!is_on_ || now - last_ < kInterval) return;
  last_ = now;
  is_drawn_ = true;
  out_ << kEraseLine;
  if (total_ > 0) {
    const std::uint64_t done = std::min(done_, total_);
    const auto filled =
        static_cast<std::size_t>(static_cast<double>(done) / static_cast<double>(total_) * kWidth);
    out_ << fmt::format("[{}{}] {:3}%  ", std::string(filled, '#'), std::string(kWidth - filled, ' '),
                        static_cast<int>(static_cast<double>(done) / static_cast<double>(total_) * 100));
  }
  out_ << mails_ << " mails" << std::flush;
}

}  // namespace backstop::report
