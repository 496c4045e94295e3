#include "gateway/recipient_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "origin/tag_fixture.h"

namespace backstop::gateway {
namespace {

using origin::address_of;
using origin::day;
using origin::key_of;
using origin::ring_of;
using origin::text_of;
using policy::Action;
using policy::Cause;
using policy::Stage;
using testing::ElementsAre;

constexpr Stage kStages[] = {Stage::Observe, Stage::Label, Stage::Reject};
constexpr int kToday = 20780;

mail::Path path_of(std::string_view text) {
  return text.empty() ? mail::Path{} : mail::Path{address_of(text)};
}

std::string tagged(std::string_view address, int on_day = kToday, std::string_view secret = "secret",
                   int number = 0) {
  const auto ring = ring_of(key_of(number, secret));
  return text_of(*origin::sign(path_of(address), ring, day(on_day), {}));
}

std::string names(const std::vector<origin::Evidence>& evidence) {
  std::string text;
  for (const auto& one : evidence) {
    text += std::string(text.empty() ? "" : " ") + std::string(one.name) + "=" +
            std::string(origin::name(one.finding));
  }
  return text;
}

class RecipientCheckTest : public testing::Test {
 protected:
  RecipientCheckTest() {
    settings_.keys = ring_of(key_of(0, "secret"));
    settings_.gateways.emplace_back().name = "in";
    settings_.gateways.front().next_hop = *parse_next_hop("smtp://192.0.2.1:25");
    set_stage(Stage::Reject);
  }

  void set_stage(Stage stage) {
    settings_.domains = {{.name = "example.org", .stage = stage, .never_sends = {"noc"}},
                         {.name = "*.example.org", .stage = stage}};
  }

  Transaction transaction(std::string_view sender) const {
    Transaction transaction;
    transaction.settings = std::make_shared<Settings>(settings_);
    transaction.gateway = &transaction.settings->gateways.front();
    transaction.mail.reverse_path = path_of(sender);
    transaction.today = day(kToday);
    return transaction;
  }

  /// Of the first recipient of a mail.
  RecipientCheck check(std::string_view sender, std::string_view recipient) {
    last_ = transaction(sender);
    const auto address =
        recipient.contains('@') ? address_of(recipient) : mail::Address{std::string(recipient), ""};
    return last_.is_outbound() ? check_outbound(last_, address) : check_inbound(last_, address, 0);
  }

