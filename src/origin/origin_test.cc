#include "origin/origin.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace backstop::origin {
namespace {

using Kind = EvidenceKind;

Evidence found(Kind kind, Finding finding, Level level = Level::None) {
  std::string detail = std::string(name(kind)) + " " + std::string(name(finding));
  if (level != Level::None) detail.append(" at ").append(name(level));
  return {.kind = kind, .finding = finding, .level = level, .detail = detail};
}

Evidence worn(Evidence evidence) {
  evidence.is_worn = true;
  return evidence;
}

const Evidence kLocal = found(Kind::Local, Finding::Proves, Level::A);
const Evidence kMarkA = found(Kind::Watermark, Finding::Proves, Level::A);
const Evidence kMarkB = found(Kind::Watermark, Finding::Proves, Level::B);
const Evidence kDkim = found(Kind::Dkim, Finding::Proves, Level::B);
const Evidence kLedger = found(Kind::Ledger, Finding::Proves, Level::A);
const Evidence kTag = found(Kind::Tag, Finding::Proves, Level::C);
const Evidence kPair = found(Kind::Pair, Finding::Proves, Level::C);
const Evidence kRefutation = found(Kind::NeverSends, Finding::Refutes);
const Evidence kStale = found(Kind::Tag, Finding::Hints);
const Evidence kTrace = found(Kind::Trace, Finding::Hints);
const Evidence kOther = found(Kind::Other, Finding::Hints);
const Evidence kSilent = found(Kind::Tag, Finding::Silent);

struct Row {
  const char* name;
  Grounds grounds;
  const char* want;  ///< result, cause, and the reason
};

// The rows stand in the order of the table in docs/policy.md: each with what is just below it, too.
const Row kRows[] = {
    {"local", {.evidence = {kLocal}}, "genuine local: local proves at A"},
    {"local before a proof", {.evidence = {kMarkA, kLocal}}, "genuine local: local proves at A"},
    {"local is never worn", {.evidence = {worn(kLocal)}}, "genuine local: local proves at A"},

    {"a watermark", {.evidence = {kMarkB}}, "genuine watermark: watermark proves at B"},
    {"a signature", {.evidence = {kDkim}}, "genuine dkim: dkim proves at B"},
    {"a recorded id", {.evidence = {kLedger}}, "genuine ledger: ledger proves at A"},
    {"a tag", {.evidence = {kTag}}, "genuine tag: tag proves at C"},
    {"a pair", {.evidence = {kPair}, .is_dsn = false}, "genuine pair: pair proves at C"},
    {"the highest level decides",
     {.evidence = {kTag, kMarkB, kLedger}},
     "genuine ledger: ledger proves at A"},
    {"of one level, the first", {.evidence = {kMarkB, kDkim}}, "genuine watermark: watermark proves at B"},
    {"a worn proof beside one that is not",
     {.evidence = {worn(kLedger), kDkim}},
     "genuine dkim: dkim proves at B"},
    {"a proof and all that speaks against it",
     {.evidence = {kSilent, kTrace, kRefutation, kMarkB},
      .missing = "m",
      .bad_tag = "b",
      .padded = "p",
      .incomplete = "i",
      .untaggable = "u"},
     "genuine watermark: watermark proves at B"},
    {"a tag and a refutation", {.evidence = {kTag, kRefutation}}, "genuine tag: tag proves at C"},
    {"a tag and all that speaks against it but a missing proof",
     {.evidence = {kTag, kRefutation}, .bad_tag = "b", .padded = "p", .incomplete = "i", .untaggable = "u"},
     "genuine tag: tag proves at C"},

    {"a tag, and a header without a proof", {.evidence = {kTag}, .missing = "m"}, "unproven tag-only: m"},
    {"the same of an automatic reply",
     {.evidence = {kTag}, .is_dsn = false, .missing = "m"},
     "genuine tag: tag proves at C"},
    {"tag-only before worn", {.evidence = {kTag, worn(kDkim)}, .missing = "m"}, "unproven tag-only: m"},

    {"a worn proof", {.evidence = {worn(kMarkA)}}, "unproven worn: watermark proves at A"},
    {"a worn tag", {.evidence = {worn(kTag)}}, "unproven worn: tag proves at C"},
    {"worn before a refutation",
     {.evidence = {kRefutation, worn(kDkim)}, .missing = "m", .bad_tag = "b", .padded = "p"},
     "unproven worn: dkim proves at B"},

    {"a refutation", {.evidence = {kRefutation}}, "forged never-sends: never-sends refutes"},
    {"a refutation and all below it",
     {.evidence = {kSilent, kTrace, kRefutation},
      .missing = "m",
      .bad_tag = "b",
      .padded = "p",
      .incomplete = "i",
      .untaggable = "u"},
     "forged never-sends: never-sends refutes"},

    {"a stale tag before a refutation", {.evidence = {kStale, kRefutation}}, "unproven stale: tag hints"},
    {"a worn stale tag and a refutation",
     {.evidence = {worn(kStale), kRefutation}},
     "forged never-sends: never-sends refutes"},

    {"a bad tag, and a header without a proof",
     {.evidence = {kSilent}, .missing = "m", .bad_tag = "b"},
     "forged bad-tag: b"},
    {"the same before padded", {.missing = "m", .bad_tag = "b", .padded = "p"}, "forged bad-tag: b"},
    {"a bad tag alone", {.evidence = {kSilent}, .bad_tag = "b"}, "unproven bare: tag silent"},
    {"a bad tag, and not all could be looked at",
     {.missing = "m", .bad_tag = "b", .incomplete = "i"},
     "unproven incomplete: i"},

    {"padded", {.padded = "p"}, "unproven padded: p"},
    {"padded and all below it",
     {.evidence = {kTrace}, .missing = "m", .padded = "p", .incomplete = "i", .untaggable = "u"},
     "unproven padded: p"},
    {"a stale tag before padded", {.evidence = {kStale}, .padded = "p"}, "unproven stale: tag hints"},

    {"incomplete", {.incomplete = "i"}, "unproven incomplete: i"},
    {"incomplete and all below it",
     {.evidence = {kStale, kTrace}, .missing = "m", .incomplete = "i", .untaggable = "u"},
     "unproven incomplete: i"},

    {"a stale tag", {.evidence = {kStale}}, "unproven stale: tag hints"},
    {"a trace", {.evidence = {kTrace}}, "unproven hinted: trace hints"},
    {"another mailbox", {.evidence = {kOther}}, "unproven hinted: other hints"},
    {"a stale tag before a trace", {.evidence = {kStale, kTrace}}, "unproven stale: tag hints"},
    {"a silent tag and a trace", {.evidence = {kSilent, kTrace}}, "unproven hinted: trace hints"},
    {"a hint before a missing proof",
     {.evidence = {kTrace}, .missing = "m", .untaggable = "u"},
     "unproven hinted: trace hints"},
    {"a worn hint counts no more", {.evidence = {worn(kTrace)}, .missing = "m"}, "unproven missing: m"},
    {"a worn hint in a surge",
     {.evidence = {worn(kTrace)}, .is_surge = true, .missing = "m"},
     "unproven worn: trace hints"},
    {"a worn hint beside one that is not",
     {.evidence = {worn(kTrace), kOther}, .is_surge = true},
     "unproven hinted: other hints"},

    {"a header without a proof", {.evidence = {kSilent}, .missing = "m"}, "unproven missing: m"},
    {"the same to what can't be tagged", {.missing = "m", .untaggable = "u"}, "unproven missing: m"},
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
    EXPECT_EQ(origin.result == Result::Genuine, is_proof(origin.cause)) << row.name;
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
