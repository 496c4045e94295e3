// Bounces that have no fields to read: known by who writes, by the subject and by the words.
#pragma once

#include "response/kind.h"

namespace backstop::response {

/// Four points and a machine's mark are enough, if a report stands in the mail; how much of one depends on
/// who writes.
bool is_text_bounce(const KindFacts& facts);

}  // namespace backstop::response