  Settings settings_;
  Transaction last_;
};

struct Row {
  std::string_view name;
  std::string_view sender;
  std::string recipient;
  Cause want_cause;       ///< at every stage
  std::string_view want;  ///< at each stage: '+' accepts, '-' refuses
  std::string_view forwarded;
  std::string_view evidence;
};

const Row kInbound[] = {
    {"no tag, null sender", "", "bob@example.org", Cause::Ordinary, "+++", "bob@example.org", "tag=silent"},
    {"no tag, a sender", "a@b.test", "bob@example.org", Cause::Ordinary, "+++", "bob@example.org",
     "tag=silent"},
    {"good, null sender", "", tagged("bob@example.org"), Cause::Ordinary, "+++", "bob@example.org",
     "tag=proves"},
    {"good, a sender", "a@b.test", tagged("bob@example.org"), Cause::Ordinary, "+++", "bob@example.org",
     "tag=proves"},
    {"good on its last day", "", tagged("bob@example.org", kToday - 7), Cause::Ordinary, "+++",
     "bob@example.org", "tag=proves"},
    {"expired, null sender", "", tagged("bob@example.org", kToday - 8), Cause::ExpiredTag, "++-",
     "bob@example.org", "tag=refutes"},
    {"expired, a sender", "a@b.test", tagged("bob@example.org", kToday - 8), Cause::Ordinary, "+++",
     "bob@example.org", "tag=silent"},
    {"bad, null sender", "", tagged("bob@example.org", kToday, "other"), Cause::BadTag, "++-",
     "bob@example.org", "tag=refutes"},
    {"bad, a sender", "a@b.test", tagged("bob@example.org", kToday, "other"), Cause::BadTag, "++-",
     "bob@example.org", "tag=refutes"},
    {"unknown key, null sender", "", tagged("bob@example.org", kToday, "secret", 5), Cause::Ordinary, "+++",
     "bob@example.org", "tag=silent"},
    {"unknown key, a sender", "a@b.test", tagged("bob@example.org", kToday, "secret", 5), Cause::Ordinary,
     "+++", "bob@example.org", "tag=silent"},
    {"another product's", "", "btv1==0123456789a==bob@example.org", Cause::Ordinary, "+++",
     "btv1==0123456789a==bob@example.org", "tag=silent"},
    {"a sub-address that is no tag", "", "bob+shop@example.org", Cause::Ordinary, "+++",
     "bob+shop@example.org", "tag=silent"},
    {"never sends, null sender", "", "noc@example.org", Cause::NeverSends, "++-", "noc@example.org",
     "tag=silent never-sends=refutes"},
    {"never sends, in other letters", "", "NOC@Example.ORG", Cause::NeverSends, "++-", "NOC@Example.ORG",
     "tag=silent never-sends=refutes"},
    {"never sends, with a good tag", "", tagged("noc@example.org"), Cause::NeverSends, "++-",
     "noc@example.org", "tag=proves never-sends=refutes"},
    {"never sends, a sender", "a@b.test", "noc@example.org", Cause::Ordinary, "+++", "noc@example.org",
     "tag=silent never-sends=refutes"},
    {"a subdomain", "", "noc@sub.example.org", Cause::Ordinary, "+++", "noc@sub.example.org", "tag=silent"},
    {"a subdomain, tagged", "", tagged("bob@sub.example.org"), Cause::Ordinary, "+++", "bob@sub.example.org",
     "tag=proves"},
    {"not ours", "a@b.test", "bob@else.test", Cause::RelayDenied, "---", "bob@else.test", ""},
    {"not ours, with our tag", "", tagged("bob@else.test"), Cause::RelayDenied, "---", "bob@else.test", ""},
    {"a name that only ends alike", "", "bob@notexample.org", Cause::RelayDenied, "---", "bob@notexample.org",
     ""},
    {"a way to another host", "a@b.test", "bob%else.test@example.org", Cause::RelayDenied, "---",
     "bob%else.test@example.org", ""},
    {"a way of UUCP", "a@b.test", "else.test!bob@example.org", Cause::RelayDenied, "---",
     "else.test!bob@example.org", ""},
    {"an address in quotes", "", R"("bob@else.test"@example.org)", Cause::RelayDenied, "---",
     R"("bob@else.test"@example.org)", ""},
    {"a way to another host, tagged", "", tagged("bob%else.test@example.org"), Cause::RelayDenied, "---",
     "bob%else.test@example.org", ""},
    {"a literal", "", "bob@[192.0.2.1]", Cause::RelayDenied, "---", "bob@[192.0.2.1]", ""},
    {"postmaster alone", "", "postmaster", Cause::Ordinary, "+++", "postmaster@", "tag=silent"},
    {"UTF-8", "",
     "b\xc3\xb6"
     "b@example.org",
     Cause::Ordinary, "+++",
     "b\xc3\xb6"
     "b@example.org",
     "tag=silent"},
    {"UTF-8, tagged", "",
     tagged("b\xc3\xb6"
            "b@example.org"),
     Cause::Ordinary, "+++",
     "b\xc3\xb6"
     "b@example.org",
     "tag=proves"},
};

TEST_F(RecipientCheckTest, Inbound) {
  for (const auto& row : kInbound) {
    for (const Stage stage : kStages) {
      set_stage(stage);
      const auto found = check(row.sender, row.recipient);
      const bool is_taken = row.want[static_cast<std::size_t>(stage)] == '+';
      EXPECT_EQ(found.verdict.action, is_taken ? Action::Accept : Action::Refuse)
          << row.name << " " << policy::name(stage);
      EXPECT_EQ(found.verdict.cause, row.want_cause) << row.name << " " << policy::name(found.verdict.cause);
      EXPECT_EQ(text_of(found.forwarded), row.forwarded) << row.name;
      EXPECT_EQ(names(found.evidence), row.evidence) << row.name;
    }
  }
}

TEST_F(RecipientCheckTest, WithoutKeysTagsAreAnothersBusiness) {
  settings_.keys = {};
  for (const auto& recipient : {std::string("bob@example.org"), tagged("bob@example.org"),
                                tagged("bob@example.org", kToday, "other")}) {
    const auto found = check("", recipient);
    EXPECT_EQ(found.verdict.action, Action::Accept);
    EXPECT_EQ(text_of(found.forwarded), recipient);
    EXPECT_EQ(names(found.evidence), "");
  }
}

TEST_F(RecipientCheckTest, ATagThatIsRefusedSaysWhy) {
  EXPECT_THAT(check("", tagged("bob@example.org", kToday - 8)).verdict.explanation,
              testing::HasSubstr("it was good only until"));
  EXPECT_THAT(check("", tagged("bob@example.org", kToday, "other")).verdict.explanation,
              testing::HasSubstr("was not made with our key 0"));
}

TEST_F(RecipientCheckTest, TheExemptAreNamedByTheDomain) {
  EXPECT_TRUE(check("", "postmaster@example.org").is_exempt);
  EXPECT_TRUE(check("", "Abuse@example.org").is_exempt);
  EXPECT_TRUE(check("", "postmaster").is_exempt);
  EXPECT_FALSE(check("", "bob@example.org").is_exempt);
}

TEST_F(RecipientCheckTest, TheNullSenderHasSoManyRecipients) {
  struct Case {
    std::size_t most, earlier;
    bool want_taken;
  };
  constexpr Case kCases[] = {{1, 0, true}, {1, 1, false}, {3, 2, true}, {3, 3, false}, {0, 0, true}};
  for (const auto& one : kCases) {
    settings_.limits.null_sender_recipients = one.most;
    const auto found = check_inbound(transaction(""), address_of("bob@example.org"), one.earlier);
    EXPECT_EQ(found.verdict.action, one.want_taken ? Action::Accept : Action::Refuse)
        << one.most << " " << one.earlier;
    EXPECT_EQ(
        check_inbound(transaction("a@b.test"), address_of("bob@example.org"), one.earlier).verdict.action,
        Action::Accept);
  }
}

TEST_F(RecipientCheckTest, ADomainMayHaveItsOwnNextHop) {
  const auto hop = *parse_next_hop("lmtp:/run/lmtp");
  settings_.domains = {{.name = "example.org"}, {.name = "other.test", .next_hop = hop}};
  EXPECT_EQ(check("", "bob@other.test").route.next_hop->url, hop.url);
  EXPECT_EQ(check("", "bob@example.org").route.next_hop, &last_.gateway->next_hop);
}

// The second recipient of a mail whose first one went elsewhere, or is judged otherwise, comes again alone.
TEST_F(RecipientCheckTest, WhoDiffersFromTheFirstIsDeferred) {
  const auto same = settings_.gateways.front().next_hop;
  const auto other = *parse_next_hop("smtp://192.0.2.2:25");
  struct Second {
    std::string_view name;
    DomainSettings domain;
    bool want_deferred;
  };
  const Second kSeconds[] = {
      {"alike", {.name = "other.test", .stage = Stage::Reject}, false},
      {"alike, with a next hop that is written out",
       {.name = "other.test", .stage = Stage::Reject, .next_hop = same},
       false},
      {"another next hop", {.name = "other.test", .stage = Stage::Reject, .next_hop = other}, true},
      {"another stage", {.name = "other.test", .stage = Stage::Label}, true},
      {"another grace", {.name = "other.test", .stage = Stage::Reject, .grace = std::chrono::days(1)}, true},
  };
  for (const auto& second : kSeconds) {
    settings_.domains = {{.name = "example.org", .stage = Stage::Reject}, second.domain};
    auto both = transaction("a@b.test");
    both.route = check_inbound(both, address_of("bob@example.org"), 0).route;
    const auto found = check_inbound(both, address_of("x@other.test"), 1);
    EXPECT_EQ(found.verdict.action, second.want_deferred ? Action::Defer : Action::Accept) << second.name;
    // A refusal comes first: who would be refused alone, too, is not told to come again.
    EXPECT_EQ(check_inbound(both, address_of("x@else.test"), 1).verdict.action, Action::Refuse)
        << second.name;
  }
}

TEST_F(RecipientCheckTest, WhereEachHasItsOwnAnswerThereIsOne) {
  for (const auto* const url : {"lmtp://192.0.2.1:24", "maildir:/mail/%n"}) {
    settings_.gateways.front().next_hop = *parse_next_hop(url);
    auto both = transaction("a@b.test");
    const auto first = check_inbound(both, address_of("bob@example.org"), 0);
    EXPECT_EQ(first.verdict.action, Action::Accept);
    both.route = first.route;
    EXPECT_EQ(check_inbound(both, address_of("carl@example.org"), 1).verdict.action, Action::Defer) << url;
  }
}

struct OutRow {
  std::string_view name;
  std::string_view sender;
  std::string_view recipient;
  bool want_tag;
};

constexpr std::string_view kLongest = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx@example.org";  // 48

const OutRow kOutbound[] = {
    {"ours", "bob@example.org", "x@else.test", true},
    {"ours, in other letters", "Bob@EXAMPLE.org", "x@else.test", true},
    {"of a subdomain of ours", "bob@sub.example.org", "x@else.test", true},
    {"as long as may be", kLongest, "x@else.test", true},
    {"too long", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx@example.org", "x@else.test", false},
    {"the null sender", "", "x@else.test", false},
    {"not ours", "bob@else.test", "x@else.test", false},
    {"tagged already", "prvs=0787123456=bob@example.org", "x@else.test", false},
    {"SRS", "SRS0=abcd=12=b.test=a@example.org", "x@else.test", false},
    {"to a domain that takes none", "bob@example.org", "x@LISTS.test", false},
    {"to its subdomain", "bob@example.org", "x@sub.lists.test", true},
    {"to an address that takes none", "bob@example.org", "Major@domo.test", false},
    {"to another of its domain", "bob@example.org", "x@domo.test", true},
};

TEST_F(RecipientCheckTest, Outbound) {
  settings_.gateways.front().direction = Direction::Outbound;
  settings_.gateways.front().untagged = {"lists.test", "major@domo.test"};
  for (const auto& row : kOutbound) {
    const auto found = check(row.sender, row.recipient);
    EXPECT_EQ(found.verdict.action, Action::Accept) << row.name;
    EXPECT_EQ(found.route.is_tagged, row.want_tag) << row.name;
    EXPECT_EQ(text_of(found.forwarded), row.recipient) << row.name;
    const auto path = outgoing_path(last_, found.route);
    const std::string want = row.want_tag ? tagged(row.sender) : std::string(row.sender);
    EXPECT_EQ(path.is_null() ? "" : text_of(*path.address), want) << row.name;
  }
}

TEST_F(RecipientCheckTest, OutboundWithoutAKeyThatSigns) {
  settings_.gateways.front().direction = Direction::Outbound;
  for (const auto& keys : {origin::KeyRing(), ring_of(key_of(0, "secret", origin::KeyUse::Verify))}) {
    settings_.keys = keys;
    EXPECT_FALSE(check("bob@example.org", "x@else.test").route.is_tagged);
  }
}

TEST_F(RecipientCheckTest, TaggedAndUntaggedDestinationsDiffer) {
  settings_.gateways.front().direction = Direction::Outbound;
  settings_.gateways.front().untagged = {"lists.test"};
  auto both = transaction("bob@example.org");
  both.route = check_outbound(both, address_of("x@else.test")).route;
  EXPECT_EQ(check_outbound(both, address_of("y@else.test")).verdict.action, Action::Accept);
  EXPECT_EQ(check_outbound(both, address_of("x@lists.test")).verdict.action, Action::Defer);
  // Where nothing is tagged they are alike.
  auto none = transaction("bob@else.test");
  none.route = check_outbound(none, address_of("x@else.test")).route;
  EXPECT_EQ(check_outbound(none, address_of("x@lists.test")).verdict.action, Action::Accept);
}

RecipientCheck found(origin::Finding finding, bool is_exempt, std::string_view domain) {
  RecipientCheck check;
  check.evidence = {{"tag", finding, ""}};
  check.is_exempt = is_exempt;
  check.forwarded.domain = domain;
  return check;
}

TEST(RecipientFindings, WhatSpeaksMostForTheMailCounts) {
  using enum origin::Finding;
  struct Case {
    std::vector<origin::Finding> findings;
    origin::Finding want;
  };
  const Case kCases[] = {{{Silent}, Silent},          {{Refutes}, Refutes},       {{Refutes, Silent}, Silent},
                         {{Silent, Refutes}, Silent}, {{Silent, Proves}, Proves}, {{Proves, Refutes}, Proves},
                         {{Refutes, Proves}, Proves}, {{Proves, Silent}, Proves}};
  for (const auto& one : kCases) {
    Transaction transaction;
    for (const auto finding : one.findings) {
      add_findings(found(finding, false, "example.org"), transaction);
      transaction.recipients.emplace_back("bob@example.org");
    }
    ASSERT_EQ(transaction.evidence.size(), 1u);
    EXPECT_EQ(transaction.evidence.front().finding, one.want);
  }
}

TEST(RecipientFindings, TheFirstNamesTheDomainAndOneExemptIsEnough) {
  Transaction transaction;
  add_findings(found(origin::Finding::Silent, true, "one.test"), transaction);
  transaction.recipients.emplace_back("postmaster@one.test");
  add_findings(found(origin::Finding::Silent, false, "two.test"), transaction);
  EXPECT_EQ(transaction.domain, "one.test");
  EXPECT_TRUE(transaction.is_exempt);
}

TEST_F(RecipientCheckTest, TheDomainsPolicyBeginsWithTheOldestKey) {
  origin::Key older = key_of(1, "older", origin::KeyUse::Verify);
  older.created = day(100);
  ASSERT_TRUE(settings_.keys.add(older));
  auto one = transaction("");
  one.route = check_inbound(one, address_of("bob@example.org"), 0).route;
  one.domain = "example.org";
  const auto policy = domain_policy(one);
  EXPECT_EQ(policy.first_key, day(100));
  EXPECT_EQ(policy.stage, Stage::Reject);
  EXPECT_EQ(policy.grace, std::chrono::days(7));
  EXPECT_EQ(policy.name, "example.org");
}

}  // namespace
}  // namespace backstop::gateway
