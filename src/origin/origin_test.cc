#include "origin/origin.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace backstop::origin {
namespace {

using Kind = EvidenceKind;

Evidence found(Kind kind, Finding finding) {
  return {kind, finding, std::string(name(kind)) + " " + std::string(name(finding))};
}

const Evidence kProof = found(Kind::Tag, Finding::Proves);
const Evidence kRefutation = found(Kind::NeverSends, Finding::Refutes);
const Evidence kStale = found(Kind::Tag, Finding::Hints);
const Evidence kTrace = found(Kind::Trace, Finding::Hints);
const Evidence kSilent = found(Kind::Tag, Finding::Silent);

struct Row {
  const char* name;
  Grounds grounds;
  const char* want;  ///< result, cause, and the reason
};

const Row kRows[] = {
    {"a proof", {.evidence = {kProof}}, "genuine tag: tag proves"},
    {"a proof and a refutation", {.evidence = {kProof, kRefutation}}, "genuine tag: tag proves"},
    {"a refutation and a proof", {.evidence = {kRefutation, kProof}}, "genuine tag: tag proves"},
    {"a proof and all that speaks against it",
     {.evidence = {kSilent, kTrace, kRefutation, kProof},
      .padded = "p",
      .incomplete = "i",
      .untaggable = "u"},
     "genuine tag: tag proves"},
    {"a refutation", {.evidence = {kRefutation}}, "forged never-sends: never-sends refutes"},
    {"a refutation and all below it",
     {.evidence = {kSilent, kStale, kTrace, kRefutation}, .padded = "p", .incomplete = "i"},
     "forged never-sends: never-sends refutes"},
    {"a refutation of an address that can't be tagged",
     {.evidence = {kRefutation}, .untaggable = "u"},
     "forged never-sends: never-sends refutes"},
    {"padded", {.padded = "p"}, "unproven padded: p"},
    {"padded and incomplete, with a hint",
     {.evidence = {kStale}, .padded = "p", .incomplete = "i"},
     "unproven padded: p"},
    {"padded, but it can't be tagged", {.padded = "p", .untaggable = "u"}, "unproven untaggable: u"},
    {"padded and incomplete, but it can't be tagged",
     {.padded = "p", .incomplete = "i", .untaggable = "u"},
     "unproven incomplete: i"},
    {"incomplete", {.incomplete = "i"}, "unproven incomplete: i"},
    {"incomplete, with a hint", {.evidence = {kStale}, .incomplete = "i"}, "unproven incomplete: i"},
    {"a stale tag", {.evidence = {kStale}}, "unproven stale: tag hints"},
    {"a trace", {.evidence = {kTrace}}, "unproven hinted: trace hints"},
    {"a stale tag before a trace", {.evidence = {kStale, kTrace}}, "unproven stale: tag hints"},
    {"a silent tag and a trace", {.evidence = {kSilent, kTrace}}, "unproven hinted: trace hints"},
    {"a hint for what can't be tagged",
     {.evidence = {kTrace}, .untaggable = "u"},
     "unproven hinted: trace hints"},
    {"untaggable", {.evidence = {kSilent}, .untaggable = "u"}, "unproven untaggable: u"},
    {"a silent tag", {.evidence = {kSilent}}, "unproven bare: tag silent"},
    {"nothing", {}, "unproven bare: "},
};

TEST(Origin, TheFirstRuleThatHoldsDecides) {
  for (const auto& row : kRows) {
    const Origin origin = judge(row.grounds);
    const std::string got =
        std::string(name(origin.result)) + " " + std::string(name(origin.cause)) + ": " + origin.why;
    EXPECT_EQ(got, row.want) << row.name;
    EXPECT_TRUE(
        std::ranges::equal(origin.evidence, row.grounds.evidence, {}, &Evidence::detail, &Evidence::detail))
        << row.name;
  }
}

TEST(Origin, EveryCauseIsDecidedByARow) {
  for (const std::string_view cause : kCauseNames) {
    const auto decides = [&](const Row& row) { return name(judge(row.grounds).cause) == cause; };
    EXPECT_TRUE(std::ranges::any_of(kRows, decides)) << cause;
  }
}

}  // namespace
}  // namespace backstop::origin
