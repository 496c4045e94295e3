#include "origin/tag_lint.h"

#include <gtest/gtest.h>

#include <string>

#include "origin/tag_fixture.h"

namespace backstop::origin {
namespace {

struct LintRow {
  const char* name;
  std::string address;
  std::string_view want;  // the findings' names, with spaces between
};

std::string names(const TagLint& lint) {
  std::string text;
  for (const auto& finding : lint.findings) {
    EXPECT_FALSE(finding.detail.empty()) << finding.name;
    text += (text.empty() ? "" : " ") + std::string(finding.name);
  }
  return text;
}

TEST(TagLint, FindsWhatWouldFail) {
  const LintRow rows[] = {
      {"good tag", "prvs=0787c97471=userx@test.ex", ""},
      {"good sub-address", "userx+prvs=0787c97471@test.ex", ""},
      {"untagged and fit for it", "userx@test.ex", ""},
      {"expired", "prvs=0779c97471=userx@test.ex", "expired"},
      {"from far ahead", "prvs=0999c97471=userx@test.ex", "expired"},
      {"from tomorrow", "prvs=0799c97471=userx@test.ex", "ahead"},
      {"folded up", "PRVS=0787C97471=USERX@TEST.EX", "upper-case-hash mixed-case"},
      {"case", "prvs=0787c97471=UserX@test.ex", "mixed-case"},
      {"twice", "prvs=0787c97471=prvs=0787c97471=userx@test.ex", "tagged-twice"},
      {"twice, second as a sub-address", "prvs=0787c97471=userx+prvs=0787c97471@test.ex", "tagged-twice"},
      {"srs inside", "prvs=0787c97471=SRS0=a=b=c=d@test.ex", "srs mixed-case"},
      {"long", "prvs=0787c97471=" + std::string(49, 'a') + "@test.ex", "local-part-too-long"},
      {"as long as may be", "prvs=0787c97471=" + std::string(48, 'a') + "@test.ex", ""},
      {"barracuda", "btv1==760cdc7c545==userx@test.ex", "foreign"},
      {"cisco", "prvs=262caef14=userx@test.ex", "foreign"},
      {"old exim", "prvs=userx/0787c97471@test.ex", "foreign"},
      {"broken", "prvs=0787c974=x@test.ex", "malformed"},
      {"srs", "SRS0=a=b=c=d@test.ex", "srs"},
      {"too long to tag", std::string(49, 'a') + "@test.ex", "local-part-too-long"},
      {"quoted", "a b@test.ex", "quoted"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(names(lint({address_of(row.address)}, day(20780))), row.want) << row.name;
  }
  EXPECT_EQ(names(lint(mail::Path{}, day(20780))), "null-path");
}

TEST(TagLint, ChecksTheHashIfThereAreKeys) {
  KeyRing keys = ring_of(key_of(0, "secret"));
  ASSERT_TRUE(keys.add(key_of(0, "1632203830", KeyUse::Verify, TagFamily::Indimail)));
  struct Row {
    const char* name;
    std::string_view address;
    int today;
    std::string_view want;
  };
  const Row rows[] = {
      {"ours", "prvs=0787c97471=userx@test.ex", 20780, ""},
      {"ours, capital letters", "prvs=0787e48817=Andrew.Smith@Example.COM", 20780, ""},
      {"exim's, capital letters", "prvs=0787eda7de=Andrew.Smith@Example.COM", 20780, "mixed-case"},
      {"forged", "prvs=0787000000=userx@test.ex", 20780, "bad-mac"},
      {"of a key that there never was", "prvs=1787c97471=userx@test.ex", 20780, "bad-mac"},
      {"of a key that may have been", "prvs=1027c97471=userx@test.ex", 20020, "unknown-key"},
      {"indimail's, on its last day", "prvs=0891a9abd5=test@example.com", 18898, ""},
      {"indimail's, a day later", "prvs=0891a9abd5=test@example.com", 18899, "expired"},
      {"foreign", "btv1==760cdc7c545==userx@test.ex", 20780, "foreign"},
      {"no tag", "userx@test.ex", 20780, ""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(
        names(lint({address_of(row.address)}, day(row.today), {.lifetime = std::chrono::days(7)}, &keys)),
        row.want)
        << row.name;
  }
}

}  // namespace
}  // namespace backstop::origin
