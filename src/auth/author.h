// Whose mail it is by its From field (RFC 9989 5.3.1). Pure; thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "mail/address.h"
#include "mail/message.h"

namespace backstop::auth {

struct Author {
  static constexpr std::size_t kMost = 100;  ///< addresses of one From

  std::string domain = {};                    ///< the one of all authors, as A-label; empty: there is no such
  std::vector<mail::Address> addresses = {};  ///< of the From field, if there is one domain
  std::string why = {};                       ///< if there is none: one clause
};

/// Reads the From of a header. There is no domain if the field is missing, is there twice or has no address,
/// if its addresses are of several domains or more than kMost, or if the domain is no name.
Author author_of(std::span<const mail::Field> header);

}  // namespace backstop::auth
