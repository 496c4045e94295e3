// How far what was found of an arriving mail speaks for one of its addresses, as a row of the ledger has it.
// Pure; thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "auth/authentication.h"
#include "mail/address.h"
#include "store/ledger_key.h"

namespace backstop::intake {

/// What was found of a mail whose checks are done. The views belong to the caller.
struct ArrivalFacts {
  auth::Authentication found = {};
  std::span<const mail::Address> authors = {};  ///< of From
  std::string_view reverse_path = {};           ///< as mail::Address::folded(); empty: the null path
  bool is_shared = false;                       ///< an SPF pass may be another customer's of the same service
  char delimiter = '+';                         ///< of sub-addresses
};

/// `address`: the reverse path or an address of From, as mail::Address::folded(). A signature covers the
/// reverse path of its author alone, sub-addresses aside: anybody may send a signed mail again, with another
/// path in the signer's domain. An SPF pass of the domain's own hosts says more than a signature.
store::Authentication address_value(std::string_view address, const ArrivalFacts& facts);

}  // namespace backstop::intake
