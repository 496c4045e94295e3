#include "origin/origin.h"

#include <algorithm>
#include <utility>

namespace backstop::origin {

namespace {

/// Returns the first evidence with that finding; nullptr if there is none.
const Evidence* first_of(const std::vector<Evidence>& evidence, Finding finding) {
  const auto found = std::ranges::find(evidence, finding, &Evidence::finding);
  return found == evidence.end() ? nullptr : &*found;
}

}  // namespace

Origin judge(Grounds grounds) {
  Origin origin{.evidence = std::move(grounds.evidence)};
  const auto decide = [&](Result result, Cause cause, std::string why) {
    origin.result = result;
    origin.cause = cause;
    origin.why = std::move(why);
  };
  if (const auto* proof = first_of(origin.evidence, Finding::Proves)) {
    decide(Result::Genuine, Cause::Tag, proof->detail);
  } else if (const auto* refutation = first_of(origin.evidence, Finding::Refutes)) {
    decide(Result::Forged, Cause::NeverSends, refutation->detail);
  } else if (!grounds.padded.empty() && grounds.untaggable.empty()) {
    decide(Result::Unproven, Cause::Padded, std::move(grounds.padded));
  } else if (!grounds.incomplete.empty()) {
    decide(Result::Unproven, Cause::Incomplete, std::move(grounds.incomplete));
  } else if (const auto* hint = first_of(origin.evidence, Finding::Hints)) {
    decide(Result::Unproven, hint->kind == EvidenceKind::Tag ? Cause::Stale : Cause::Hinted, hint->detail);
  } else if (!grounds.untaggable.empty()) {
    decide(Result::Unproven, Cause::Untaggable, std::move(grounds.untaggable));
  } else {
    const auto* silent = first_of(origin.evidence, Finding::Silent);
    decide(Result::Unproven, Cause::Bare, silent == nullptr ? std::string() : silent->detail);
  }
  return origin;
}

}  // namespace backstop::origin
