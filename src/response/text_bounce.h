// Recognises bounces without a report's fields: by who writes, by the subject and by the words.
#pragma once

#include "response/kind.h"

namespace backstop::response {

/// A bounce needs four points, a machine's mark, and a report in its text: how much of one depends on who
/// writes.
bool is_text_bounce(const KindFacts& facts);

}  // namespace backstop::response
