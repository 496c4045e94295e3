#include "origin/claim.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "base/day.h"
#include "base/domain_key.h"
#include "base/text.h"
#include "mail/address_syntax.h"
#include "mail/message.h"
#include "origin/tag_evidence.h"

namespace backstop::origin {

namespace {

constexpr std::string_view kPadded =
    "The mail says that it has a delivery report, but has so much in front of it that the report is not "
    "read. "
    "A genuine bounce has its report in its first kilobytes.";
constexpr std::string_view kCut =
    "The mail is too large to be read in full, and its report and the mail that it returns come behind the "
    "part "
    "that is read.";

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

std::optional<Evidence> find_local(const Claim& claim) {
  if (claim.context.local.empty()) return std::nullopt;
  return Evidence{.finding = Finding::Proves, .level = Level::A, .detail = claim.context.local};
}

// Anybody can write under the name of a correspondent, so it is a hint.
std::optional<Evidence> find_pair(const Claim& claim) {
  using response::Kind;
  const auto kind = claim.response.kind;
  const bool is_of_person =
      kind == Kind::AutoReply || kind == Kind::Challenge || kind == Kind::Mdn || kind == Kind::ListNotice;
  if (claim.context.pair.empty() || !is_of_person) return std::nullopt;
  return Evidence{.finding = Finding::Hints, .detail = claim.context.pair};
}

std::optional<Evidence> find_another(const Claim& claim) {
  if (claim.proofs == nullptr || !is_dsn(claim.response.kind)) return std::nullopt;
  return find_other(claim.response, *claim.proofs);
}

/// Each returns nullopt if what came back has none.
template <std::optional<Evidence> (*kFind)(const response::Response&, const ProofContext&)>
std::optional<Evidence> find_in_message(const Claim& claim) {
  return claim.proofs == nullptr ? std::nullopt : kFind(claim.response, *claim.proofs);
}

// A date that can't be read, or of the future, counts as now.
std::chrono::sys_seconds date_of(const response::ReturnedBlock& block, std::chrono::sys_seconds now) {
  return block.date ? std::min(*block.date, now) : now;
}

bool is_from_owner_domain(const response::ReturnedBlock& block, const OwnerSet& owners) {
  const auto from = mail::parse_address(block.from);
  return from && base::domain_key(from->domain) == domain_of_owner(owners.owner());
}

// A date that is older than any proof lives counts as now: a genuine bounce doesn't come so late.
bool is_since(const response::ReturnedBlock& block, std::chrono::sys_seconds now,
              std::optional<std::chrono::sys_seconds> begin) {
  const auto date = date_of(block, now);
  return begin && (date < now - kProofLife ? now : date) >= *begin;
}

/// True if our own mail of that date carries a proof in its header, or is in the ledger.
bool is_covered(const response::ReturnedBlock& block, const Claim& claim) {
  const auto since = [&](const auto& begin) { return is_since(block, claim.proofs->now, begin); };
  const auto& [watermark, dkim, ledger, tag] = claim.coverage;
  return since(watermark) || (since(dkim) && is_from_owner_domain(block, claim.proofs->owners)) ||
         (since(ledger) && !block.message_id.empty());
}

bool is_message_proof(const Evidence& evidence) {
  const auto kind = evidence.kind;
  const bool is_in_message =
      kind == EvidenceKind::Watermark || kind == EvidenceKind::Dkim || kind == EvidenceKind::Ledger;
  return is_in_message && evidence.finding == Finding::Proves;
}

std::string before_proofs(const response::ReturnedBlock& block, std::chrono::sys_seconds now) {
  constexpr std::string_view kNotKnown = "and mail of this domain is not known to carry proofs";
  if (!block.date) return fmt::format("What came back has no date that can be read, {}.", kNotKnown);
  const auto day = base::format_day(std::chrono::floor<std::chrono::days>(*block.date));
  if (*block.date > now) return fmt::format("What came back is dated {}, in the future, {}.", day, kNotKnown);
  return fmt::format("What came back is dated {}, when mail of this domain was not known to carry proofs.",
                     day);
}

// A whole header of ours has a proof, if it is of a time in which our mail has proofs. If our mail had tags
// then, the address that the response came to says enough.
void look_for_missing(const Claim& claim, Grounds& grounds) {
  if (std::ranges::any_of(grounds.evidence, is_message_proof)) return;
  const auto& returned = claim.response.returned;
  const auto block = std::ranges::find_if(returned, &response::ReturnedBlock::is_whole);
  if (block == returned.end()) return;
  if (is_covered(*block, claim)) {
    grounds.missing = "A whole header came back, and it carries no proof of ours.";
  } else if (!is_since(*block, claim.proofs->now, claim.coverage.tag)) {
    grounds.incomplete = before_proofs(*block, claim.proofs->now);
  }
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
    {EvidenceKind::Local, find_local},
    {EvidenceKind::Watermark, find_in_message<find_watermark>},
    {EvidenceKind::Dkim, find_in_message<find_signature>},
    {EvidenceKind::Ledger, find_in_message<find_recorded>},
    {EvidenceKind::Pair, find_pair},
    {EvidenceKind::Trace, find_trace},
    {EvidenceKind::Other, find_another},
});
// In the order of EvidenceKind, each once.
static_assert(std::ranges::adjacent_find(kRows, std::ranges::greater_equal(), &Row::kind) == kRows.end());

}  // namespace

const mail::Address& Recipient::plain() const {
  return tag.tag && is_verifiable(tag.tag->shape) ? tag.tag->plain : address;
}

Grounds collect(const Claim& claim) {
  const auto& [recipient, response, context, proofs, coverage] = claim;
  Grounds grounds{.is_dsn = is_dsn(response.kind), .untaggable = context.untagged};
  for (const Row& row : kRows) {
    auto found = row.find(claim);
    if (!found) continue;
    found->kind = row.kind;
    grounds.evidence.push_back(std::move(*found));
  }
  if (context.is_tagging && grounds.untaggable.empty())
    grounds.untaggable = why_untaggable(recipient.plain(), context.tags);
  if (proofs != nullptr && is_dsn(response.kind)) look_for_missing(claim, grounds);
  if (!context.failed.empty()) grounds.incomplete = context.failed;
  if (context.has_keys && recipient.tag.outcome == TagOutcome::UnknownKey)
    grounds.incomplete = explain(recipient.tag, recipient.address);
  if (context.is_only_key && recipient.tag.outcome == TagOutcome::BadMac)
    grounds.bad_tag = explain(recipient.tag, recipient.address);
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
