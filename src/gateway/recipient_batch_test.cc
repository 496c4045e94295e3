#include "gateway/recipient_batch.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "auth/zone_fixture.h"
#include "intake/arrival_checks.h"
#include "intake/outbound_tag.h"
#include "net/loop_fixture.h"
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

constexpr Stage kStages[] = {Stage::Observe, Stage::Label, Stage::Quarantine, Stage::Reject};
constexpr int kToday = 20780;

mail::Path path_of(std::string_view text) {
  return text.empty() ? mail::Path{} : mail::Path{address_of(text)};
}

std::string tagged(std::string_view address, int on_day = kToday, std::string_view secret = "secret",
                   int number = 0) {
  const auto ring = ring_of(key_of(number, secret));
  return text_of(*origin::sign(path_of(address), ring, day(on_day), {}));
}

std::shared_ptr<const next_hop::NextHop> shared_hop(std::string_view url) {
  return std::make_shared<const next_hop::NextHop>(*next_hop::parse_next_hop(url));
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

/// A next hop that answers recipients as it is told to.
class Answering : public next_hop::Delivery {
 public:
  Answering(std::vector<smtp::Reply> answers, std::vector<std::string>& offered)
      : answers_(std::move(answers)), offered_(offered) {}

  net::Task<std::vector<smtp::Reply>> recipients(std::span<const smtp::RcptCommand> batch) override {
    for (const auto& one : batch)
      offered_.push_back(text_of(one.recipient) + (one.notify.empty() ? "" : " NOTIFY=" + one.notify));
    co_return answers_;
  }
  net::Task<smtp::Reply> begin(next_hop::MessageForm) override { co_return smtp::Reply(); }
  net::Task<bool> write(std::string_view, std::string_view) override { co_return false; }
  net::Task<smtp::Reply> finish(std::string_view, std::string_view) override { co_return smtp::Reply(); }
  net::Task<void> abandon() override { co_return; }

 private:
  std::vector<smtp::Reply> answers_;
  std::vector<std::string>& offered_;
};

class RecipientBatchTest : public net::LoopTest {
 protected:
  RecipientBatchTest() {
    settings_.keys = ring_of(key_of(0, "secret"));
    settings_.has_tags = true;
    settings_.gateways.emplace_back().name = "in";
    settings_.gateways.front().next_hop = *next_hop::parse_next_hop("smtp://192.0.2.1:25");
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
    transaction.site = transaction.settings.get();
    transaction.direction = transaction.gateway->direction;
    transaction.mail.reverse_path = path_of(sender);
    transaction.mail.smtputf8 = true;
    transaction.today = day(kToday);
    return transaction;
  }

  /// The first recipient of a mail.
  RecipientBatch::Asked check(std::string_view sender, std::string_view recipient) {
    last_ = transaction(sender);
    return add(last_, recipient);
  }
  const next_hop::NextHop* route(std::string_view recipient) {
    (void)check("", recipient);
    return last_.route->next_hop;
  }
  /// One more recipient of it.
  RecipientBatch::Asked add(Transaction& transaction, std::string_view recipient) {
    RecipientBatch batch(transaction, offered_, bad_tags_, client_);
    if (!batch.add("TO:<" + std::string(recipient) + ">")) run(batch.look_up());
    return batch.asked().front();
  }

  /// It has brought as many bad tags as make one.
  void make_guesser() {
    const auto now = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < settings_.limits.bad_tags; ++i) {
      bad_tags_.add(client_, std::to_string(i), now, settings_.limits.bad_tags);
    }
  }

  Settings settings_;
  Transaction last_;
  smtp::Extensions offered_;
  intake::BadTags bad_tags_;
  intake::BadTags::Address client_ = boost::asio::ip::make_address("192.0.2.7");
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
    {"a quoted local part", R"("bob b"@example.org)", "bob b@example.org", "no-tag"},
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

TEST_F(RecipientBatchTest, InboundIsTakenWithAnyTag) {
  for (const auto& row : kTaken) {
    for (const Stage stage : kStages) {
      for (const std::string_view sender : {"", "a@b.test"}) {
        set_stage(stage);
        const auto found = check(sender, row.recipient);
        EXPECT_EQ(found.verdict.action, Action::Accept) << row.name << " " << policy::name(stage);
        EXPECT_EQ(found.verdict.cause, Cause::Ordinary)
            << row.name << " " << policy::name(found.verdict.cause);
        EXPECT_EQ(text_of(found.check.plain), row.forwarded) << row.name;
        ASSERT_TRUE(found.check.claim) << row.name;
        EXPECT_EQ(origin::name(found.check.claim->tag.outcome), row.want_tag) << row.name;
        EXPECT_EQ(text_of(found.check.claim->plain()), row.forwarded) << row.name;
        EXPECT_EQ(found.check.claim->never_sends, row.want_never_sends) << row.name;
      }
    }
  }
}

TEST_F(RecipientBatchTest, InboundIsRefusedIfItIsNotOurs) {
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

TEST_F(RecipientBatchTest, AGuesserIsPutOffForItsBadTagsAlone) {
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
    EXPECT_NE(check(row.sender, row.recipient).verdict.action, Action::Defer) << row.name;
  }
  make_guesser();
  for (const auto& row : rows) {
    EXPECT_EQ(check(row.sender, row.recipient).verdict.action, row.want) << row.name;
  }
  client_ = boost::asio::ip::make_address("192.0.2.8");
  for (const auto& row : rows) {
    EXPECT_NE(check(row.sender, row.recipient).verdict.action, Action::Defer)
        << row.name << ", another client";
  }
}

// A relay brings the guesses of others.
TEST_F(RecipientBatchTest, ARelayIsNoGuesser) {
  const auto bring_bad_tags = [this](bool is_from_relay) {
    for (std::size_t i = 0; i < settings_.limits.bad_tags; ++i) {
      last_ = transaction("");
      last_.is_from_relay = is_from_relay;
      (void)add(last_, tagged("bob" + std::to_string(i) + "@example.org", kToday, "other"));
    }
  };
  const auto bad = tagged("bob@example.org", kToday, "other");
  bring_bad_tags(true);
  EXPECT_EQ(check("", bad).verdict.action, Action::Accept) << "its bad tags don't count";
  bring_bad_tags(false);
  EXPECT_EQ(check("", bad).verdict.action, Action::Defer) << "those of the same client do";
  last_ = transaction("");
  last_.is_from_relay = true;
  EXPECT_EQ(add(last_, bad).verdict.action, Action::Accept) << "nor does what the client did otherwise";
}

TEST_F(RecipientBatchTest, WithoutKeysTagsAreLeftAlone) {
  settings_.keys = {};
  for (const auto& recipient : {std::string("bob@example.org"), tagged("bob@example.org"),
                                tagged("bob@example.org", kToday, "other")}) {
    const auto found = check("", recipient);
    EXPECT_EQ(found.verdict.action, Action::Accept);
    EXPECT_EQ(text_of(found.check.plain), recipient);
  }
}

TEST_F(RecipientBatchTest, EachDomainNamesItsExemptMailboxes) {
  EXPECT_TRUE(check("", "postmaster@example.org").check.is_exempt);
  EXPECT_TRUE(check("", "Abuse@example.org").check.is_exempt);
  EXPECT_TRUE(check("", "postmaster").check.is_exempt);
  EXPECT_FALSE(check("", "bob@example.org").check.is_exempt);
}

TEST_F(RecipientBatchTest, ADomainMayHaveItsOwnNextHop) {
  const auto hop = shared_hop("lmtp:/run/lmtp");
  settings_.domains = {{.name = "example.org"}, {.name = "other.test", .next_hop = hop}};
  EXPECT_EQ(route("bob@other.test")->url, hop->url);
  EXPECT_EQ(route("bob@example.org"), &last_.gateway->next_hop);
}

// The second recipient of a mail whose first one went elsewhere, or is judged otherwise, comes again alone.
TEST_F(RecipientBatchTest, ARecipientThatDiffersFromTheFirstIsDeferred) {
  const auto same = std::make_shared<const next_hop::NextHop>(settings_.gateways.front().next_hop);
  const auto other = shared_hop("smtp://192.0.2.2:25");
  struct Second {
    std::string_view name;
    intake::DomainSettings domain;
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
      {"declared to be ready", {.name = "other.test", .stage = Stage::Reject, .ready_since = day(100)}, true},
      {"to be ready from tomorrow on",
       {.name = "other.test", .stage = Stage::Reject, .ready_since = day(kToday + 1)},
       false},
  };
  for (const auto& second : kSeconds) {
    settings_.domains = {{.name = "example.org", .stage = Stage::Reject}, second.domain};
    auto both = transaction("a@b.test");
    (void)add(both, "bob@example.org");
    const auto found = add(both, "x@other.test");
    EXPECT_EQ(found.verdict.action, second.want_deferred ? Action::Defer : Action::Accept) << second.name;
    // A refusal comes first: a recipient that would be refused alone, too, is not told to come again.
    EXPECT_EQ(add(both, "x@else.test").verdict.action, Action::Refuse) << second.name;
  }
}

// Both are of "*.example.org", but each is observed by itself.
TEST_F(RecipientBatchTest, ADomainThatIsNotReadyDiffersFromOneThatIs) {
  intake::ReadyTable table;
  intake::ReadySince since;
  since[static_cast<std::size_t>(policy::Carried::Tag)] = day(kToday);
  table.replace({{"a.example.org", since}, {"b.example.org", since}});
  auto mail = transaction("a@b.test");
  mail.ready = &table;
  (void)add(mail, "bob@a.example.org");
  EXPECT_EQ(add(mail, "bob@b.example.org").verdict.action, Action::Accept);
  EXPECT_EQ(add(mail, "bob@c.example.org").verdict.action, Action::Defer);
}

// Below quarantine nothing depends on it, and ordinary mail to both goes on at once.
TEST_F(RecipientBatchTest, ReadinessPartsNobodyBelowTheStageQuarantine) {
  for (const Stage stage : kStages) {
    settings_.domains = {{.name = "example.org", .stage = stage},
                         {.name = "other.test", .stage = stage, .ready_since = day(100)}};
    auto both = transaction("a@b.test");
    (void)add(both, "bob@example.org");
    EXPECT_EQ(add(both, "x@other.test").verdict.action,
              stage < Stage::Quarantine ? Action::Accept : Action::Defer)
        << policy::name(stage);
  }
}

TEST_F(RecipientBatchTest, ANextHopThatAnswersEachAloneGetsOneRecipient) {
  for (const auto* const url : {"lmtp://192.0.2.1:24", "maildir:/mail/%n"}) {
    settings_.gateways.front().next_hop = *next_hop::parse_next_hop(url);
    auto both = transaction("a@b.test");
    const auto first = add(both, "bob@example.org");
    EXPECT_EQ(first.verdict.action, Action::Accept);
    EXPECT_EQ(add(both, "carl@example.org").verdict.action, Action::Defer) << url;
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

TEST_F(RecipientBatchTest, Outbound) {
  settings_.gateways.front().direction = Direction::Outbound;
  settings_.gateways.front().untagged = {"lists.test", "major@domo.test", "xn--bcher-kva.test",
                                         "major@xn--grn-ioa.test"};
  for (const auto& row : kOutbound) {
    const auto found = check(row.sender, row.recipient);
    const bool want_tag = row.want_note == "key-0";
    EXPECT_EQ(found.verdict.action, Action::Accept) << row.name;
    EXPECT_EQ(last_.route->is_tagged, want_tag) << row.name;
    EXPECT_EQ(text_of(found.check.plain), row.recipient) << row.name;
    const auto path =
        want_tag ? intake::tagged_path(last_, last_.route->not_tagged) : last_.mail.reverse_path;
    const std::string want = want_tag ? tagged(row.sender) : std::string(row.sender);
    EXPECT_EQ(path.is_null() ? "" : text_of(*path.address), want) << row.name;
    EXPECT_EQ(last_.tag_note(), row.want_note) << row.name;
  }
}

TEST_F(RecipientBatchTest, OutboundWithoutAKeyThatSigns) {
  settings_.gateways.front().direction = Direction::Outbound;
  for (const auto& keys : {origin::KeyRing(), ring_of(key_of(0, "secret", origin::KeyUse::Verify))}) {
    settings_.keys = keys;
    (void)check("bob@example.org", "x@else.test");
    EXPECT_FALSE(last_.route->is_tagged);
    EXPECT_EQ(last_.tag_note(), "none (the key ring has no key that signs)");
  }
}

TEST_F(RecipientBatchTest, WithTagsOffNoReversePathIsTagged) {
  settings_.has_tags = false;
  settings_.gateways.front().direction = Direction::Outbound;
  settings_.gateways.front().untagged = {"lists.test"};
  auto both = transaction("bob@example.org");
  (void)add(both, "x@else.test");
  EXPECT_FALSE(both.route->is_tagged);
  EXPECT_EQ(both.tag_note(), "");
  EXPECT_EQ(add(both, "x@lists.test").verdict.action, Action::Accept) << "all destinations are alike";
}

TEST_F(RecipientBatchTest, TaggedAndUntaggedDestinationsDiffer) {
  settings_.gateways.front().direction = Direction::Outbound;
  settings_.gateways.front().untagged = {"lists.test"};
  auto both = transaction("bob@example.org");
  (void)add(both, "x@else.test");
  EXPECT_EQ(add(both, "y@else.test").verdict.action, Action::Accept);
  EXPECT_EQ(add(both, "x@lists.test").verdict.action, Action::Defer);
  // If nothing is tagged they are alike.
  auto none = transaction("bob@else.test");
  (void)add(none, "x@else.test");
  EXPECT_EQ(add(none, "x@lists.test").verdict.action, Action::Accept);
}

// Those that are refused here are not offered; those that the next hop takes become recipients.
TEST_F(RecipientBatchTest, OffersThoseThatMayBeTakenInOneGo) {
  auto mail = transaction("");
  std::vector<std::string> offered;
  mail.delivery = std::make_unique<Answering>(
      std::vector<smtp::Reply>{{250, "2.1.5", "one"}, {550, "5.1.1", "two"}, {251, "2.1.5", "three"}},
      offered);
  RecipientBatch batch(mail, offered_, bad_tags_, client_);
  batch.add("TO:<" + tagged("bob@example.org") + ">");
  batch.add("TO:<x@else.test>");
  batch.add("nonsense");
  batch.add("TO:<gone@example.org>");
  batch.add("TO:<postmaster@example.org>");
  run(batch.offer());
  EXPECT_THAT(offered, testing::ElementsAre("bob@example.org", "gone@example.org", "postmaster@example.org"));
  std::vector<int> codes;
  std::vector<bool> is_from_next_hop;
  for (const auto& asked : batch.asked()) {
    codes.push_back(asked.answer->code);
    is_from_next_hop.push_back(asked.is_from_next_hop());
  }
  EXPECT_THAT(codes, testing::ElementsAre(250, 550, 501, 550, 251));
  EXPECT_THAT(is_from_next_hop, testing::ElementsAre(true, false, false, true, true));
  ASSERT_EQ(mail.recipients.size(), 2u);
  EXPECT_EQ(mail.recipients[0].given, tagged("bob@example.org"));
  EXPECT_EQ(mail.recipients[0].domain, &mail.settings->domains[0]);
  ASSERT_TRUE(mail.recipients[0].claim);
  EXPECT_EQ(mail.recipients[0].claim->tag.outcome, origin::TagOutcome::Good);
  EXPECT_FALSE(mail.recipients[0].is_exempt);
  EXPECT_EQ(mail.recipients[1].given, "postmaster@example.org");
  EXPECT_TRUE(mail.recipients[1].is_exempt);
}

TEST_F(RecipientBatchTest, TheNextHopIsMutedIfSpfHasFailedAndThatIsWanted) {
  for (const bool is_muting : {false, true}) {
    for (const bool has_failed_spf : {false, true}) {
      settings_.way_out.is_muting = is_muting;
      auto mail = transaction("a@else.test");
      mail.has_failed_spf = has_failed_spf;
      std::vector<std::string> offered;
      mail.delivery = std::make_unique<Answering>(std::vector<smtp::Reply>{{250, "2.1.5", "one"}}, offered);
      RecipientBatch batch(mail, offered_, bad_tags_, client_);
      batch.add("TO:<bob@example.org>");
      run(batch.offer());
      const std::string want =
          is_muting && has_failed_spf ? "bob@example.org NOTIFY=NEVER" : "bob@example.org";
      EXPECT_THAT(offered, testing::ElementsAre(want)) << is_muting << has_failed_spf;
    }
  }
}

TEST_F(RecipientBatchTest, WithoutARecipientThatMayBeTakenTheNextHopIsNotAsked) {
  auto mail = transaction("");
  RecipientBatch batch(mail, offered_, bad_tags_, client_);
  batch.add("TO:<x@else.test>");
  run(batch.offer());
  EXPECT_EQ(batch.asked().front().answer->code, 550);
  EXPECT_FALSE(mail.route);
}

TEST_F(RecipientBatchTest, TheLimitCountsThoseThatMayBeTaken) {
  settings_.limits.recipients = 2;
  auto mail = transaction("");
  std::vector<std::string> offered;
  mail.delivery = std::make_unique<Answering>(
      std::vector<smtp::Reply>{{250, "2.1.5", "one"}, {250, "2.1.5", "two"}}, offered);
  RecipientBatch batch(mail, offered_, bad_tags_, client_);
  for (const std::string_view local : {"a", "b", "c"}) batch.add(fmt::format("TO:<{}@example.org>", local));
  EXPECT_FALSE(batch.asked()[1].answer);
  ASSERT_TRUE(batch.asked()[2].answer);
  EXPECT_EQ(batch.asked()[2].answer->code, 452);
  EXPECT_EQ(batch.asked()[2].decider, intake::Decider::Limit);
  run(batch.offer());
  RecipientBatch next(mail, offered_, bad_tags_, client_);
  next.add("TO:<d@example.org>");
  ASSERT_TRUE(next.asked().front().answer);
  EXPECT_EQ(next.asked().front().answer->code, 452) << "those of earlier batches count";
}

TEST_F(RecipientBatchTest, IsFullAtItsLimitOrAtASingleAnswer) {
  const struct {
    std::string_view name;
    const char* url;
    std::vector<std::string_view> recipients;
    bool want;
  } rows[] = {
      {"none", "smtp://192.0.2.1:25", {}, false},
      {"one", "smtp://192.0.2.1:25", {"a@example.org"}, false},
      {"LMTP", "lmtp://192.0.2.1:24", {"a@example.org"}, true},
      {"LMTP, refused here", "lmtp://192.0.2.1:24", {"a@else.test"}, false},
      {"a Maildir", "maildir:/mail/%n", {"a@example.org"}, true},
  };
  for (const auto& row : rows) {
    settings_.gateways.front().next_hop = *next_hop::parse_next_hop(row.url);
    auto mail = transaction("");
    RecipientBatch batch(mail, offered_, bad_tags_, client_);
    for (const auto recipient : row.recipients) batch.add(fmt::format("TO:<{}>", recipient));
    EXPECT_EQ(batch.is_full(), row.want) << row.name;
  }
  settings_.gateways.front().next_hop = *next_hop::parse_next_hop("smtp://192.0.2.1:25");
  auto mail = transaction("");
  RecipientBatch batch(mail, offered_, bad_tags_, client_);
  for (std::size_t i = 1; i < RecipientBatch::kMost; ++i) batch.add("TO:<a@example.org>");
  EXPECT_FALSE(batch.is_full());
  batch.add("TO:<a@example.org>");
  EXPECT_TRUE(batch.is_full());
}

TEST_F(RecipientBatchTest, InboundMailHasNoNoteOfItsTag) {
  (void)check("", "bob@example.org");
  EXPECT_EQ(last_.tag_note(), "");
}

/// Knows bob and ben; of others it says what it is told to.
class FakeDirectory : public directory::Directory {
 public:
  net::Task<directory::Answer> look_up(directory::Question question, Deadline deadline) override {
    deadlines.push_back(deadline);
    const auto& local = question.mailbox.local;
    co_return local == "bob" || local == "ben" ? directory::Answer{directory::Existence::Exists} : others;
  }

  directory::Answer others{directory::Existence::Unknown};
  std::vector<Deadline> deadlines;
};

class DirectoryTest : public RecipientBatchTest {
 protected:
  DirectoryTest() {
    settings_.domains = {{.name = "example.org", .recipient_directory = directory_},
                         {.name = "other.test", .next_hop = shared_hop("smtp://192.0.2.9:25")}};
  }

  net::Task<void> offer(RecipientBatch& batch, std::initializer_list<std::string_view> recipients) {
    for (const auto recipient : recipients) {
      if (!batch.add(std::string("TO:<").append(recipient) + ">")) co_await batch.look_up();
    }
    co_await batch.offer();
  }

  std::shared_ptr<FakeDirectory> directory_ = std::make_shared<FakeDirectory>();
};

TEST_F(DirectoryTest, TheNextHopHearsOnlyOfThoseThatExist) {
  auto mail = transaction("a@b.test");
  std::vector<std::string> offered;
  mail.delivery = std::make_unique<Answering>(
      std::vector<smtp::Reply>{{250, "2.1.5", "ok"}, {550, "5.1.1", "no"}, {250, "2.1.5", "ok"}}, offered);
  RecipientBatch batch(mail, offered_, bad_tags_, client_);
  run(offer(batch, {"zoe@example.org", tagged("bob@example.org"), "ben+x@example.org", "amy@example.org",
                    "postmaster@example.org"}));
  EXPECT_THAT(offered,
              testing::ElementsAre("bob@example.org", "ben+x@example.org", "postmaster@example.org"));
  std::vector<std::string> answers;
  for (const auto& asked : batch.asked())
    answers.push_back(fmt::format("{} {}", asked.answer->code, asked.answer->status));
  EXPECT_THAT(answers, testing::ElementsAre("550 5.1.1", "250 2.1.5", "550 5.1.1", "550 5.1.1", "250 2.1.5"));
  EXPECT_EQ(batch.asked()[0].verdict.cause, Cause::UnknownRecipient);
  EXPECT_EQ(batch.asked()[0].answer->lines.front(), "There is no mailbox of this name in this domain");
  EXPECT_FALSE(batch.asked()[0].is_from_next_hop());
  EXPECT_TRUE(batch.asked()[2].is_from_next_hop()) << "what the directory lets through, the next hop decides";
  EXPECT_EQ(mail.recipients.size(), 2u);
  ASSERT_EQ(directory_->deadlines.size(), 4u);
  for (const auto deadline : directory_->deadlines) EXPECT_EQ(deadline, directory_->deadlines.front());
}

TEST_F(DirectoryTest, WithoutAnAnswerTheRecipientIsDeferred) {
  directory_->others = {directory::Existence::Failed, "the secret reason"};
  const auto found = check("", "zoe@example.org");
  EXPECT_EQ(found.answer->text(),
            "451 4.4.3 Whether there is such a mailbox can't be looked up just now: try again later");
  EXPECT_EQ(found.check.why_unanswered, "the secret reason");
  EXPECT_FALSE(last_.route);
}

TEST_F(DirectoryTest, ARecipientThatDoesNotExistSetsNoRoute) {
  auto mail = transaction("a@b.test");
  EXPECT_EQ(add(mail, "zoe@example.org").verdict.action, Action::Refuse);
  EXPECT_FALSE(mail.route);
  EXPECT_EQ(add(mail, "x@other.test").verdict.action, Action::Accept);
  EXPECT_EQ(add(mail, "bob@example.org").verdict.action, Action::Defer);
  EXPECT_EQ(add(mail, "zoe@example.org").verdict.action, Action::Refuse) << "it need not come again";
}

TEST_F(DirectoryTest, WhatLeavesIsNotLookedUp) {
  settings_.gateways.front().direction = Direction::Outbound;
  EXPECT_EQ(check("bob@example.org", "zoe@example.org").verdict.action, Action::Accept);
  EXPECT_TRUE(directory_->deadlines.empty());
}

class SenderTest : public DirectoryTest {
 protected:
  SenderTest() {
    settings_.auth.spf = intake::AuthUse::Reject;
    settings_.domains = {
        {.name = "example.org", .recipient_directory = directory_},
        {.name = "relayed.test", .relays = {net::Network::parse("192.0.2.0/24").value()}},
        {.name = "local.test", .local_hosts = {net::Network::parse("192.0.2.0/24").value()}}};
  }

  /// Returns the answers to the recipients, as "550 5.7.23".
  std::vector<std::string> answers(std::string_view sender,
                                   std::initializer_list<std::string_view> recipients) {
    zone_.asked.clear();
    auto mail = transaction(sender);
    mail.client.address = boost::asio::ip::make_address("192.0.2.1");
    mail.client.bringers = {mail.client.address, mail.client.address};
    mail.checks =
        std::make_shared<intake::ArrivalChecks>(loop_.context().get_executor(), mail, intake::plan_of(mail),
                                                "c.test", intake::CheckSources{zone_.ask(), &missing_});
    std::vector<std::string> offered;
    mail.delivery = std::make_unique<Answering>(
        std::vector<smtp::Reply>(recipients.size(), {250, "2.1.5", "ok"}), offered);
    RecipientBatch batch(mail, offered_, bad_tags_, client_);
    run(offer(batch, recipients));
    std::vector<std::string> answers;
    for (const auto& asked : batch.asked())
      answers.push_back(fmt::format("{} {}", asked.answer->code, asked.answer->status));
    return answers;
  }

  auth::Zone zone_ = auth::Zone({{"fails.test", "TXT", "v=spf1 -all"},
                                 {"good.test", "TXT", "v=spf1 +ip4:192.0.2.1 -all"},
                                 {"gone.test", "FAILED"}});
  intake::MissingDomains missing_;
};

TEST_F(SenderTest, IsRefusedForEachRecipient) {
  using testing::ElementsAre;
  EXPECT_THAT(answers("a@fails.test", {"bob@example.org", "zoe@example.org"}),
              ElementsAre("550 5.7.23", "550 5.7.23"));
  EXPECT_TRUE(directory_->deadlines.empty()) << "then it doesn't matter whether they exist";
  EXPECT_THAT(answers("a@gone.test", {"bob@example.org"}), ElementsAre("451 4.4.3"));
  EXPECT_THAT(answers("a@good.test", {"bob@example.org", "zoe@example.org"}),
              ElementsAre("250 2.1.5", "550 5.1.1"));
  EXPECT_THAT(answers("a@fails.test", {"postmaster@example.org"}), ElementsAre("250 2.1.5"));
  EXPECT_THAT(answers("a@fails.test", {"x@relayed.test"}), ElementsAre("250 2.1.5"));
  EXPECT_THAT(answers("a@fails.test", {"x@local.test"}), ElementsAre("250 2.1.5"));
  EXPECT_THAT(answers("a@fails.test", {"x@unknown.test", "x%y@example.org"}),
              ElementsAre("550 5.7.1", "550 5.7.1"));
}

// A mail has one answer at its end, so the exempt recipient would lose it with the other.
TEST_F(SenderTest, AnExemptRecipientComesAloneIfDmarcMayRefuse) {
  using testing::ElementsAre;
  const auto both = {std::string_view("postmaster@example.org"), std::string_view("bob@example.org")};
  const auto turned = {std::string_view("bob@example.org"), std::string_view("postmaster@example.org")};
  EXPECT_THAT(answers("a@good.test", both), ElementsAre("250 2.1.5", "250 2.1.5")) << "it may not";
  settings_.auth.dmarc = intake::AuthUse::Reject;
  EXPECT_THAT(answers("a@good.test", both), ElementsAre("250 2.1.5", "452 4.5.3"));
  EXPECT_THAT(answers("a@good.test", turned), ElementsAre("250 2.1.5", "452 4.5.3"));
  EXPECT_THAT(answers("a@good.test", {"postmaster@example.org", "PostMaster@example.org"}),
              ElementsAre("250 2.1.5", "250 2.1.5"));
  EXPECT_THAT(answers("a@good.test", {"x@local.test", "postmaster@local.test"}),
              ElementsAre("250 2.1.5", "250 2.1.5"))
      << "nothing of it is refused";
}

TEST_F(SenderTest, NothingIsAskedForAHostOfOurs) {
  answers("a@good.test", {"x@local.test", "x@relayed.test", "x@unknown.test"});
  EXPECT_TRUE(zone_.asked.empty());
  answers("a@good.test", {"x@local.test", "bob@example.org"});
  EXPECT_FALSE(zone_.asked.empty());
}

}  // namespace
}  // namespace backstop::gateway
