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

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

// prvs=0781abcdef=bob@example.org -> bob+prvs=0781abcdef@example.org
std::string sub_address_of(const std::string& tagged) {
  const auto user = tagged.rfind('=') + 1;
  const auto at = tagged.find('@');
  return tagged.substr(user, at - user) + "+" + tagged.substr(0, user - 1) + tagged.substr(at);
}

// The same tag before another mailbox.
std::string renamed(const std::string& tagged, std::string_view user) {
  return tagged.substr(0, tagged.rfind('=') + 1).append(user) + tagged.substr(tagged.find('@'));
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
    return last_.is_outbound() ? check_outbound(last_, address) : check_inbound(last_, address, false);
  }

  Settings settings_;
  Transaction last_;
};

struct Row {
  std::string_view name;
  std::string recipient;
  std::string_view forwarded;
  std::string_view want_tag;  ///< what the tag is found to be
  bool want_never_sends = false;
};

// Whatever a tag says, it is taken off, and nobody is refused for it here: neither a callout nor a person who
// has saved the address.
const Row kTaken[] = {
    {"no tag", "bob@example.org", "bob@example.org", "no-tag"},
    {"good", tagged("bob@example.org"), "bob@example.org", "good"},
    {"good on its last day", tagged("bob@example.org", kToday - 14), "bob@example.org", "good"},
    {"stale", tagged("bob@example.org", kToday - 15), "bob@example.org", "stale"},
    {"stale on the last day of that", tagged("bob@example.org", kToday - 45), "bob@example.org", "stale"},
    {"expired", tagged("bob@example.org", kToday - 46), "bob@example.org", "expired"},
    {"bad", tagged("bob@example.org", kToday, "other"), "bob@example.org", "bad-mac"},
    {"a key that there never was", tagged("bob@example.org", kToday, "secret", 5), "bob@example.org",
     "bad-mac"},
    {"another product's", "btv1==0123456789a==bob@example.org", "btv1==0123456789a==bob@example.org",
     "foreign"},
    {"good, as a sub-address", sub_address_of(tagged("bob@example.org")), "bob@example.org", "good"},
    {"good, in other letters", upper(tagged("bob@example.org")), "BOB@EXAMPLE.ORG", "good"},
    {"good, but of another mailbox", renamed(tagged("bob@example.org"), "carl"), "carl@example.org",
     "bad-mac"},
    {"a sub-address that is no tag", "bob+shop@example.org", "bob+shop@example.org", "no-tag"},
    {"our domain in other letters", "bob@EXAMPLE.Org", "bob@EXAMPLE.Org", "no-tag"},
    {"a quoted local part", R"("bob b"@example.org)", R"("bob b"@example.org)", "no-tag"},
    {"never sends", "noc@example.org", "noc@example.org", "no-tag", true},
    {"never sends, in other letters", "NOC@Example.ORG", "NOC@Example.ORG", "no-tag", true},
    {"never sends, with a good tag", tagged("noc@example.org"), "noc@example.org", "good", true},
    {"never sends, with a sub-address", "noc+x@example.org", "noc+x@example.org", "no-tag", true},
    {"a subdomain", "noc@sub.example.org", "noc@sub.example.org", "no-tag"},
    {"a subdomain, tagged", tagged("bob@sub.example.org"), "bob@sub.example.org", "good"},
    {"postmaster alone", "postmaster", "postmaster@", "no-tag"},
    {"postmaster alone, in other letters", "PostMaster", "PostMaster@", "no-tag"},
    {"UTF-8, tagged",
     tagged("b\xc3\xb6"
            "b@example.org"),
     "b\xc3\xb6"
     "b@example.org",
     "good"},
};

