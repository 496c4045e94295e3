// A recipient of a response and the response, as the claim that is judged. Pure; thread-safe.
#pragma once

#include <string>

#include "mail/address.h"
#include "origin/origin.h"
#include "origin/tag.h"
#include "response/response.h"

namespace backstop::origin {

/// One recipient, from before its message was read.
struct Recipient {
  mail::Address address;     ///< that the response came to, with its tag
  TagCheck tag;              ///< made for the day on which the response came
  bool never_sends = false;  ///< the mailbox is configured as one that sends no mail

  /// The address without a tag of ours, whatever that says.
  const mail::Address& plain() const;
};

/// `has_keys`: there is a ring, so that a tag can be asked for. `untagged`: why the mail that this response
/// answers left without a tag although its sender can be tagged; empty if it did not.
Claim claim(const Recipient& recipient, const response::Response& response, bool has_keys,
            const TagSettings& settings, std::string untagged = {});

}  // namespace backstop::origin
