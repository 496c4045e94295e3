// What the tag of a response's recipient says about the origin of the mail that the response answers.
#pragma once

#include <string>

#include "mail/address.h"
#include "origin/origin.h"
#include "origin/tag.h"

namespace backstop::origin {

/// Returns the evidence of a check that was made for the day on which the response came: a good tag proves, a
/// stale tag hints, and every other outcome is silent. A bad hash counts as no tag, since the address may
/// have been damaged, or signed by another machine. `address` is the one that was checked.
Evidence tag_evidence(const TagCheck& check, const mail::Address& address);

/// True if the tag may be a guess: the null sender names a recipient whose tag is TagOutcome::BadMac. With
/// any other sender a bad tag means nothing, since people save tagged addresses.
bool is_guess(const TagCheck& check, bool is_null_sender);

/// Returns the outcome of a check as one plain, printable sentence.
std::string explain(const TagCheck& check, const mail::Address& address);

}  // namespace backstop::origin
