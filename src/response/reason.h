// Why a recipient failed: chooses a Reason by the words of the refusal, the enhanced status and the reply
// code. docs/reasons.md lists the RFC 3463 codes of each reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "response/phrases.h"
#include "response/response.h"

namespace backstop::response {

/// Returns the reason of an enhanced status code alone, or Unknown if it has none in particular.
Reason reason_of_status(std::string_view status);

struct ReasonWords;

/// Holds scratch memory: each thread needs its own. The phrases are loaded when one is sought for the first
/// time.
class ReasonFinder {
 public:
  /// Returns Unknown if nothing says why. In a delay, words about time ("still undelivered after 4 hours")
  /// count only if no other words say why.
  Reason find(std::string_view words, std::string_view status, int reply_code, bool is_delayed = false);

 private:
  Reason find_in(std::string_view words, std::string_view status, int reply_code, bool is_delayed);

  // Where the last phrase of each half of a row ended.
  struct Pair {
    static constexpr std::uint32_t kNone = UINT32_MAX;
    std::uint32_t phrase_end = kNone;
    std::uint32_t near_end = kNone;
  };
  // The first row of each weight that matches.
  struct Best {
    std::size_t names = SIZE_MAX;
    std::size_t suggests = SIZE_MAX;
    std::size_t time = SIZE_MAX;  // in a delay: words about time
  };
  Best best_rows(bool is_delayed);

  const ReasonWords* words_ = nullptr;  // null until the first find()
  PhraseSet::ScratchPtr scratch_;
  std::vector<PhraseHit> hits_;
  std::vector<Pair> pairs_;  // by row
  std::string text_;
};

}  // namespace backstop::response
