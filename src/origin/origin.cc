#include "origin/origin.h"

#include <algorithm>
#include <utility>

namespace backstop::origin {

namespace {

Cause cause_of_proof(EvidenceKind kind) {
  switch (kind) {
    case EvidenceKind::Local:
      return Cause::Local;
    case EvidenceKind::Watermark:
      return Cause::Watermark;
    case EvidenceKind::Dkim:
      return Cause::Dkim;
    case EvidenceKind::Ledger:
      return Cause::Ledger;
    case EvidenceKind::Pair:
      return Cause::Pair;
    case EvidenceKind::Tag:
    case EvidenceKind::NeverSends:
    case EvidenceKind::Trace:
    case EvidenceKind::Other:
      break;
  }
  return Cause::Tag;
}

/// Returns the first evidence of the highest level for which `holds` is true; null if there is none.
template <typename Holds>
const Evidence* best(const std::vector<Evidence>& evidence, Holds holds) {
  const Evidence* found = nullptr;
  for (const auto& one : evidence) {
    if (holds(one) && (found == nullptr || one.level > found->level)) found = &one;
  }
  return found;
}

/// One look at all that was found, with the questions that the rules ask.
struct Weighing {
  const Grounds& grounds;
  const std::vector<Evidence>& evidence;

  const Evidence* with(Finding finding) const {
    return best(evidence, [&](const Evidence& one) { return one.finding == finding && !one.is_worn; });
  }
  // A tag is bound to no mail: whoever learned one can send a bounce that returns a header of his own.
  bool is_contradicted(const Evidence& proof) const {
    return proof.level == Level::C && grounds.is_dsn && !grounds.missing.empty();
  }
  const Evidence* local() const {
    return best(evidence, [](const Evidence& one) {
      return one.kind == EvidenceKind::Local && one.finding == Finding::Proves;
    });
  }
  const Evidence* proof() const {
    return best(evidence, [&](const Evidence& one) {
      return one.finding == Finding::Proves && !one.is_worn && !is_contradicted(one);
    });
  }
  // Its hash was made here, so it forbids refusal.
  const Evidence* stale() const {
    return best(evidence, [](const Evidence& one) {
      return one.kind == EvidenceKind::Tag && one.finding == Finding::Hints && !one.is_worn;
    });
  }
  const Evidence* worn() const {
    return best(evidence, [&](const Evidence& one) {
      return one.is_worn && (one.finding == Finding::Proves || grounds.is_surge);
    });
  }
};

struct Decision {
  Result result;
  Cause cause;
  std::string_view why;
};

Decision decide(const Weighing& found) {
  const auto& grounds = found.grounds;
  if (const auto* local = found.local()) return {Result::Genuine, Cause::Local, local->detail};
  if (const auto* proof = found.proof()) {
    return {Result::Genuine, cause_of_proof(proof->kind), proof->detail};
  }
  if (found.with(Finding::Proves) != nullptr) return {Result::Unproven, Cause::TagOnly, grounds.missing};
  if (const auto* worn = found.worn(); worn != nullptr && worn->finding == Finding::Proves) {
    return {Result::Unproven, Cause::Worn, worn->detail};
  }
  const auto* const stale = found.stale();
  if (const auto* against = found.with(Finding::Refutes); against != nullptr && stale == nullptr) {
    return {Result::Forged, Cause::NeverSends, against->detail};
  }
  if (!grounds.bad_tag.empty() && !grounds.missing.empty() && grounds.incomplete.empty()) {
    return {Result::Forged, Cause::BadTag, grounds.bad_tag};
  }
  if (!grounds.padded.empty() && stale == nullptr) {
    return {Result::Unproven, Cause::Padded, grounds.padded};
  }
  if (!grounds.incomplete.empty()) return {Result::Unproven, Cause::Incomplete, grounds.incomplete};
  if (stale != nullptr) return {Result::Unproven, Cause::Stale, stale->detail};
  if (const auto* hint = found.with(Finding::Hints)) return {Result::Unproven, Cause::Hinted, hint->detail};
  if (const auto* worn = found.worn()) return {Result::Unproven, Cause::Worn, worn->detail};
  if (!grounds.missing.empty()) return {Result::Unproven, Cause::Missing, grounds.missing};
  if (!grounds.untaggable.empty()) return {Result::Unproven, Cause::Untaggable, grounds.untaggable};
  const auto* silent = found.with(Finding::Silent);
  return {Result::Unproven, Cause::Bare, silent == nullptr ? std::string_view() : silent->detail};
}

}  // namespace

Origin judge(Grounds grounds) {
  const auto [result, cause, why] = decide({grounds, grounds.evidence});
  Origin origin{.result = result, .cause = cause, .why = std::string(why)};
  origin.evidence = std::move(grounds.evidence);
  return origin;
}

}  // namespace backstop::origin
