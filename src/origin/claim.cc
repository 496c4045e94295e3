#include "origin/claim.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "mail/address_syntax.h"
#include "origin/tag_evidence.h"

namespace backstop::origin {

namespace {

constexpr std::string_view kPadded =
    "The mail promises a delivery report and keeps it out of reach, where a genuine one has it in its first "
    "kilobytes.";
constexpr std::string_view kCut =
    "The mail is larger than what is read of it, and ends for the reader before its report and what it "
    "returns.";

bool is_certain_dsn(const response::Response& response) {
  return is_dsn(response.kind) && certainty(response) != response::Certainty::Guessed;
}

std::string why_untaggable(const mail::Address& plain, const TagSettings& settings) {
  const auto why = why_not_signed({plain}, settings);
  if (!why) return {};
  return fmt::format("Mail of {} leaves without a tag: {}.",
                     base::printable(plain.text(), mail::kAddressMost), explain(*why));
}

}  // namespace

const mail::Address& Recipient::plain() const {
  return tag.tag && is_verifiable(tag.tag->shape) ? tag.tag->plain : address;
}

Claim claim(const Recipient& recipient, const response::Response& response, bool has_keys,
            const TagSettings& settings, std::string untagged) {
  Claim claim{.untaggable = std::move(untagged)};
  if (has_keys) {
    claim.evidence.push_back(tag_evidence(recipient.tag, recipient.address));
    // Its address was given to a feedback loop once, and stands in no envelope of ours.
    if (response.kind == response::Kind::FeedbackReport) claim.evidence.back().finding = Finding::Silent;
    if (claim.untaggable.empty()) claim.untaggable = why_untaggable(recipient.plain(), settings);
    if (recipient.tag.outcome == TagOutcome::UnknownKey)
      claim.incomplete = explain(recipient.tag, recipient.address);
  }
  if (recipient.never_sends && is_certain_dsn(response)) {
    claim.evidence.push_back({"never-sends", Finding::Refutes, "This mailbox sends no mail."});
  }
  if (response.look == response::Look::Padded) claim.padded = kPadded;
  if (response.look == response::Look::Cut) claim.incomplete = kCut;
  return claim;
}

}  // namespace backstop::origin
