// The formats of bounces that are not (or not only) RFC 3464: one row a product. A row says by which words
// the product is known, between which phrases the recipients stand, how the line of a recipient looks and
// where the words of the refusal stand. A new format is a new row and a fixture.
// Lists of phrases are separated by '|'; a phrase is lower case where ASCII, with single spaces, and may run
// over line ends.
//
// The first row in the order of the tables whose signature stands in the text reads the mail.
#pragma once

#include <span>
#include <string_view>

#include "response/response.h"

namespace backstop::response {

struct BounceFormat {
  std::string_view name;  ///< the product
  /// DsnFailed becomes DsnDelayed where a phrase of a delay stands in the text; DsnDelivered holds only where
  /// no phrase of a failure does.
  Kind kind = Kind::DsnFailed;
  std::string_view signature;  ///< any of these phrases in the text makes the row apply
  std::string_view begin =
      {};  ///< recipients stand after one of these phrases; after the signature where none is there
  std::string_view end = {};  ///< and before one of these
  /// RE2 on one line (white space collapsed), anchored at both ends; group 1 is the address. "ADDR" stands
  /// for an address. Empty, or found nowhere: the shapes that reports share find the recipient
  /// (bounce_text.cc).
  std::string_view recipient = {};
  std::string_view diagnostic_begin =
      {};  ///< the words of the refusal stand after the first of these that is there
};

/// All rows, in order of precedence.
std::span<const BounceFormat> bounce_formats();

}  // namespace backstop::response
