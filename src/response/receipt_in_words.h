// Receipts that say in words, without a notification for machines, that a mail was read.
#pragma once

#include <vector>

#include "response/kind.h"
#include "response/signs.h"

namespace backstop::response {

/// Returns whether a mail whose subject and text say "read" may be a receipt. `signs` are all of its marks.
bool can_be_receipt(const KindFacts& facts, const std::vector<const Sign*>& signs);

}  // namespace backstop::response
