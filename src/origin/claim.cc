#include "origin/claim.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "base/text.h"
#include "mail/address_syntax.h"
#include "mail/message.h"
#include "origin/tag_evidence.h"

namespace backstop::origin {

namespace {

constexpr std::string_view kPadded =
    "The mail promises a delivery report and has it out of reach. A genuine bounce has it in its first "
    "kilobytes.";
constexpr std::string_view kCut =
    "The mail is larger than what is read of it, and the part that is read ends before its report and what "
    "it returns.";

/// Reads "from ... by HOST ..." (RFC 5321 4.4).
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

std::optional<Evidence> find_tag_evidence(const Claim& claim) {
  if (!claim.context.has_keys) return std::nullopt;
  auto evidence = tag_evidence(claim.recipient.tag, claim.recipient.address);
  // The address was given to a feedback loop once, and is in no envelope of ours.
  if (claim.response.kind == response::Kind::FeedbackReport) evidence.finding = Finding::Silent;
  return evidence;
}

std::optional<Evidence> find_never_sends(const Claim& claim) {
  if (!claim.recipient.never_sends || !is_certain_dsn(claim.response)) return std::nullopt;
  return Evidence{.finding = Finding::Refutes, .detail = "This mailbox sends no mail."};
}

std::optional<Evidence> find_trace(const Claim& claim) {
  if (claim.context.trace.empty() || !is_dsn(claim.response.kind)) return std::nullopt;
  return Evidence{.finding = Finding::Hints, .detail = claim.context.trace};
}

struct Row {
  EvidenceKind kind;
  /// Returns nullopt if this kind of evidence does not apply. Sets no kind.
  std::optional<Evidence> (*find)(const Claim& claim);
};

// A new kind of evidence is a row here.
constexpr auto kRows = std::to_array<Row>({
    {EvidenceKind::Tag, find_tag_evidence},
    {EvidenceKind::NeverSends, find_never_sends},
    {EvidenceKind::Trace, find_trace},
});
// In the order of EvidenceKind, each once.
static_assert(std::ranges::adjacent_find(kRows, std::ranges::greater_equal(), &Row::kind) == kRows.end());

}  // namespace

const mail::Address& Recipient::plain() const {
  return tag.tag && is_verifiable(tag.tag->shape) ? tag.tag->plain : address;
}

Grounds collect(const Claim& claim) {
  const auto& [recipient, response, context] = claim;
  Grounds grounds{.is_dsn = is_dsn(response.kind), .untaggable = context.untagged};
  for (const Row& row : kRows) {
    auto found = row.find(claim);
    if (!found) continue;
    found->kind = row.kind;
    grounds.evidence.push_back(std::move(*found));
  }
  if (context.is_tagging && grounds.untaggable.empty())
    grounds.untaggable = why_untaggable(recipient.plain(), context.tags);
  if (context.has_keys && recipient.tag.outcome == TagOutcome::UnknownKey)
    grounds.incomplete = explain(recipient.tag, recipient.address);
  if (response.look == response::Look::Padded) grounds.padded = kPadded;
  if (response.look == response::Look::Cut) grounds.incomplete = kCut;
  return grounds;
}

std::string trace_of(const response::Response& response, std::string_view host) {
  if (host.empty()) return {};
  mail::Message header;
  for (const auto& block : response.returned) {
    mail::walk_header(block.bytes, header);
    for (const auto& field : header.fields_of(header.parts.front())) {
      if (field.id == mail::FieldName::Received && is_written_by(field.value, host)) {
        return fmt::format("The mail that came back names {} in a Received field.", base::printable(host));
      }
    }
  }
  return {};
}

}  // namespace backstop::origin
