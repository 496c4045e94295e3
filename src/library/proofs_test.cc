#include <backstop/proofs.h>
#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <string>

#include "base/folder_fixture.h"

namespace backstop {
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr std::string_view kRing = "0 exim sign 2026-01-01 secret\n";
const Time kNow{days(20780)};

TEST(Proofs, ATagIsMadeAndChecked) {
  const Keys keys = Keys::parse(kRing);
  const Tagged tagged = keys.tag("Ann@example.org", kNow);
  EXPECT_EQ(tagged.refused, "");
  EXPECT_TRUE(tagged.address.starts_with("prvs=0")) << tagged.address;
  const TagResult good = keys.check_tag(tagged.address, kNow + days(13));
  EXPECT_TRUE(good.is_good()) << good.detail;
  EXPECT_EQ(good.plain, "Ann@example.org");
  EXPECT_EQ(keys.check_tag(tagged.address, kNow + days(15)).outcome, "stale");
  EXPECT_EQ(keys.check_tag("ann@example.org", kNow).outcome, "no-tag");
  std::string other = tagged.address;
  other.replace(other.find("@example.org"), std::string::npos, "@example.com");
  EXPECT_NE(keys.check_tag(other, kNow).outcome, "good");
}

TEST(Proofs, OptionsOfTagsCount) {
  const Keys keys = Keys::parse(kRing);
  TagOptions options;
  options.is_sub_address = true;
  options.delimiter = '-';
  options.lifetime_days = 1;
  const Tagged tagged = keys.tag("ann@example.org", kNow, options);
  EXPECT_TRUE(tagged.address.starts_with("ann-prvs=")) << tagged.address;
  EXPECT_TRUE(keys.check_tag(tagged.address, kNow, options).is_good());
  for (const int lifetime : {0, 501}) {
    options.lifetime_days = lifetime;
    EXPECT_THROW(keys.tag("ann@example.org", kNow, options), ProofError) << lifetime;
  }
}

TEST(Proofs, SomeAddressesStayAsTheyAre) {
  const Keys keys = Keys::parse(kRing);
  EXPECT_EQ(keys.tag("", kNow).refused, "null-path");
  EXPECT_EQ(keys.tag(keys.tag("ann@example.org", kNow).address, kNow).refused, "already-tagged");
  EXPECT_THROW(keys.tag("no address", kNow), ProofError);
  EXPECT_THROW(keys.check_tag("ann@", kNow), ProofError);
}

TEST(Proofs, AWatermarkIsMadeAndChecked) {
  const Keys keys = Keys::parse(kRing);
  const std::string value = keys.watermark("bounces@example.org", "Ann+shop@example.org", kNow);
  EXPECT_EQ(value.size(), 54u) << value;
  EXPECT_NE(value, keys.watermark("bounces@example.org", "Ann+shop@example.org", kNow));
  const WatermarkResult good = keys.check_watermark(value, {"ann@example.org"}, kNow + hours(1));
  EXPECT_TRUE(good.is_good()) << good.outcome;
  EXPECT_EQ(good.address, "ann@example.org");
  EXPECT_TRUE(good.is_from);
  EXPECT_EQ(good.made, kNow);
  EXPECT_FALSE(keys.check_watermark(value, {"bounces@example.org"}, kNow).is_from);
  EXPECT_EQ(keys.check_watermark(value, {"bob@example.org"}, kNow).outcome, "no-match");
  EXPECT_EQ(keys.check_watermark(value, {"ann@example.org"}, kNow + days(31)).outcome, "expired");
  EXPECT_EQ(keys.check_watermark("1;0;nonsense", {"ann@example.org"}, kNow).outcome, "no-watermark");
  EXPECT_EQ(keys.watermark("", "", kNow), "");
}

// The one of docs/proofs.md.
TEST(Proofs, AKnownWatermarkIsGood) {
  const Time made{std::chrono::sys_days{std::chrono::year(2026) / 11 / 23} + hours(10)};
  EXPECT_TRUE(Keys::parse(kRing)
                  .check_watermark("1;0;01c899d8;AAECAwQFBgc;gEYe68UfzTq8Zg", {"ann@example.org"}, made)
                  .is_good());
}

TEST(Proofs, AKeyFileIsReadOnlyIfItIsPrivate) {
  const base::TemporaryFolder folder;
  const std::string path = folder.path("keys");
  std::ofstream(path) << kRing;
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  EXPECT_TRUE(Keys::open(path).tag("ann@example.org", kNow).refused.empty());
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  EXPECT_THROW(Keys::open(path), ProofError);
  EXPECT_THROW(Keys::open(folder.path("none")), ProofError);
  EXPECT_THROW(Keys::parse("nonsense"), ProofError);
}

}  // namespace
}  // namespace backstop
