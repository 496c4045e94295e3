#include <gtest/gtest.h>

#include "origin/tag.h"

namespace backstop::origin {
namespace {

struct Row {
  const char* name;
  std::string_view address;
  std::string_view want;
};

TEST(SearchKey, TakesOffCaseAndTags) {
  const Row rows[] = {
      {"plain", "ann@example.org", "ann@example.org"},
      {"case", "Ann.B@Example.ORG", "ann.b@example.org"},
      {"ours and Exim's", "prvs=0787c97471=ann@example.org", "ann@example.org"},
      {"its case", "PRVS=0787C97471=Ann@example.org", "ann@example.org"},
      {"user with signs of a tag", "prvs=0787c97471=a=b/c@example.org", "a=b/c@example.org"},
      {"sub-address", "ann+prvs=0787c97471@example.org", "ann@example.org"},
      {"sub-address, another delimiter", "ann-prvs=0787c97471@example.org", "ann@example.org"},
      {"sub-address of a sub-address", "ann+list+prvs=0787c97471@example.org", "ann+list@example.org"},
      {"an old Exim", "prvs=ann/0787c97471@example.org", "ann@example.org"},
      {"Cisco, in front", "prvs=787c97471=ann@example.org", "ann@example.org"},
      {"Cisco, behind", "prvs=ann=787c97471@example.org", "ann@example.org"},
      {"Barracuda", "btv1==0787c97471x==ann@example.org", "ann@example.org"},
      {"SparkPost", "msprvs1=17488abc=ann@example.org", "ann@example.org"},
      {"an at sign in quotes", "\"a@b\"@Example.org", "\"a@b\"@example.org"},
      {"postmaster", "Postmaster", "postmaster"},
      {"a u-label", "prvs=0787c97471=ann@B\u00DCCHER.example", "ann@xn--bcher-kva.example"},
      {"umlauts stay", "J\u00D6rg@example.org", "j\u00D6rg@example.org"},
  };
  for (const auto& row : rows) EXPECT_EQ(search_key(row.address), row.want) << row.name;
}

TEST(SearchKey, LeavesWhatIsNoTag) {
  for (const std::string_view address :
       {"", "@", "@example.org", "prvs=", "prvs=@example.org", "prvs=0787c97471=@example.org",
        "prvs=ann@example.org", "prvs=0787c974=x=ann@example.org", "prvs=x787c97471=ann@example.org",
        "prvs=0787g97471=ann@example.org", "btv1==ann@example.org", "btv1==x==@example.org",
        "msprvs1=ann@example.org", "+prvs=0787c97471@example.org", "ann+prvs=0787c9747@example.org",
        "ann+prvs=0787c97471x@example.org", "annprvs=@example.org"}) {
    EXPECT_EQ(search_key(address), address);
  }
}

// A tag that verify() would check, or name as another product's, is taken off.
TEST(SearchKey, AgreesWithFindTag) {
  for (const std::string_view local :
       {"prvs=0787c97471=ann", "ann+prvs=0787c97471", "prvs=ann/0787c97471", "prvs=787c97471=ann",
        "prvs=ann=787c97471", "prvs=ann=0787c97471", "btv1==078==ann", "msprvs1=078==ann", "prvs=078=ann",
        "ann", "prvs=0787c97471=prvs=0787c97471=ann", "prvs=0787c97471=ann+prvs=0787c97471",
        "btv1==0==ann==x"}) {
    const mail::Address address{std::string(local), "example.org"};
    const auto tag = find_tag(address);
    EXPECT_EQ(search_key(address.text()), (tag ? tag->plain : address).text()) << local;
  }
}

}  // namespace
}  // namespace backstop::origin
