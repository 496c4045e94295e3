// Recognises bounces without a report's fields: by who writes, by the subject and by the words.
#pragma once

#include "response/kind.h"

namespace backstop::response {

/// A bounce needs four points, a machine's mark, and a report in its text: how much of one depends on who
/// writes.
bool is_text_bounce(const KindFacts& facts);

/// Returns whether the mail returns another mail or names an address that is neither a reader's nor the
/// sender's nor one for questions.
bool names_a_mail(const KindFacts& facts);

}  // namespace backstop::response
