#include "origin/tag_shape.h"

#include <gtest/gtest.h>

#include "origin/tag_fixture.h"

namespace backstop::origin {
namespace {

struct ShapeRow {
  const char* name;
  std::string_view address;
  TagShape want_shape;
  std::string_view want_value;
  std::string_view want_plain;
};

TEST(TagShape, ReadsTheTagsOfEveryProduct) {
  const ShapeRow rows[] = {
      {"exim", "prvs=0787c97471=userx@test.ex", TagShape::Prvs, "0787c97471", "userx@test.ex"},
      {"prefix in capitals", "PRVS=0787C97471=USERX@TEST.EX", TagShape::Prvs, "0787C97471", "USERX@TEST.EX"},
      {"srs behind it: the first '=' ends the tag", "prvs=0787c97471=SRS0=aa=bb=example.org=u@test.ex",
       TagShape::Prvs, "0787c97471", "SRS0=aa=bb=example.org=u@test.ex"},
      {"verp behind it", "prvs=0787c97471=list-user=example.org@test.ex", TagShape::Prvs, "0787c97471",
       "list-user=example.org@test.ex"},
      {"'=' right behind it", "prvs=0787c97471==x@test.ex", TagShape::Prvs, "0787c97471", "=x@test.ex"},
      {"sub-address", "userx+prvs=0787c97471@test.ex", TagShape::SubAddress, "0787c97471", "userx@test.ex"},
      {"sub-address of a sub-address", "userx+list+PRVS=0787c97471@test.ex", TagShape::SubAddress,
       "0787c97471", "userx+list@test.ex"},
      {"sub-address of what looks like a broken tag", "prvs=bad=userx+prvs=0787c97471@test.ex",
       TagShape::SubAddress, "0787c97471", "prvs=bad=userx@test.ex"},
      {"old exim", "prvs=userx/0787c97471@test.ex", TagShape::OldExim, "0787c97471", "userx@test.ex"},
      {"old exim, '/' in the user's part", "prvs=a/b=c/0787c97471@test.ex", TagShape::OldExim, "0787c97471",
       "a/b=c@test.ex"},
      {"cisco", "prvs=262caef14=userx@test.ex", TagShape::CiscoPrefix, "262caef14", "userx@test.ex"},
      {"cisco, user first", "prvs=userx=0787c97471@test.ex", TagShape::CiscoSuffix, "0787c97471",
       "userx@test.ex"},
      {"cisco, user first, short tag", "prvs=userx=262caef14@test.ex", TagShape::CiscoSuffix, "262caef14",
       "userx@test.ex"},
      {"cisco, '=' in the user's part", "prvs=a=b=262caef14@test.ex", TagShape::CiscoSuffix, "262caef14",
       "a=b@test.ex"},
      {"barracuda", "btv1==760cdc7c545==userx@test.ex", TagShape::Barracuda, "760cdc7c545", "userx@test.ex"},
      {"sparkpost", "msprvs1=20676xgzi92p-=bounces-1898-1322@test.ex", TagShape::SparkPost, "20676xgzi92p-",
       "bounces-1898-1322@test.ex"},
      {"sparkpost, tag of 32", "msprvs1=12345678901234567890123456789012=u@test.ex", TagShape::SparkPost,
       "12345678901234567890123456789012", "u@test.ex"},
      {"no domain", "prvs=0787c97471=postmaster", TagShape::Prvs, "0787c97471", "postmaster@"},
  };
  for (const auto& row : rows) {
    const auto tag = find_tag(address_of(row.address));
    ASSERT_TRUE(tag) << row.name;
    EXPECT_EQ(name(tag->shape), name(row.want_shape)) << row.name;
    EXPECT_EQ(tag->value, row.want_value) << row.name;
    EXPECT_EQ(text_of(tag->plain), row.want_plain) << row.name;
    EXPECT_EQ(text_of(without_tag(address_of(row.address))), row.want_plain) << row.name;
  }
}

TEST(TagShape, LeavesEverythingElse) {
  const std::pair<const char*, std::string_view> rows[] = {
      {"plain", "userx@test.ex"},
      {"empty", "@test.ex"},
      {"prefix alone", "prvs=@test.ex"},
      {"tag without a user", "prvs=0787c97471=@test.ex"},
      {"tag without an end", "prvs=0787c97471@test.ex"},
      {"sub-address without a user", "+prvs=0787c97471@test.ex"},
      {"sub-address with another delimiter", "userx-prvs=0787c97471@test.ex"},
      {"letter for the key", "prvs=x787c97471=userx@test.ex"},
      {"letter in the day", "prvs=07a7c97471=userx@test.ex"},
      {"no hex", "prvs=0787c9747g=userx@test.ex"},
      {"eight digits", "prvs=0787c974=userx@test.ex"},
      {"eleven digits", "prvs=0787c974711=userx@test.ex"},
      {"barracuda with one '='", "btv1=760cdc7c545=userx@test.ex"},
      {"barracuda without a user", "btv1==760cdc7c545==@test.ex"},
      {"sparkpost without a tag", "msprvs1==userx@test.ex"},
      {"sparkpost, tag of 33", "msprvs1=123456789012345678901234567890123=u@test.ex"},
      {"tag in the domain", "userx@prvs=0787c97471=test.ex"},
      {"srs", "SRS0=aa=bb=example.org=u@test.ex"},
  };
  for (const auto& [name, address] : rows) {
    EXPECT_FALSE(find_tag(address_of(address))) << name;
    EXPECT_EQ(text_of(without_tag(address_of(address))), address) << name;
  }
}

TEST(TagShape, TakesAnotherDelimiter) {
  EXPECT_TRUE(find_tag(address_of("userx-prvs=0787c97471@test.ex"), '-'));
  EXPECT_FALSE(find_tag(address_of("userx+prvs=0787c97471@test.ex"), '-'));
  EXPECT_EQ(text_of(without_tag(address_of("userx-prvs=0787c97471@test.ex"), '-')), "userx@test.ex");
}

TEST(TagShape, KnowsSrs) {
  for (const auto* local : {"SRS0=x", "srs0+x", "SRS1-x", "SRS1=x"}) EXPECT_TRUE(is_srs(local)) << local;
  for (const auto* local : {"SRS0", "SRS", "SRS2=x", "SRS0x", "xSRS0=", ""})
    EXPECT_FALSE(is_srs(local)) << local;
}

TEST(TagShape, EveryShapeHasItsWords) {
  for (std::size_t i = 0; i < kTagShapeNames.size(); ++i) {
    EXPECT_FALSE(product(static_cast<TagShape>(i)).empty()) << kTagShapeNames[i];
  }
}

}  // namespace
}  // namespace backstop::origin
