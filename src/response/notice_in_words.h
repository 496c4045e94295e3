// Recognises filter and list notices by what they say: a program that sends such notices, or a machine's
// mark, and near each other in the words of any language, a claim and a topic (notice_words.h).
#pragma once

#include "response/kind.h"
#include "response/response.h"

namespace backstop::response {

/// Returns FilterNotice, ListNotice, or None. `is_bounce` says that the mail also reads like a text bounce:
/// then it is a filter's notice only if no mail server's words are in it.
Kind notice_in_words(const KindFacts& facts, bool is_bounce);

}  // namespace backstop::response
