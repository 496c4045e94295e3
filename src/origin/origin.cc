#include "origin/origin.h"

#include <algorithm>
#include <utility>

namespace backstop::origin {

namespace {

/// The sentence of the first evidence that says so; nullptr if none does.
const std::string* first(const std::vector<Evidence>& evidence, Finding finding) {
  const auto found = std::ranges::find(evidence, finding, &Evidence::finding);
  return found == evidence.end() ? nullptr : &found->detail;
}

}  // namespace

Origin judge(Claim claim) {
  Origin origin{.evidence = std::move(claim.evidence)};
  const auto decide = [&](Result result, Cause cause, std::string why) {
    origin.result = result;
    origin.cause = cause;
    origin.why = std::move(why);
  };
  if (const auto* proof = first(origin.evidence, Finding::Proves)) {
    decide(Result::Genuine, Cause::Tag, *proof);
  } else if (const auto* refutation = first(origin.evidence, Finding::Refutes)) {
    decide(Result::Forged, Cause::NeverSends, *refutation);
  } else if (!claim.padded.empty() && claim.untaggable.empty()) {
    decide(Result::Unproven, Cause::Padded, std::move(claim.padded));
  } else if (!claim.incomplete.empty()) {
    decide(Result::Unproven, Cause::Incomplete, std::move(claim.incomplete));
  } else if (const auto* hint = first(origin.evidence, Finding::Hints)) {
    decide(Result::Unproven, Cause::Stale, *hint);
  } else if (!claim.untaggable.empty()) {
    decide(Result::Unproven, Cause::Untaggable, std::move(claim.untaggable));
  } else {
    const auto* silent = first(origin.evidence, Finding::Silent);
    decide(Result::Unproven, Cause::Bare, silent == nullptr ? std::string() : *silent);
  }
  return origin;
}

}  // namespace backstop::origin