TEST_F(RecipientCheckTest, InboundIsTakenWhateverItsTagSays) {
  for (const auto& row : kTaken) {
    for (const Stage stage : kStages) {
      for (const std::string_view sender : {"", "a@b.test"}) {
        set_stage(stage);
        const auto found = check(sender, row.recipient);
        EXPECT_EQ(found.verdict.action, Action::Accept) << row.name << " " << policy::name(stage);
        EXPECT_EQ(found.verdict.cause, Cause::Ordinary)
            << row.name << " " << policy::name(found.verdict.cause);
        EXPECT_EQ(text_of(found.forwarded), row.forwarded) << row.name;
        ASSERT_TRUE(found.claim) << row.name;
        EXPECT_EQ(origin::name(found.claim->tag.outcome), row.want_tag) << row.name;
        EXPECT_EQ(text_of(found.claim->plain()), row.forwarded) << row.name;
        EXPECT_EQ(found.claim->never_sends, row.want_never_sends) << row.name;
      }
    }
  }
}

TEST_F(RecipientCheckTest, InboundIsRefusedWhereItIsNotOurs) {
  const struct {
    std::string_view name;
    std::string recipient;
  } rows[] = {
      {"not ours", "bob@else.test"},
      {"not ours, with our tag", tagged("bob@else.test")},
      {"a name that only ends alike", "bob@notexample.org"},
      {"a way to another host", "bob%else.test@example.org"},
      {"a way of UUCP", "else.test!bob@example.org"},
      {"an address in quotes", R"("bob@else.test"@example.org)"},
      {"a way to another host, tagged", tagged("bob%else.test@example.org")},
      {"a literal", "bob@[192.0.2.1]"},
  };
  for (const auto& row : rows) {
    for (const Stage stage : kStages) {
      set_stage(stage);
      for (const std::string_view sender : {"", "a@b.test"}) {
        const auto found = check(sender, row.recipient);
        EXPECT_EQ(found.verdict.action, Action::Refuse) << row.name;
        EXPECT_EQ(found.verdict.cause, Cause::RelayDenied) << row.name;
      }
    }
  }
}

TEST_F(RecipientCheckTest, AGuesserIsPutOffForItsBadTagsAlone) {
  const struct {
    std::string_view name;
    std::string_view sender;
    std::string recipient;
    Action want;
  } rows[] = {
      {"bad", "", tagged("bob@example.org", kToday, "other"), Action::Defer},
      {"a key that there never was", "", tagged("bob@example.org", kToday, "secret", 5), Action::Defer},
      {"bad, with a sender", "a@b.test", tagged("bob@example.org", kToday, "other"), Action::Accept},
      {"good", "", tagged("bob@example.org"), Action::Accept},
      {"stale", "", tagged("bob@example.org", kToday - 20), Action::Accept},
      {"none", "", "bob@example.org", Action::Accept},
      {"not ours", "", "bob@else.test", Action::Refuse},
  };
  for (const auto& row : rows) {
    const auto one = transaction(row.sender);
    EXPECT_EQ(check_inbound(one, address_of(row.recipient), true).verdict.action, row.want) << row.name;
    EXPECT_NE(check_inbound(one, address_of(row.recipient), false).verdict.action, Action::Defer) << row.name;
  }
}

TEST_F(RecipientCheckTest, WithoutKeysTagsAreAnothersBusiness) {
  settings_.keys = {};
  for (const auto& recipient : {std::string("bob@example.org"), tagged("bob@example.org"),
                                tagged("bob@example.org", kToday, "other")}) {
    const auto found = check("", recipient);
    EXPECT_EQ(found.verdict.action, Action::Accept);
    EXPECT_EQ(text_of(found.forwarded), recipient);
  }
}

TEST_F(RecipientCheckTest, TheExemptAreNamedByTheDomain) {
  EXPECT_TRUE(check("", "postmaster@example.org").is_exempt);
  EXPECT_TRUE(check("", "Abuse@example.org").is_exempt);
  EXPECT_TRUE(check("", "postmaster").is_exempt);
  EXPECT_FALSE(check("", "bob@example.org").is_exempt);
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
      {"other ceilings", {.name = "other.test", .stage = Stage::Reject, .ceilings = {}}, true},
      {"another grace", {.name = "other.test", .stage = Stage::Reject, .grace = std::chrono::days(1)}, true},
  };
  for (const auto& second : kSeconds) {
    settings_.domains = {{.name = "example.org", .stage = Stage::Reject}, second.domain};
    auto both = transaction("a@b.test");
    both.route = check_inbound(both, address_of("bob@example.org"), false).route;
    const auto found = check_inbound(both, address_of("x@other.test"), false);
    EXPECT_EQ(found.verdict.action, second.want_deferred ? Action::Defer : Action::Accept) << second.name;
    // A refusal comes first: who would be refused alone, too, is not told to come again.
    EXPECT_EQ(check_inbound(both, address_of("x@else.test"), false).verdict.action, Action::Refuse)
        << second.name;
  }
}

