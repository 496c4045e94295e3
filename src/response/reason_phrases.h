// The words by which servers say why they refuse a mail, and the reason that each of them names.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "response/response.h"

namespace backstop::response {

/// How much a phrase counts against the status code.
enum class ReasonWeight : std::uint8_t {
  Names,     ///< the words name the reason; they outweigh the status, which servers often set wrongly
  Suggests,  ///< counts only if the status says nothing particular (X.0.0, X.7.1 and the like)
};

struct ReasonPhrase {
  std::string_view phrase;  ///< its ASCII letters in lower case
  Reason reason = Reason::Unknown;
  ReasonWeight weight = ReasonWeight::Names;
};

/// The table in order of precedence: of the phrases that are in a text, the one listed first wins.
std::span<const ReasonPhrase> reason_phrases();

/// The phrases of that table alone, in its order.
std::vector<std::string_view> reason_phrase_texts();

}  // namespace backstop::response
