// What the tag of a response's recipient says about the origin of the mail that it answers.
#pragma once

#include <string>

#include "mail/address.h"
#include "origin/origin.h"
#include "origin/tag.h"

namespace backstop::origin {

/// The evidence named "tag". A good tag proves. One that is ours and up to kMemory old is a hint. All else is
/// silent: a bad hash counts as no tag, since the address may have been damaged, or signed by another
/// machine. `address` is what was checked. The check must have been made for the day on which the response
/// came.
Evidence tag_evidence(const TagCheck& check, const mail::Address& address);

/// True if the tag may be a guess: the null sender names a recipient with a tag that is not ours. With any
/// other sender a bad tag means nothing, since people save tagged addresses.
bool is_guess(const TagCheck& check, bool is_null_sender);

/// The outcome of a check as one plain, printable sentence.
std::string explain(const TagCheck& check, const mail::Address& address);

}  // namespace backstop::origin
