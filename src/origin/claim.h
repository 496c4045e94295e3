// A recipient of a response and the response, as the claim that is judged. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

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

/// What is known beside the recipient. The texts are one plain, printable sentence each, or empty.
struct ClaimContext {
  bool has_keys = false;  ///< there is a ring, so that a tag can be asked for
  TagSettings tags = {};
  std::string untagged =
      {};                  ///< why the mail that is answered left without a tag although its sender has one
  std::string trace = {};  ///< what hints that it went through a host of ours
};

Claim claim(const Recipient& recipient, const response::Response& response, const ClaimContext& context);

/// What the Received fields of the returned header say of `host`, which is ours: a sentence if one of them
/// was written by it, else empty. Anybody can write such a field, so it is a hint.
std::string trace_of(const response::Response& response, std::string_view host);

}  // namespace backstop::origin
