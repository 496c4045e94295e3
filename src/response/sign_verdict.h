// Weighs the marks of signs.h that a mail has.
#pragma once

#include <string_view>

#include "response/kind.h"
#include "response/response.h"

namespace backstop::response {

struct SignVerdict {
  Kind kind = Kind::None;
  bool is_decisive = false;       ///< a mark that decides alone, a pair, or a mark with its second sign
  std::string_view product = {};  ///< of the mark
};

/// Returns the kind of the most particular mark that counts: a feedback report before a challenge, a list
/// notice, a filter notice, a receipt and an auto-reply. Particular programs also write the general marks.
SignVerdict judge_signs(const KindFacts& facts);

/// Returns whether the header shows that a program wrote the mail (Strength::WithMachineMark).
bool has_machine_mark(const KindFacts& facts);

}  // namespace backstop::response
