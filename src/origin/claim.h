// Collects the evidence about one recipient of a response: every proof is looked for here. Pure; thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "mail/address.h"
#include "origin/message_proof.h"
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

/// From when on mail of the recipient's domain carries proofs; nullopt: it isn't known to.
struct ProofCoverage {
  std::optional<std::chrono::sys_seconds> watermark = {};
  std::optional<std::chrono::sys_seconds> dkim = {};    ///< mail whose From is ours
  std::optional<std::chrono::sys_seconds> ledger = {};  ///< since then the ledger has all that left
  std::optional<std::chrono::sys_seconds> tag = {};     ///< in the address that a bounce comes to
};

/// What the caller looked up for a response. Each text is one plain, printable sentence, or empty if nothing
/// was found.
struct ClaimContext {
  bool has_keys = false;  ///< there is a key ring, so a tag can be checked
  /// The ring has had one key alone for longer than a tag lives, so that a bad hash is no other machine's.
  bool is_only_key = false;
  bool is_tagging = false;  ///< mail of ours leaves with tags, so that one can be expected
  TagSettings tags = {};
  /// Why the answered mail left without a tag because of its destination, whoever sent it.
  std::string untagged = {};
  std::string trace = {};   ///< what hints that the answered mail went through a host of ours
  std::string local = {};   ///< why the response comes from ourselves
  std::string pair = {};    ///< that the owner wrote to the response's author, who isn't authenticated
  std::string failed = {};  ///< what could not be looked up
};

/// The claim that evidence supports or refutes: this recipient sent the mail that the response answers. Holds
/// references, which must outlive it.
struct Claim {
  const Recipient& recipient;
  const response::Response& response;
  const ClaimContext& context;
  const ProofContext* proofs = nullptr;  ///< null: nothing is looked for in what came back
  ProofCoverage coverage = {};
};

/// Returns each kind of evidence that applies, and what keeps a missing proof from counting.
Grounds collect(const Claim& claim);

/// Returns a sentence if the returned header has a Received field written "by" our host `host`, else "".
/// Anybody can write such a field, so it is only a hint.
std::string trace_of(const response::Response& response, std::string_view host);

}  // namespace backstop::origin
