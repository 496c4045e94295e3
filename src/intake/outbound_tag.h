// Decides whether the reverse path of an outbound mail gets a tag, and says why if it gets none. Pure;
// thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "intake/transaction.h"
#include "mail/address.h"
#include "smtp/path_command.h"

namespace backstop::intake {

/// Destinations to which mail leaves without a tag: domains as base::domain_key() folds them, and addresses
/// as mail::Address::folded() does.
using Untagged = std::vector<std::string>;

/// Returns the entry of `untagged` that is this recipient or its domain; null if there is none.
const std::string* find_untagged(const Untagged& untagged, const mail::Address& recipient);

/// Returns why the reverse path gets no tag for this recipient, as one clause; empty if it gets one.
std::string why_not_tagged(const Transaction& transaction, const mail::Address& recipient,
                           const Untagged& untagged);

/// Returns the reverse path with a tag. If no tag can be made, returns the path as it is, and writes why to
/// `not_tagged`.
mail::Path tagged_path(const Transaction& transaction, std::string& not_tagged);

/// Returns how the history and the log show the tag: "key-1", or "none (unknown.example is no domain of
/// ours)". `not_tagged`: why there is none; empty if there is one.
std::string tag_note(const Transaction& transaction, std::string_view not_tagged);

}  // namespace backstop::intake