TEST_F(RecipientCheckTest, WhereEachHasItsOwnAnswerThereIsOne) {
  for (const auto* const url : {"lmtp://192.0.2.1:24", "maildir:/mail/%n"}) {
    settings_.gateways.front().next_hop = *parse_next_hop(url);
    auto both = transaction("a@b.test");
    const auto first = check_inbound(both, address_of("bob@example.org"), false);
    EXPECT_EQ(first.verdict.action, Action::Accept);
    both.route = first.route;
    EXPECT_EQ(check_inbound(both, address_of("carl@example.org"), false).verdict.action, Action::Defer)
        << url;
  }
}

struct OutRow {
  std::string_view name;
  std::string_view sender;
  std::string_view recipient;
  std::string_view want_note;
};

constexpr std::string_view kLongest = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx@example.org";  // 48

const OutRow kOutbound[] = {
    {"ours", "bob@example.org", "x@else.test", "key-0"},
    {"ours, in other letters", "Bob@EXAMPLE.org", "x@else.test", "key-0"},
    {"of a subdomain of ours", "bob@sub.example.org", "x@else.test", "key-0"},
    {"as long as may be", kLongest, "x@else.test", "key-0"},
    {"too long", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx@example.org", "x@else.test",
     "none (its local part is longer than 48 octets: with the tag it would pass the limit of 64)"},
    {"the null sender", "", "x@else.test",
     "none (the null reverse path is never tagged: nothing answers it)"},
    {"not ours", "bob@else.test", "x@else.test", "none (else.test is no domain of ours)"},
    {"tagged already", "prvs=0787123456=bob@example.org", "x@else.test",
     "none (it has a tag already, or begins as one)"},
    {"SRS", "SRS0=abcd=12=b.test=a@example.org", "x@else.test",
     "none (it was rewritten by a forwarder (SRS), which takes the answers back itself)"},
    {"to a domain that takes none", "bob@example.org", "x@LISTS.test",
     "none (mail to lists.test is in \"untagged\")"},
    {"to its subdomain", "bob@example.org", "x@sub.lists.test", "key-0"},
    {"to an address that takes none", "bob@example.org", "Major@domo.test",
     "none (mail to major@domo.test is in \"untagged\")"},
    {"to another of its domain", "bob@example.org", "x@domo.test", "key-0"},
    {"to a u-label of one that takes none", "bob@example.org", "x@BÜCHER.test",
     "none (mail to xn--bcher-kva.test is in \"untagged\")"},
    {"to its a-label", "bob@example.org", "x@xn--bcher-kva.test",
     "none (mail to xn--bcher-kva.test is in \"untagged\")"},
    {"to an address that takes none at a u-label", "bob@example.org", "Major@grün.test",
     "none (mail to major@xn--grn-ioa.test is in \"untagged\")"},
    {"to the same at its a-label", "bob@example.org", "major@XN--grn-ioa.test",
     "none (mail to major@xn--grn-ioa.test is in \"untagged\")"},
};

TEST_F(RecipientCheckTest, Outbound) {
  settings_.gateways.front().direction = Direction::Outbound;
  settings_.gateways.front().untagged = {"lists.test", "major@domo.test", "xn--bcher-kva.test",
                                         "major@xn--grn-ioa.test"};
  for (const auto& row : kOutbound) {
    const auto found = check(row.sender, row.recipient);
    const bool want_tag = row.want_note == "key-0";
    EXPECT_EQ(found.verdict.action, Action::Accept) << row.name;
    EXPECT_EQ(found.route.is_tagged, want_tag) << row.name;
    EXPECT_EQ(text_of(found.forwarded), row.recipient) << row.name;
    last_.route = found.route;
    const auto path = outgoing_path(last_, *last_.route);
    const std::string want = want_tag ? tagged(row.sender) : std::string(row.sender);
    EXPECT_EQ(path.is_null() ? "" : text_of(*path.address), want) << row.name;
    EXPECT_EQ(tag_note(last_), row.want_note) << row.name;
  }
}

