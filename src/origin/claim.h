// Collects the evidence about one recipient of a response: every proof is looked for here. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "mail/address.h"
#include "origin/origin.h"
#include "origin/tag.h"
#include "response/response.h"

namespace backstop::origin {

/// A recipient as it is known before the message is read.
struct Recipient {
  mail::Address address;     ///< as the response came to it, with its tag
  TagCheck tag;              ///< of `address`, for the day on which the response came
  bool never_sends = false;  ///< the mailbox is configured as one that sends no mail

  /// Returns the address without a tag of our form, whether or not the tag is good.
  const mail::Address& plain() const;
};

/// What the caller looked up for a response. Each text is one plain, printable sentence, or empty if nothing
/// was found.
struct ClaimContext {
  bool has_keys = false;    ///< there is a key ring, so a tag can be checked
  bool is_tagging = false;  ///< mail of ours leaves with tags, so that one can be expected
  TagSettings tags = {};
  /// Why the answered mail left without a tag because of its destination, whoever sent it.
  std::string untagged = {};
  std::string trace = {};  ///< what hints that the answered mail went through a host of ours
};

/// The claim that evidence supports or refutes: this recipient sent the mail that the response answers. Holds
/// references, which must outlive it.
struct Claim {
  const Recipient& recipient;
  const response::Response& response;
  const ClaimContext& context;
};

/// Returns each kind of evidence that applies, and what keeps a missing proof from counting.
Grounds collect(const Claim& claim);

/// Returns a sentence if the returned header has a Received field written "by" our host `host`, else "".
/// Anybody can write such a field, so it is only a hint.
std::string trace_of(const response::Response& response, std::string_view host);

}  // namespace backstop::origin
