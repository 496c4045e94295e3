#include "origin/owner.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "origin/tag_fixture.h"

namespace backstop::origin {
namespace {

using testing::PrintToString;

TEST(Owner, HasNoTagNoSubAddressAndNoCase) {
  const struct {
    const char* name;
    std::string_view address;
    std::string_view want;
  } rows[] = {
      {"plain", "bob@test.ex", "bob@test.ex"},
      {"case", "Bob.B@Test.EX", "bob.b@test.ex"},
      {"a sub-address", "bob+shop@test.ex", "bob@test.ex"},
      {"two", "bob+shop+more@test.ex", "bob@test.ex"},
      {"an empty one", "bob+@test.ex", "bob@test.ex"},
      {"nothing before the delimiter", "+bob@test.ex", "+bob@test.ex"},
      {"another delimiter", "bob-shop@test.ex", "bob-shop@test.ex"},
      {"our tag", "prvs=0787c97471=bob@test.ex", "bob@test.ex"},
      {"our tag, upper-cased", "PRVS=0787C97471=BOB@TEST.EX", "bob@test.ex"},
      {"our tag as sub-address", "bob+prvs=0787c97471@test.ex", "bob@test.ex"},
      {"a tag and a sub-address", "prvs=0787c97471=bob+shop@test.ex", "bob@test.ex"},
      {"Barracuda's", "btv1==0787c97471x==bob@test.ex", "bob@test.ex"},
      {"SparkPost's", "msprvs1=17488abc=bob@test.ex", "bob@test.ex"},
      {"Cisco's, behind", "prvs=bob=787c97471@test.ex", "bob@test.ex"},
      {"an old Exim's", "prvs=bob/0787c97471@test.ex", "bob@test.ex"},
      {"a tag before a sub-address", "prvs=bob=787c97471+shop@test.ex", "bob@test.ex"},
      {"two tags", "btv1==0787c97471x==prvs=0787c97471=bob@test.ex", "bob@test.ex"},
      {"SRS is whole", "SRS0=Xy=AB=example.org=ann@test.ex", "srs0=xy=ab=example.org=ann@test.ex"},
      {"with a plus", "SRS0+x=y=example.org=ann@test.ex", "srs0+x=y=example.org=ann@test.ex"},
      {"with a minus", "srs1-x+y@test.ex", "srs1-x+y@test.ex"},
      {"with what would be a tag", "SRS0=x=y=a.ex=ann+prvs=0787c97471@test.ex",
       "srs0=x=y=a.ex=ann+prvs=0787c97471@test.ex"},
      {"a tagged SRS", "prvs=0787c97471=SRS0=x=y=a.ex=a+b@test.ex", "srs0=x=y=a.ex=a+b@test.ex"},
      {"no SRS without its separator", "SRS0x+y@test.ex", "srs0x@test.ex"},
      {"a U-label", "ann@B\u00DCCHER.example", "ann@xn--bcher-kva.example"},
      {"a local part in UTF-8", "J\u00D6rg+x@test.ex", "j\u00D6rg@test.ex"},
      {"a quoted local part", "john smith+x@test.ex", "\"john smith\"@test.ex"},
      {"no domain", "Postmaster", "postmaster"},
  };
  for (const auto& row : rows) EXPECT_EQ(owner_of(address_of(row.address), '+').text(), row.want) << row.name;
  EXPECT_EQ(owner_of(address_of("bob-shop@test.ex"), '-').text(), "bob@test.ex");
}

TEST(Owner, HasADomain) {
  const struct {
    std::string_view owner;
    std::string_view want;
    std::string_view want_with_at;
  } rows[] = {
      {"ann@example.org", "example.org", "@example.org"},
      {"\"a@b\"@example.org", "example.org", "@example.org"},
      {"@example.org", "example.org", "@example.org"},
      {"postmaster", "postmaster", ""},
      {"", "", ""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(domain_of_owner(row.owner), row.want) << row.owner;
    EXPECT_EQ(at_domain_of(row.owner), row.want_with_at) << row.owner;
  }
}

TEST(Owner, IsItsOwnOwner) {
  for (const std::string_view text :
       {"bob+shop@test.ex", "prvs=0787c97471=bob+a+b@test.ex", "SRS0=X=y=z=a@b.ex",
        "btv1==1==prvs=0787c97471=SRS1+x@b.ex", "+a+b@test.ex", "@x", "a", ""}) {
    const auto owner = owner_of(address_of(text), '+');
    EXPECT_EQ(owner_of(owner, '+'), owner) << text;
  }
}

TEST(Owner, Patterns) {
  const struct {
    std::string_view pattern;
    std::string_view text;
    bool want;
  } rows[] = {
      {"bounces", "bounces", true},
      {"bounces", "Bounces", true},
      {"Bounces", "bounces", true},
      {"bounces", "bounces2", false},
      {"bounces", "bounce", false},
      {"news-*", "news-17", true},
      {"news-*", "news-", true},
      {"news-*", "news", false},
      {"*-bounces", "list-bounces", true},
      {"*-bounces", "list-bounces-x", false},
      {"b*=*", "b-1=example.org", true},
      {"b*=*", "b-1", false},
      {"*a*a*", "banana", true},
      {"*aab", "aaaab", true},
      {"*", "", true},
      {"**", "x", true},
      {"", "", true},
      {"", "x", false},
  };
  for (const auto& row : rows)
    EXPECT_EQ(matches_pattern(row.pattern, row.text), row.want) << row.pattern << " and " << row.text;
}

const std::vector<std::string> kAliases = {"sales@example.org", "ann@example.org", "info@other.example"};
const std::vector<std::string> kBounces = {"bounces", "news-*", "auto+*"};

std::vector<mail::Address> addresses_of(const std::vector<std::string>& texts) {
  std::vector<mail::Address> all;
  for (const auto& text : texts) all.push_back(address_of(text));
  return all;
}

TEST(OwnerSet, HasTheOwnerAndTheAliases) {
  const OwnerSet set(address_of("prvs=0787c97471=Ann+shop@Example.org"), {.aliases = kAliases});
  EXPECT_EQ(set.owner(), "ann@example.org");
  EXPECT_EQ(set.addresses(),
            (std::vector<std::string>{"ann@example.org", "sales@example.org", "info@other.example"}));
  EXPECT_TRUE(set.contains("info@other.example"));
  EXPECT_FALSE(set.contains("bob@example.org"));
  EXPECT_FALSE(set.contains(""));
}

TEST(OwnerSet, AsksForTheFromsThatNothingLetsIn) {
  const struct {
    const char* name;
    std::string_view recipient;
    std::vector<std::string> aliases;
    std::vector<std::string> froms;
    std::vector<std::string> want_asked;
    std::vector<std::string> want_set;
  } rows[] = {
      {"the owner", "ann@example.org", {}, {"Ann@example.org"}, {}, {"ann@example.org"}},
      {"another", "ann@example.org", {}, {"Bob+x@example.org"}, {"bob@example.org"}, {"ann@example.org"}},
      {"another twice",
       "ann@example.org",
       {},
       {"bob@example.org", "Bob@example.org"},
       {"bob@example.org"},
       {"ann@example.org"}},
      {"an alias is tried first",
       "ann@example.org",
       {"a@example.org", "b@example.org", "c@example.org"},
       {"C@example.org"},
       {},
       {"ann@example.org", "c@example.org", "a@example.org", "b@example.org"}},
      {"a catch-all",
       "ann@example.org",
       {"@old.example"},
       {"any@old.example", "any@older.example", "any@x.old.example"},
       {"any@older.example", "any@x.old.example"},
       {"ann@example.org", "any@old.example"}},
      {"a sender for all",
       "Bounces@example.org",
       {},
       {"bob@example.org", "bob@example.com"},
       {"bob@example.com"},
       {"bounces@example.org", "bob@example.org"}},
      {"with its sub-address",
       "bounces+bob=x.ex@example.org",
       {},
       {"bob@example.org"},
       {},
       {"bounces@example.org", "bob@example.org"}},
      {"by a pattern",
       "news-17@example.org",
       {},
       {"bob@example.org"},
       {},
       {"news-17@example.org", "bob@example.org"}},
      {"by a pattern with a sub-address",
       "auto+1@example.org",
       {},
       {"bob@example.org"},
       {},
       {"auto@example.org", "bob@example.org"}},
      {"not by that pattern",
       "auto@example.org",
       {},
       {"bob@example.org"},
       {"bob@example.org"},
       {"auto@example.org"}},
      {"no domain", "bounces@example.org", {}, {"bob"}, {"bob"}, {"bounces@example.org"}},
  };
  for (const auto& row : rows) {
    OwnerSet set(address_of(row.recipient), {.aliases = row.aliases, .bounces = kBounces});
    EXPECT_EQ(set.candidates(addresses_of(row.froms)), row.want_asked) << row.name;
    EXPECT_EQ(set.addresses(), row.want_set) << row.name << ": " << PrintToString(set.addresses());
  }
}

TEST(OwnerSet, TakesWhatTheLedgerSaw) {
  OwnerSet set(address_of("ann@example.org"), {.aliases = kAliases});
  const auto asked = set.candidates(addresses_of({"team@example.org", "boss@example.org"}));
  ASSERT_EQ(asked.size(), 2U);
  set.admit(asked[0]);
  EXPECT_TRUE(set.contains("team@example.org"));
  EXPECT_FALSE(set.contains("boss@example.org"));
  EXPECT_EQ(set.addresses()[1], "team@example.org");
  set.admit("ann@example.org");
  EXPECT_EQ(set.owner(), "ann@example.org");
}

}  // namespace
}  // namespace backstop::origin