TEST_F(RecipientCheckTest, OutboundWithoutAKeyThatSigns) {
  settings_.gateways.front().direction = Direction::Outbound;
  for (const auto& keys : {origin::KeyRing(), ring_of(key_of(0, "secret", origin::KeyUse::Verify))}) {
    settings_.keys = keys;
    last_.route = check("bob@example.org", "x@else.test").route;
    EXPECT_FALSE(last_.route->is_tagged);
    EXPECT_EQ(tag_note(last_), "none (the key ring has no key that signs)");
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

TEST_F(RecipientCheckTest, InboundMailHasNoNoteOfItsTag) {
  last_.route = check("", "bob@example.org").route;
  EXPECT_EQ(tag_note(last_), "");
}

// A bounce that is certain.
response::Response bounce(std::string_view about = "x@else.test") {
  response::Response response;
  response.kind = response::Kind::DsnFailed;
  response.shown_by = response::ShownBy::DeliveryStatus;
  response.recipients.emplace_back().address = about;
  return response;
}

class JudgeResponseTest : public RecipientCheckTest {
 protected:
  JudgeResponseTest() { settings_.keys = ring_of(key_of(0, "secret")); }

  Judgement judge(const std::vector<std::string>& recipients, const response::Response& response = bounce()) {
    last_ = transaction("");
    for (const auto& recipient : recipients) {
      auto found = check_inbound(last_, address_of(recipient), false);
      if (!last_.route) last_.route = found.route;
      last_.recipients.push_back({recipient, std::move(found.claim), found.is_exempt});
    }
    return judge_response(last_, response);
  }
};

// What one recipient makes of a certain bounce at stage reject, when it is alone.
const struct {
  std::string_view name;
  std::string address;
  Cause want;
} kAlone[] = {
    {"good tag", tagged("bob@example.org"), Cause::Tag},
    {"stale tag", tagged("carl@example.org", kToday - 20), Cause::Stale},
    {"tag dated ahead", tagged("carl@example.org", kToday + 20), Cause::Stale},
    {"bad tag", tagged("dora@example.org", kToday, "other"), Cause::Bare},
    {"no tag", "emil@example.org", Cause::Bare},
    {"exempt", "postmaster@example.org", Cause::Exempt},
    {"exempt, with a sub-address", "postmaster+x@example.org", Cause::Exempt},
    {"never sends", "noc@example.org", Cause::NeverSends},
    {"untaggable", "SRS0=a=b=c.test=d@example.org", Cause::Untaggable},
};

bool refuses(Cause cause) {
  return cause == Cause::Bare || cause == Cause::NeverSends;
}

TEST_F(JudgeResponseTest, OneRecipient) {
  for (const auto& row : kAlone)
    EXPECT_EQ(policy::name(judge({row.address}).verdict.cause), policy::name(row.want)) << row.name;
}

// Exempt is a mail that goes to exempt mailboxes alone; a proof counts for the recipient that carries it.
TEST_F(JudgeResponseTest, TwoRecipientsAreJudgedByTheLeastFavourable) {
  for (const auto& first : kAlone) {
    for (const auto& second : kAlone) {
      const bool is_all_exempt = first.want == Cause::Exempt && second.want == Cause::Exempt;
      const auto alone = [&](Cause cause) {
        return cause == Cause::Exempt && !is_all_exempt ? Cause::Bare : cause;
      };
      const bool want_refused = refuses(alone(first.want)) || refuses(alone(second.want));
      const auto verdict = judge({first.address, second.address}).verdict;
      EXPECT_EQ(verdict.action, want_refused ? Action::Refuse : Action::Label)
          << first.name << ", " << second.name << ": " << policy::name(verdict.cause);
      const bool is_genuine = first.want == Cause::Tag && second.want == Cause::Tag;
      EXPECT_EQ(verdict.cause == Cause::Tag, is_genuine) << first.name << ", " << second.name;
    }
  }
}

TEST_F(JudgeResponseTest, WhatWentWhereNoTagIsSentCantBeAskedForOne) {
  settings_.gateways.emplace_back(settings_.gateways.front()).direction = Direction::Outbound;
  settings_.gateways.back().untagged = {"lists.test", "major@domo.test"};
  const struct {
    std::string_view about;
    Cause want;
  } rows[] = {{"x@lists.test", Cause::Untaggable},
              {"MAJOR@domo.test", Cause::Untaggable},
              {"x@domo.test", Cause::Bare},
              {"no address", Cause::Bare}};
  for (const auto& row : rows) {
    EXPECT_EQ(policy::name(judge({"bob@example.org"}, bounce(row.about)).verdict.cause),
              policy::name(row.want))
        << row.about;
    auto moved = bounce("elsewhere@gone.test");
    moved.recipients.front().original_address = row.about;
    EXPECT_EQ(policy::name(judge({"bob@example.org"}, moved).verdict.cause), policy::name(row.want))
        << row.about << ", passed on";
  }
}

TEST_F(JudgeResponseTest, ADomainIsReadyByTheOldestKeyOfARingThatSigns) {
  origin::Key older = key_of(1, "older", origin::KeyUse::Verify);
  older.created = day(100);
  settings_.keys = ring_of(key_of(0, "secret"));
  const auto cause = [&] { return policy::name(judge({"bob@example.org"}).verdict.cause); };
  origin::Key young = key_of(0, "secret");
  young.created = day(kToday);
  settings_.keys = ring_of(young);
  EXPECT_EQ(cause(), "in-grace");
  ASSERT_TRUE(settings_.keys.add(older));
  EXPECT_EQ(cause(), "bare");
  settings_.keys = ring_of(older);
  EXPECT_EQ(cause(), "no-keys") << "nothing is tagged with a ring that only verifies";
  settings_.keys = {};
  EXPECT_EQ(cause(), "no-keys");
}

TEST_F(JudgeResponseTest, AHintCountsAFewTimesADayForAnOwner) {
  settings_.hostname = "mx.example.org";
  auto returning = bounce();
  returning.original.emplace().header_block = "Received: from desk by mx.example.org; x\r\n\r\n";
  HintCounts hints;
  bool is_delivered = false;
  const auto cause = [&](const std::string& recipient) {
    auto found = check_inbound(last_ = transaction(""), address_of(recipient), false);
    last_.hints = &hints;
    last_.route = found.route;
    last_.recipients.push_back({recipient, std::move(found.claim), found.is_exempt});
    auto judgement = judge_response(last_, returning);
    if (is_delivered) judgement.hints.keep();
    return policy::name(judgement.verdict.cause);
  };
  for (std::size_t i = 0; i < 2 * HintCounts::kMostOfOwner; ++i)
    EXPECT_EQ(cause("bob@example.org"), "hinted") << i << ", put off";
  is_delivered = true;
  for (std::size_t i = 0; i < HintCounts::kMostOfOwner; ++i)
    EXPECT_EQ(cause("bob@example.org"), "hinted") << i;
  EXPECT_EQ(cause("Bob@Example.org"), "bare");
  EXPECT_EQ(cause("bob+shop@example.org"), "bare");
  EXPECT_EQ(cause(tagged("bob@example.org", kToday, "other")), "bare");
  EXPECT_EQ(cause("carl@example.org"), "hinted");
  EXPECT_EQ(cause(tagged("bob@example.org")), "tag");
}

TEST_F(JudgeResponseTest, TheFactsAreThoseOfTheRecipientThatDecides) {
  const auto judgement = judge({tagged("bob@example.org"), "emil@example.org"});
  EXPECT_EQ(origin::name(judgement.facts.origin.result), "unproven");
  EXPECT_THAT(judgement.verdict.explanation, testing::HasSubstr("emil@example.org carries no tag"));
}

}  // namespace
}  // namespace backstop::gateway
