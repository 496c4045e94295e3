// Why a recipient failed: chooses a Reason by the words of the refusal, the enhanced status and the reply
// code. docs/reasons.md lists the RFC 3463 codes of each reason.
#pragma once

#include <string_view>
#include <vector>

#include "response/phrases.h"
#include "response/reason_phrases.h"
#include "response/response.h"

namespace backstop::response {

/// Returns the reason of an enhanced status code alone, or Unknown if it has none in particular.
Reason reason_of_status(std::string_view status);

/// Holds scratch memory: each thread needs its own. The phrases are loaded when one is sought for the first
/// time.
class ReasonFinder {
 public:
  /// Returns Unknown if nothing says why. In a delay, words about time ("still undelivered after 4 hours")
  /// count only if no other words say why.
  Reason find(std::string_view words, std::string_view status, int reply_code, bool is_delayed = false);

 private:
  PhraseSet::ScratchPtr scratch_;
  std::vector<PhraseHit> hits_;
};

}  // namespace backstop::response
