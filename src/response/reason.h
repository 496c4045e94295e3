// Why a recipient failed: from the words of the refusal, the enhanced status and the reply code, to the
// closed list of response::Reason. docs/reasons.md says which RFC 3463 codes each reason stands for.
#pragma once

#include <string_view>
#include <vector>

#include "response/phrases.h"
#include "response/reason_phrases.h"
#include "response/response.h"

namespace backstop::response {

/// The reason that an enhanced status code alone stands for; Unknown where it stands for none in particular.
Reason reason_of_status(std::string_view status);

/// Holds scratch memory, one a thread.
class ReasonFinder {
 public:
  ReasonFinder();
  /// Of a delay the words that speak of time ("still undelivered after 4 hours") give way to those that say
  /// why.
  Reason find(std::string_view words, std::string_view status, int reply_code, bool is_delayed = false);

 private:
  const PhraseSet& phrases_;
  PhraseSet::ScratchPtr scratch_;
  std::vector<PhraseHit> hits_;
};

}  // namespace backstop::response
