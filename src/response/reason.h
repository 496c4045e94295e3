// Why a recipient failed: from the words of the refusal, the enhanced status and the reply code, to the
// closed list of response::Reason. docs/reasons.md says which RFC 3463 codes each reason stands for.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "response/phrases.h"
#include "response/response.h"

namespace backstop::response {

/// What a phrase of the table is worth against the status code.
enum class ReasonWeight : std::uint8_t {
  Names,     ///< the words name the reason; they outweigh any status, which servers often set wrongly
  Suggests,  ///< holds only where the status says nothing particular (X.0.0, X.7.1 and their like)
};

struct ReasonPhrase {
  std::string_view phrase;  ///< lower case where ASCII
  Reason reason = Reason::Unknown;
  ReasonWeight weight = ReasonWeight::Names;
};

/// The table, in order of precedence: of the phrases that stand in a text, the first row wins.
std::span<const ReasonPhrase> reason_phrases();

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
