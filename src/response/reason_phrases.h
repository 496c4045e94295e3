// The words by which servers say why they refuse a mail, and the reason that each of them names.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

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

}  // namespace backstop::response
