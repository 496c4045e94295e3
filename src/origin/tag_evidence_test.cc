#include "origin/tag_evidence.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "origin/tag_fixture.h"

namespace backstop::origin {
namespace {

constexpr TagSettings kSevenDays{.lifetime = std::chrono::days(7)};

struct EvidenceRow {
  const char* name;
  std::string_view address;
  int day;
  Finding want;
  std::string_view want_detail;
};

Evidence evidence_of(std::string_view address, const KeyRing& keys, int on_day) {
  return tag_evidence(verify(address_of(address), keys, day(on_day), kSevenDays), address_of(address));
}

// The ring's key was made on day 20000.
TEST(TagEvidence, SaysWhatTheTagProves) {
  const auto keys = ring_of(key_of(0, "secret"));
  const EvidenceRow rows[] = {
      {"good", "prvs=0787c97471=userx@test.ex", 20780, Finding::Proves,
       "The address prvs=0787c97471=userx@test.ex carries our tag, made with key 0 and good until "
       "2026-11-30."},
      {"stale", "prvs=0787c97471=userx@test.ex", 20789, Finding::Hints,
       "The address prvs=0787c97471=userx@test.ex carries our tag, made with key 0, but it was good only "
       "until 2026-11-30."},
      {"expired", "prvs=0787c97471=userx@test.ex", 20826, Finding::Silent,
       "The address prvs=0787c97471=userx@test.ex carries our tag, made with key 0, but it was good only "
       "until 2026-11-30."},
      {"forged", "prvs=0787000000=userx@test.ex", 20780, Finding::Silent,
       "The tag in the address prvs=0787000000=userx@test.ex was not made with our key 0: it is forged, or "
       "was damaged."},
      {"a number that the ring never had", "prvs=1787c97471=userx@test.ex", 20780, Finding::Silent,
       "The tag in the address prvs=1787c97471=userx@test.ex names key 1, which our key ring does not have."},
      {"the same while the ring is young", "prvs=1787c97471=userx@test.ex", 20044, Finding::Silent,
       "The tag in the address prvs=1787c97471=userx@test.ex names key 1, which our key ring does not have, "
       "or "
       "has no longer."},
      {"none", "userx@test.ex", 20780, Finding::Silent, "The address userx@test.ex carries no tag."},
      {"foreign", "btv1==760cdc7c545==userx@test.ex", 20780, Finding::Silent,
       "The address btv1==760cdc7c545==userx@test.ex carries a tag of Barracuda's mail gateway, which nobody "
       "else can check."},
  };
  for (const auto& row : rows) {
    const auto evidence = evidence_of(row.address, keys, row.day);
    EXPECT_EQ(name(evidence.kind), "tag") << row.name;
    EXPECT_EQ(name(evidence.finding), name(row.want)) << row.name;
    EXPECT_EQ(evidence.detail, row.want_detail) << row.name;
  }
}

TEST(TagEvidence, OnlyABadTagOfTheNullSenderMayBeAGuess) {
  for (std::size_t i = 0; i < kTagOutcomeNames.size(); ++i) {
    TagCheck check;
    check.outcome = static_cast<TagOutcome>(i);
    EXPECT_EQ(is_guess(check, true), kTagOutcomeNames[i] == "bad-mac") << kTagOutcomeNames[i];
    EXPECT_FALSE(is_guess(check, false)) << kTagOutcomeNames[i];
  }
}

TEST(TagEvidence, IsPrintable) {
  const auto evidence = evidence_of("\x1b[2J\xFF@test.ex", KeyRing(), 20780);
  EXPECT_TRUE(base::is_utf8(evidence.detail));
  EXPECT_EQ(evidence.detail.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace backstop::origin
