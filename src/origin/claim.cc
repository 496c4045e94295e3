#include "origin/claim.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mail/address_syntax.h"
#include "mail/message.h"
#include "origin/tag_evidence.h"

namespace backstop::origin {

namespace {

constexpr std::string_view kPadded =
    "The mail promises a delivery report and keeps it out of reach, where a genuine one has it in its first "
    "kilobytes.";
constexpr std::string_view kCut =
    "The mail is larger than what is read of it, and ends for the reader before its report and what it "
    "returns.";

/// "from ... by HOST ...", as RFC 5321 4.4 has it.
bool is_written_by(std::string_view received, std::string_view host) {
  constexpr std::size_t kMostWords = 100;
  std::string_view before;
  for (std::size_t i = 0; i < kMostWords && !received.empty(); ++i) {
    const auto begin = std::min(received.find_first_not_of(" \t\r\n"), received.size());
    received.remove_prefix(begin);
    const auto word = received.substr(0, received.find_first_of(" \t\r\n;"));
    if (base::iequals(before, "by") && base::iequals(word, host)) return true;
    before = word;
    received.remove_prefix(std::max<std::size_t>(word.size(), received.empty() ? 0 : 1));
  }
  return false;
}

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

Claim claim(const Recipient& recipient, const response::Response& response, const ClaimContext& context) {
  Claim claim{.untaggable = context.untagged};
  if (context.has_keys) {
    claim.evidence.push_back(tag_evidence(recipient.tag, recipient.address));
    // Its address was given to a feedback loop once, and stands in no envelope of ours.
    if (response.kind == response::Kind::FeedbackReport) claim.evidence.back().finding = Finding::Silent;
    if (claim.untaggable.empty()) claim.untaggable = why_untaggable(recipient.plain(), context.tags);
    if (recipient.tag.outcome == TagOutcome::UnknownKey)
      claim.incomplete = explain(recipient.tag, recipient.address);
  }
  if (recipient.never_sends && is_certain_dsn(response)) {
    claim.evidence.push_back({"never-sends", Finding::Refutes, "This mailbox sends no mail."});
  }
  if (!context.trace.empty() && is_dsn(response.kind)) {
    claim.evidence.push_back({"trace", Finding::Hints, context.trace});
  }
  if (response.look == response::Look::Padded) claim.padded = kPadded;
  if (response.look == response::Look::Cut) claim.incomplete = kCut;
  return claim;
}

std::string trace_of(const response::Response& response, std::string_view host) {
  if (!response.original || host.empty()) return {};
  mail::Message header;
  mail::walk_header(response.original->header_block, header);
  for (const auto& field : header.fields_of(header.parts.front())) {
    if (field.id == mail::FieldName::Received && is_written_by(field.value, host)) {
      return fmt::format("The mail that came back names {} in a Received field.", base::printable(host));
    }
  }
  return {};
}

}  // namespace backstop::origin
