#include "origin/message_proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/day.h"
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

std::string day_of(std::chrono::sys_seconds time) {
  return base::format_day(std::chrono::floor<std::chrono::days>(time));
}

std::string why_no_watermark(WatermarkOutcome outcome, const Watermark& watermark) {
  switch (outcome) {
    case WatermarkOutcome::Expired:
      return fmt::format("The watermark that came back is ours, but older than {} days: it was made on {}.",
                         kWatermarkLife.count(), day_of(watermark.time()));
    case WatermarkOutcome::Ahead:
      return fmt::format("The watermark that came back is ours, but dated {}, in the future.",
                         day_of(watermark.time()));
    case WatermarkOutcome::UnknownKey:
      return fmt::format("The watermark that came back names key {}, which our key ring does not have.",
                         watermark.key_number);
    case WatermarkOutcome::RetiredKey:
      return fmt::format(
          "The watermark that came back names key {}, which was retired too long ago to count: more than {} "
          "days.",
          watermark.key_number, kMemory.count());
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

/// Returns a clause that says why a signature could not be verified.
std::string_view why_not_good(dkim::Outcome outcome) {
  using enum dkim::Outcome;
  switch (outcome) {
    case NoKey:
      return "we know no key of that name";
    case KeyOutOfDays:
      return "the days that the key folder gives for this key (from, until) don't include today";
    case KeyRevoked:
      return "its key was revoked";
    case WeakKey:
      return "its key is too weak to count";
    case BadKey:
      return "its key can't be read";
    case KeyForbids:
      return "its key does not allow this use";
    case WrongAlgorithm:
      return "its algorithm is not that of the key, or is not one that counts";
    case Malformed:
      return "it can't be read";
    case BodyChanged:
      return "the body was changed";
    case FromUnsigned:
      return "it does not sign From";
    case Good:
    case BadSignature:
      break;
  }
  return "it does not fit the header, which was changed, or another key made it";
}

/// Returns a clause that says why a good signature proves nothing.
std::string_view why_not_fit(dkim::Fitness fitness) {
  switch (fitness) {
    case dkim::Fitness::NoFrom:
      return "the header has no address in From";
    case dkim::Fitness::SeveralFrom:
      return "the header has several addresses in From";
    case dkim::Fitness::Fit:
    case dkim::Fitness::Unbound:
      break;
  }
  return "neither Message-ID nor Date is signed, so it would fit any mail";
}

std::string why_out_of_life(const SeenSignature& signature, std::chrono::sys_seconds now) {
  if (!signature.signed_at) return "is good but proves nothing: it has no date";
  if (*signature.signed_at > now)
    return fmt::format("is dated {}, in the future", day_of(*signature.signed_at));
  return fmt::format("is older than {} days: it was made on {}", kProofLife.count(),
                     day_of(*signature.signed_at));
}

std::string why_no_signature(const SeenSignature& signature, const ProofContext& context) {
  if (signature.is_failed) return fmt::format("The DKIM key {} could not be looked up.", signature.key_name);
  const std::string which = fmt::format("The DKIM signature that came back, by {},", signature.key_name);
  if (signature.outcome != dkim::Outcome::Good)
    return fmt::format("{} proves nothing: {}.", which, why_not_good(signature.outcome));
  if (signature.fitness != dkim::Fitness::Fit)
    return fmt::format("{} is good but proves nothing: {}.", which, why_not_fit(signature.fitness));
  if (!is_in_life(signature, context.now))
    return fmt::format("{} {}.", which, why_out_of_life(signature, context.now));
  return fmt::format("{} is of {}, another mailbox.", which, base::printable(signature.from, kMostShown));
}

/// Returns what the ledger knows of an id that is recorded.
std::string how_recorded(const SeenId& known) {
  const std::string id = base::printable(known.message_id, kMostShown);
  if (!known.addressees.empty()) {
    return fmt::format("A mail of this mailbox left for {}, with the Message-ID {}.",
                       base::printable(known.addressees.front(), kMostShown), id);
  }
  if (known.recipients > 0) return fmt::format("A mail of this mailbox left with the Message-ID {}.", id);
  return fmt::format(
      "The Message-ID {} was imported from a list of mail that left, which doesn't say who sent it.", id);
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
    return proof(EvidenceKind::Ledger, "id:" + known->message_id, how_recorded(*known), context);
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
  const auto has_no_key = [](const SeenSignature& one) {
    return !one.is_failed &&
           (one.outcome == dkim::Outcome::NoKey || one.outcome == dkim::Outcome::KeyOutOfDays);
  };
  const auto unknown = std::ranges::find_if(context.signatures, has_no_key);
  if (unknown == context.signatures.end()) return std::nullopt;
  return hint(why_no_signature(*unknown, context));
}

}  // namespace backstop::origin
