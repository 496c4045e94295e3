// What the marks of signs.h say together.
#pragma once

#include "response/kind.h"
#include "response/response.h"

namespace backstop::response {

struct SignVerdict {
  Kind kind = Kind::None;
  bool is_decisive = false;  ///< by a mark that decides alone, by a pair, or by one with its second sign
};

/// The strongest mark decides; of equals a challenge before a list notice before a filter notice before a
/// receipt before an auto-reply, since the more particular programs also wear the marks of the general.
SignVerdict judge_signs(const KindFacts& facts);

/// A program wrote the mail (signs.h, WithMachineMark).
bool has_machine_mark(const KindFacts& facts);

}  // namespace backstop::response
