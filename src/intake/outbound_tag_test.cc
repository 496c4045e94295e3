#include "intake/outbound_tag.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "origin/tag_fixture.h"

namespace backstop::intake {
namespace {

using origin::address_of;
using origin::day;
using origin::key_of;
using origin::ring_of;
using origin::text_of;

const Untagged kUntagged = {"lists.test", "major@domo.test", "xn--bcher-kva.test"};

TEST(FindUntagged, FindsADomainOrAnAddress) {
  const struct {
    std::string_view recipient;
    std::string_view want;  ///< the entry
  } rows[] = {
      {"x@lists.test", "lists.test"},
      {"x@LISTS.test", "lists.test"},
      {"x@sub.lists.test", ""},
      {"lists.test@else.test", ""},
      {"Major@domo.test", "major@domo.test"},
      {"x@domo.test", ""},
      {"major@lists.test", "lists.test"},
      {"x@b\xc3\xbc"
       "cher.test",
       "xn--bcher-kva.test"},
      {"postmaster", ""},
  };
  for (const auto& row : rows) {
    const auto* const found = find_untagged(kUntagged, address_of(row.recipient));
    EXPECT_EQ(found == nullptr ? "" : *found, row.want) << row.recipient;
    EXPECT_EQ(find_untagged({}, address_of(row.recipient)), nullptr) << row.recipient;
  }
}

class OutboundTagTest : public testing::Test {
 protected:
  OutboundTagTest() {
    site_.keys = ring_of(key_of(3, "secret"));
    site_.domains = {{.name = "example.org"}};
    transaction_.site = &site_;
    transaction_.direction = store::Direction::Outbound;
    transaction_.today = day(20780);
    transaction_.mail.reverse_path = {address_of("bob@example.org")};
  }

  std::string why_not(std::string_view recipient = "x@else.test") {
    return why_not_tagged(transaction_, address_of(recipient), kUntagged);
  }

  Site site_;
  Transaction transaction_;
};

// The first reason that holds is told.
TEST_F(OutboundTagTest, SaysWhyThereIsNoTag) {
  EXPECT_EQ(why_not(), "");
  EXPECT_EQ(why_not("x@lists.test"), "mail to lists.test is in \"untagged\"");
  site_.keys = ring_of(key_of(3, "secret", origin::KeyUse::Verify));
  EXPECT_EQ(why_not("x@lists.test"), explain(origin::NotSigned::NoSigningKey));
  transaction_.mail.reverse_path = {address_of("bob@else.test")};
  EXPECT_EQ(why_not("x@lists.test"), "else.test is no domain of ours");
  transaction_.mail.reverse_path = {address_of("prvs=3787123456=bob@else.test")};
  EXPECT_EQ(why_not("x@lists.test"), explain(origin::NotSigned::AlreadyTagged));
  transaction_.mail.reverse_path = {};
  EXPECT_EQ(why_not("x@lists.test"), explain(origin::NotSigned::NullPath));
}

TEST_F(OutboundTagTest, TagsTheReversePath) {
  std::string not_tagged;
  const auto path = tagged_path(transaction_, not_tagged);
  EXPECT_EQ(not_tagged, "");
  ASSERT_FALSE(path.is_null());
  const auto check = origin::verify(*path.address, site_.keys, day(20780), site_.tags);
  EXPECT_EQ(check.outcome, origin::TagOutcome::Good);
  EXPECT_EQ(text_of(check.tag->plain), "bob@example.org");
}

TEST_F(OutboundTagTest, LeavesAPathThatCantBeTagged) {
  site_.keys = {};
  std::string not_tagged;
  const auto path = tagged_path(transaction_, not_tagged);
  EXPECT_EQ(text_of(*path.address), "bob@example.org");
  EXPECT_EQ(not_tagged, explain(origin::NotSigned::NoSigningKey));
}

TEST_F(OutboundTagTest, NotesTheTag) {
  EXPECT_EQ(tag_note(transaction_, ""), "key-3");
  EXPECT_EQ(tag_note(transaction_, "x"), "none (x)");
}

}  // namespace
}  // namespace backstop::intake
