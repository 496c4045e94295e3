#include "origin/tag_evidence.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "origin/tag_fixture.h"

namespace backstop::origin {
namespace {

struct EvidenceRow {
  const char* name;
  std::string_view address;
  int day;
  Finding want;
  std::string_view want_detail;
};

TEST(TagEvidence, SaysWhatTheTagProves) {
  const auto keys = ring_of(key_of(0, "secret"));
  const EvidenceRow rows[] = {
      {"good", "prvs=0787c97471=userx@test.ex", 20780, Finding::Proves,
       "The address prvs=0787c97471=userx@test.ex carries our tag, made with key 0 and good until "
       "2026-11-30."},
      {"expired", "prvs=0787c97471=userx@test.ex", 20789, Finding::Refutes,
       "The address prvs=0787c97471=userx@test.ex carries our tag, made with key 0, but it was good only "
       "until "
       "2026-11-30."},
      {"forged", "prvs=0787000000=userx@test.ex", 20780, Finding::Refutes,
       "The tag in the address prvs=0787000000=userx@test.ex was not made with our key 0: it is forged, or "
       "was "
       "damaged."},
      {"unknown key", "prvs=1787c97471=userx@test.ex", 20780, Finding::Silent,
       "The tag in the address prvs=1787c97471=userx@test.ex names key 1, which our key ring does not have."},
      {"none", "userx@test.ex", 20780, Finding::Silent, "The address userx@test.ex carries no tag."},
      {"foreign", "btv1==760cdc7c545==userx@test.ex", 20780, Finding::Silent,
       "The address btv1==760cdc7c545==userx@test.ex carries a tag of Barracuda's mail gateway, which nobody "
       "else "
       "can check."},
  };
  for (const auto& row : rows) {
    const auto evidence = tag_evidence(address_of(row.address), keys, day(row.day));
    EXPECT_EQ(evidence.name, "tag") << row.name;
    EXPECT_EQ(name(evidence.finding), name(row.want)) << row.name;
    EXPECT_EQ(evidence.detail, row.want_detail) << row.name;
  }
}

TEST(TagEvidence, ExpiredMayBeSilentButNothingElseChanges) {
  const auto keys = ring_of(key_of(0, "secret"));
  const auto finding_on = [&](int number, std::string_view address) {
    return name(tag_evidence(address_of(address), keys, day(number), {}, ExpiredTag::IsSilent).finding);
  };
  EXPECT_EQ(finding_on(20789, "prvs=0787c97471=userx@test.ex"), name(Finding::Silent));
  EXPECT_EQ(finding_on(20780, "prvs=0787c97471=userx@test.ex"), name(Finding::Proves));
  EXPECT_EQ(finding_on(20780, "prvs=0787000000=userx@test.ex"), name(Finding::Refutes));
}

TEST(TagEvidence, DecidesTheOrigin) {
  const auto keys = ring_of(key_of(0, "secret"));
  const auto origin_of = [&](std::string_view address) {
    return name(judge({tag_evidence(address_of(address), keys, day(20780))}).result);
  };
  EXPECT_EQ(origin_of("prvs=0787c97471=userx@test.ex"), "genuine");
  EXPECT_EQ(origin_of("prvs=0787000000=userx@test.ex"), "forged");
  EXPECT_EQ(origin_of("userx@test.ex"), "unproven");
}

TEST(TagEvidence, IsPrintable) {
  const auto evidence = tag_evidence(address_of("\x1b[2J\xFF@test.ex"), KeyRing(), day(20780));
  EXPECT_TRUE(base::is_utf8(evidence.detail));
  EXPECT_EQ(evidence.detail.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace backstop::origin
