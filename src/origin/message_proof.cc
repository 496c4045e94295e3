#include "origin/message_proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "mail/address_syntax.h"

namespace backstop::origin {

namespace {

constexpr std::size_t kMostShown = 200;

/// Returns the first id that is recorded with an addressee whom the response names, else the first that is
/// recorded at all; null if none is.
const SeenId* recorded(std::span<const SeenId> ids) {
  const SeenId* found = nullptr;
  for (const auto& one : ids) {
    if (!one.addressees.empty()) return &one;
    if (found == nullptr && one.is_recorded()) found = &one;
  }
  return found;
}

// A proof of the owner becomes one of the addressee if the ledger knows whom that mail went to.
Evidence proof(EvidenceKind kind, std::string id, std::string detail, const ProofContext& context) {
  Evidence found{.kind = kind,
                 .finding = Finding::Proves,
                 .level = Level::B,
                 .detail = std::move(detail),
                 .use = {.id = std::move(id)}};
  const SeenId* const known = recorded(context.ids);
  if (known == nullptr) return found;
  found.use.recipients = known->recipients;
  if (known->addressees.empty()) return found;
  found.level = Level::A;
  found.use.id = "id:" + known->message_id;
  found.use.addressees = known->addressees;
  return found;
}

Evidence silent(EvidenceKind kind, std::string detail) {
  return {.kind = kind, .finding = Finding::Silent, .detail = std::move(detail)};
}

std::string why_no_watermark(WatermarkOutcome outcome, const Watermark& watermark) {
  switch (outcome) {
    case WatermarkOutcome::Expired:
      return "The watermark that came back is ours, but older than 30 days.";
    case WatermarkOutcome::Ahead:
      return "The watermark that came back is ours, but dated in the future.";
    case WatermarkOutcome::UnknownKey:
      return fmt::format("The watermark that came back names key {}, which our key ring does not have.",
                         watermark.key_number);
    case WatermarkOutcome::Good:
    case WatermarkOutcome::NoMatch:
      break;
  }
  return "The watermark that came back was not made by us for this address.";
}

bool is_in_life(const SeenSignature& signature, std::chrono::sys_seconds now) {
  if (!signature.signed_at) return false;
  return *signature.signed_at > now - kProofLife && *signature.signed_at < now + kWatermarkAhead;
}

bool is_valid(const SeenSignature& signature, std::chrono::sys_seconds now) {
  return signature.outcome == dkim::Outcome::Good && signature.fitness == dkim::Fitness::Fit &&
         is_in_life(signature, now);
}

std::string why_no_signature(const SeenSignature& signature, const ProofContext& context) {
  if (signature.is_failed) return fmt::format("The key {} could not be looked up.", signature.key_name);
  if (signature.outcome != dkim::Outcome::Good) {
    return fmt::format("The DKIM signature that came back, by {}, proves nothing: {}.", signature.key_name,
                       name(signature.outcome));
  }
  if (signature.fitness != dkim::Fitness::Fit) {
    return fmt::format("The DKIM signature that came back, by {}, is good but proves nothing: {}.",
                       signature.key_name, name(signature.fitness));
  }
  if (!is_in_life(signature, context.now))
    return fmt::format("The DKIM signature that came back, by {}, is older than 30 days.",
                       signature.key_name);
  return fmt::format("The DKIM signature that came back, by {}, is of {}, another mailbox.",
                     signature.key_name, base::printable(signature.from, kMostShown));
}

bool is_of_another(const SeenSignature& signature, const ProofContext& context) {
  return is_valid(signature, context.now) &&
         std::ranges::find(context.others, signature.from) != context.others.end();
}

}  // namespace

std::optional<Evidence> find_watermark(const response::Response& response, const ProofContext& context) {
  std::optional<Evidence> found;
  for (const auto& text : response.watermarks) {
    const auto watermark = parse_watermark(text);
    if (!watermark) continue;
    const auto check =
        check_watermark(*watermark, context.watermark_keys, context.owners.addresses(), context.now);
    if (check.outcome == WatermarkOutcome::Good) {
      return proof(EvidenceKind::Watermark, "watermark:" + base::hex(watermark->id),
                   fmt::format("What came back carries our watermark for {}, made with key {}.",
                               base::printable(check.address, mail::kAddressMost), watermark->key_number),
                   context);
    }
    if (!found) found = silent(EvidenceKind::Watermark, why_no_watermark(check.outcome, *watermark));
  }
  return found;
}

std::optional<Evidence> find_signature(const response::Response&, const ProofContext& context) {
  std::optional<Evidence> found;
  for (const auto& one : context.signatures) {
    if (is_valid(one, context.now) && context.owners.contains(one.from)) {
      return proof(EvidenceKind::Dkim, "dkim:" + one.id,
                   fmt::format("What came back carries our DKIM signature, by {}, for {}.", one.key_name,
                               base::printable(one.from, kMostShown)),
                   context);
    }
    if (!found) found = silent(EvidenceKind::Dkim, why_no_signature(one, context));
  }
  return found;
}

std::optional<Evidence> find_recorded(const response::Response& response, const ProofContext& context) {
  if (const SeenId* const known = recorded(context.ids)) {
    const std::string id = base::printable(known->message_id, kMostShown);
    return proof(EvidenceKind::Ledger, "id:" + known->message_id,
                 known->addressees.empty()
                     ? fmt::format("The Message-ID {} left from here for this mailbox.", id)
                     : fmt::format("The Message-ID {} left from here for {}.", id,
                                   base::printable(known->addressees.front(), kMostShown)),
                 context);
  }
  if (context.ids.empty() || response.answered_ids.empty()) return std::nullopt;
  return silent(EvidenceKind::Ledger,
                fmt::format("No mail with the Message-ID {} was recorded for this mailbox.",
                            base::printable(response.answered_ids.front(), kMostShown)));
}

bool has_other_signature(const ProofContext& context) {
  return std::ranges::any_of(context.signatures,
                             [&](const auto& one) { return is_of_another(one, context); });
}

std::optional<Evidence> find_other(const response::Response& response, const ProofContext& context) {
  const auto hint = [](std::string detail) {
    return Evidence{.kind = EvidenceKind::Other, .finding = Finding::Hints, .detail = std::move(detail)};
  };
  for (const auto& one : context.signatures) {
    if (is_of_another(one, context)) return hint(why_no_signature(one, context));
  }
  for (const auto& text : response.watermarks) {
    const auto watermark = parse_watermark(text);
    if (!watermark) continue;
    const auto check = check_watermark(*watermark, context.watermark_keys, context.others, context.now);
    if (check.outcome != WatermarkOutcome::Good) continue;
    return hint(fmt::format("The watermark that came back is of {}, another mailbox.",
                            base::printable(check.address, mail::kAddressMost)));
  }
  const auto is_unknown = [](const SeenSignature& one) {
    return one.outcome == dkim::Outcome::NoKey && !one.is_failed;
  };
  const auto unknown = std::ranges::find_if(context.signatures, is_unknown);
  if (unknown == context.signatures.end()) return std::nullopt;
  return hint(fmt::format("What came back names the DKIM key {}, which we don't know.", unknown->key_name));
}

}  // namespace backstop::origin
