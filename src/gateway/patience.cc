#include "gateway/patience.h"

namespace backstop::gateway {

void Patience::command(smtp::Verb verb) {
  using enum smtp::Verb;
  switch (verb) {
    case Mail:
    case Rcpt:
    case Data:
    case Bdat:
    case Quit:
      return;
    default:
      ++commands_;
  }
}

void Patience::recipient(int code, bool is_excused) {
  if (code < 400) return;
  const bool is_error = code >= 500 && !is_excused;
  if (is_error || ++untaken_ > kMostUntaken) ++errors_;
}

}  // namespace backstop::gateway
