#include "base/tally.h"

#include <fmt/format.h>

namespace backstop::base {

bool Tally::counts(Time now, std::string& more) {
  ++untold_;
  if (is_told_ && now - told_ < kPause) return false;
  if (untold_ > 1) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - told_).count();
    more = fmt::format(" ({} times in {} s)", untold_, seconds);
  }
  told_ = now;
  untold_ = 0;
  is_told_ = true;
  return true;
}

}  // namespace backstop::base
