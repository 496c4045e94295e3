// The formats of bounces that are not (or not only) RFC 3464: each row is a product. It says by which words
// the product is known, between which phrases its recipients are listed, how the line of a recipient looks
// and after which phrase the words of the refusal come. A new format is a new row and a fixture.
//
// Phrases are separated by '|'. Their ASCII letters are in lower case, their spaces single, and they may run
// over line ends. The first row whose signature is in the text reads the mail.
#pragma once

#include <span>
#include <string_view>

#include "response/response.h"

namespace backstop::response {

struct BounceFormat {
  std::string_view name;  ///< the product
  /// DsnFailed becomes DsnDelayed if a phrase of a delay is in the text; DsnDelivered holds only if no phrase
  /// of a failure is.
  Kind kind = Kind::DsnFailed;
  std::string_view signature;  ///< any of these phrases in the text makes the row apply
  std::string_view begin =
      {};  ///< recipients come after one of these phrases, or after the signature if there is none
  std::string_view end = {};  ///< and before one of these
  /// An RE2 pattern for a whole line (white space collapsed); group 1 is the address, and "ADDR" matches one.
  /// If it is empty or matches no line, bounce_text.cc finds the recipient by the shapes that reports share.
  std::string_view recipient = {};
  std::string_view diagnostic_begin =
      {};  ///< the words of the refusal come after the first of these that is found
};

/// All rows, in order of precedence.
std::span<const BounceFormat> bounce_formats();

}  // namespace backstop::response
