// The formats of bounces that are not (or not only) RFC 3464. Each row is a product. It says by which words
// the product is known, between which phrases it lists its recipients, what the line of a recipient looks
// like, and after which phrase the words of the refusal come. A new format is a new row and a fixture.
//
// Phrases are separated by '|'. Their ASCII letters must be in lower case and their spaces single. In the
// text they may run over line ends. The first row whose signature is in the text is the one that is used.
#pragma once

#include <span>
#include <string_view>

#include "response/response.h"

namespace backstop::response {

struct BounceFormat {
  std::string_view name;  ///< the product
  /// DsnFailed becomes DsnDelayed if the text has a phrase of a delay. DsnDelivered holds only if the text
  /// has no phrase of a failure.
  Kind kind = Kind::DsnFailed;
  std::string_view signature;  ///< any of these phrases in the text makes the row apply
  /// Recipients come after one of these phrases, or after the signature if there is none.
  std::string_view begin = {};
  std::string_view end = {};  ///< recipients come before one of these phrases
  /// An RE2 pattern for a whole line (white space collapsed); group 1 is the address, and "ADDR" matches one.
  /// If it is empty or matches no line, bounce_text.cc finds the recipient by the shapes that reports share.
  std::string_view recipient = {};
  /// The words of the refusal come after the first of these phrases that is found.
  std::string_view diagnostic_begin = {};
};

/// All rows, in order of precedence.
std::span<const BounceFormat> bounce_formats();

}  // namespace backstop::response
