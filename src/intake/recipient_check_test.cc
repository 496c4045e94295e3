#include "intake/recipient_check.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "directory/file_directory.h"
#include "origin/tag_fixture.h"

namespace backstop::intake {
namespace {

using origin::address_of;
using origin::day;
using origin::key_of;
using origin::ring_of;
using origin::text_of;

constexpr int kToday = 20780;

std::string tagged(std::string_view address, std::string_view secret = "secret") {
  return text_of(*origin::sign({address_of(address)}, ring_of(key_of(0, secret)), day(kToday), {}));
}

class RecipientCheckTest : public testing::Test {
 protected:
  RecipientCheckTest() {
    site_.keys = ring_of(key_of(0, "secret"));
    site_.domains = {{.name = "example.org", .never_sends = {"noc", "web+cron"}},
                     {.name = "other.test", .exempt = {"help", "sales+press"}}};
    transaction_.site = &site_;
    transaction_.today = day(kToday);
  }

  RecipientCheck check(std::string_view recipient, bool is_guesser = false) {
    return check_recipient(transaction_, address_of(recipient), is_guesser);
  }

  Site site_;
  Transaction transaction_;
};

struct Row {
  std::string_view name;
  std::string recipient;
  std::string_view want_domain;  ///< empty: not ours
  std::string_view want_facts;   ///< routed, exempt, never-sends
  std::string_view want_plain;
};

const Row kRecipients[] = {
    {"ours", "bob@example.org", "example.org", "", "bob@example.org"},
    {"another domain of ours", "bob@Other.TEST", "other.test", "", "bob@Other.TEST"},
    {"not ours", "bob@else.test", "", "", "bob@else.test"},
    {"tagged", tagged("bob@example.org"), "example.org", "", "bob@example.org"},
    {"with a bad tag", tagged("bob@example.org", "other"), "example.org", "", "bob@example.org"},
    {"a percent sign", "bob%else.test@example.org", "example.org", "routed", "bob%else.test@example.org"},
    {"an exclamation mark", "else!bob@example.org", "example.org", "routed", "else!bob@example.org"},
    {"an at sign", "bob@else@example.org", "example.org", "routed", "bob@else@example.org"},
    {"routed, and not ours", "bob%else.test@gone.test", "", "routed", "bob%else.test@gone.test"},
    {"a way out behind a tag", tagged("b%x@example.org"), "example.org", "routed", "b%x@example.org"},
    {"postmaster alone belongs to the first domain", "postmaster", "example.org", "exempt", "postmaster@"},
    {"exempt", "Abuse@example.org", "example.org", "exempt", "Abuse@example.org"},
    {"exempt, with a sub-address", "abuse+x@example.org", "example.org", "exempt", "abuse+x@example.org"},
    {"exempt, tagged", tagged("abuse@example.org"), "example.org", "exempt", "abuse@example.org"},
    {"exempt in the other domain alone", "help@example.org", "example.org", "", "help@example.org"},
    {"exempt by its own domain", "help@other.test", "other.test", "exempt", "help@other.test"},
    {"exempt by its sub-address", "Sales+press@other.test", "other.test", "exempt", "Sales+press@other.test"},
    {"exempt with that sub-address alone", "sales@other.test", "other.test", "", "sales@other.test"},
    {"not exempt in that domain", "abuse@other.test", "other.test", "", "abuse@other.test"},
    {"never sends", "NOC@example.org", "example.org", "never-sends", "NOC@example.org"},
    {"never sends, with a sub-address", "noc+x@example.org", "example.org", "never-sends",
     "noc+x@example.org"},
    {"never sends by its sub-address", "web+Cron@example.org", "example.org", "never-sends",
     "web+Cron@example.org"},
    {"never sends with that sub-address alone", "web@example.org", "example.org", "", "web@example.org"},
    {"a name that only begins alike", "nocturnal@example.org", "example.org", "", "nocturnal@example.org"},
};

std::string facts_of(const RecipientCheck& check) {
  if (check.facts.is_routed) return "routed";
  if (check.is_exempt) return "exempt";
  return check.claim && check.claim->never_sends ? "never-sends" : "";
}

TEST_F(RecipientCheckTest, FindsTheFacts) {
  for (const auto& row : kRecipients) {
    const auto found = check(row.recipient);
    const bool is_ours = !row.want_domain.empty();
    EXPECT_EQ(found.facts.is_ours, is_ours) << row.name;
    EXPECT_EQ(found.domain == nullptr ? "" : found.domain->name, row.want_domain) << row.name;
    EXPECT_EQ(facts_of(found), row.want_facts) << row.name;
    EXPECT_EQ(text_of(found.plain), row.want_plain) << row.name;
    EXPECT_EQ(found.claim.has_value(), is_ours && row.want_facts != "routed") << row.name;
    if (found.claim) EXPECT_EQ(found.claim->address, address_of(row.recipient)) << row.name;
  }
}

TEST_F(RecipientCheckTest, AGuessIsABadTagOfAGuesserWithTheNullSender) {
  const struct {
    std::string_view name;
    std::string recipient;
    bool is_guesser;
    bool is_null_sender;
    bool want;
  } rows[] = {
      {"all of it", tagged("bob@example.org", "other"), true, true, true},
      {"no guesser", tagged("bob@example.org", "other"), false, true, false},
      {"a sender", tagged("bob@example.org", "other"), true, false, false},
      {"a good tag", tagged("bob@example.org"), true, true, false},
      {"no tag", "bob@example.org", true, true, false},
      {"not ours", tagged("bob@else.test", "other"), true, true, false},
  };
  for (const auto& row : rows) {
    transaction_.mail.reverse_path = {};
    if (!row.is_null_sender) transaction_.mail.reverse_path = {address_of("a@else.test")};
    EXPECT_EQ(check(row.recipient, row.is_guesser).facts.is_guessed, row.want) << row.name;
  }
}

struct QuestionRow {
  std::string_view name;
  std::string recipient;
  std::string_view want;  ///< the recipient and its mailbox; empty: the directory is not asked
};

const QuestionRow kQuestions[] = {
    {"an address", "Bob@Example.org", "Bob@Example.org bob@example.org"},
    {"a sub-address", "bob+shop@example.org", "bob+shop@example.org bob@example.org"},
    {"a tag of ours", tagged("bob@example.org"), "bob@example.org bob@example.org"},
    {"a tag that is not ours", tagged("bob@example.org", "other"), "bob@example.org bob@example.org"},
    {"a tag before a sub-address", tagged("bob+x@example.org"), "bob+x@example.org bob@example.org"},
    {"a tag of another product", "btv1==0123456789a==bob@example.org",
     "btv1==0123456789a==bob@example.org bob@example.org"},
    {"abuse", "abuse@example.org", "abuse@example.org abuse@example.org"},
    {"postmaster", "PostMaster@example.org", ""},
    {"postmaster with a sub-address", "postmaster+x@example.org", ""},
    {"postmaster with a tag", tagged("postmaster@example.org"), ""},
    {"postmaster without domain", "postmaster", ""},
    {"made by a forwarder of ours", "SRS0=abcd=12=b.test=a@example.org", ""},
    {"routed", "bob%else.test@example.org", ""},
    {"a domain without a directory", "bob@other.test", ""},
    {"not ours", "bob@else.test", ""},
};

TEST_F(RecipientCheckTest, TheDirectoryIsAsked) {
  site_.domains = {
      {.name = "example.org", .recipient_directory = std::make_shared<directory::FileDirectory>("/x")},
      {.name = "other.test"}};
  for (const auto& row : kQuestions) {
    const auto question = check(row.recipient).question;
    EXPECT_EQ(question ? text_of(question->recipient) + " " + text_of(question->mailbox) : "", row.want)
        << row.name;
  }
}

TEST_F(RecipientCheckTest, TheAnswerIsAFact) {
  RecipientCheck check;
  check.take({.existence = directory::Existence::Exists});
  EXPECT_FALSE(check.facts.is_unknown || check.facts.is_unanswered);
  check.take({.existence = directory::Existence::Unknown});
  EXPECT_TRUE(check.facts.is_unknown && !check.facts.is_unanswered);
  check.take({.existence = directory::Existence::Failed, .why = "down"});
  EXPECT_TRUE(!check.facts.is_unknown && check.facts.is_unanswered);
  EXPECT_EQ(check.why_unanswered, "down");
}

TEST_F(RecipientCheckTest, WithoutKeysATagStays) {
  site_.keys = {};
  EXPECT_EQ(text_of(check(tagged("bob@example.org")).plain), tagged("bob@example.org"));
}

TEST_F(RecipientCheckTest, WithoutDomainsPostmasterIsNotOurs) {
  site_.domains = {};
  EXPECT_FALSE(check("postmaster").facts.is_ours);
}

TEST_F(RecipientCheckTest, ADomainsPolicyIsWhatIsSetForIt) {
  site_.has_tags = true;
  DomainSettings domain{.name = "*.example.org",
                        .stage = policy::Stage::Reject,
                        .ready_since = day(kToday),
                        .ceilings = {policy::Action::Refuse}};
  const auto policy = policy_of(domain, "sub.example.org", transaction_);
  EXPECT_EQ(policy.stage, policy::Stage::Reject);
  EXPECT_EQ(policy.ceilings, domain.ceilings);
  EXPECT_EQ(policy.name, "sub.example.org");
  EXPECT_EQ(policy.ready, policy::Ready{.tags = true});
  domain.ready_since = day(kToday + 1);
  EXPECT_EQ(policy_of(domain, "sub.example.org", transaction_).ready, policy::Ready()) << "from tomorrow on";
}

TEST_F(RecipientCheckTest, ADomainsReadinessIsWhatWasObserved) {
  ReadyTable table;
  ReadySince since;
  since[static_cast<std::size_t>(policy::Carried::Message)] = day(kToday);
  table.replace({{"sub.example.org", since}});
  const DomainSettings domain{.name = "*.example.org"};
  EXPECT_EQ(policy_of(domain, "Sub.example.org", transaction_).ready, policy::Ready()) << "there is no table";
  transaction_.ready = &table;
  EXPECT_EQ(policy_of(domain, "Sub.example.org", transaction_).ready, policy::Ready{.messages = true});
  EXPECT_EQ(policy_of(domain, "other.example.org", transaction_).ready, policy::Ready());
}

TEST_F(RecipientCheckTest, ARelayOfTheDomainIsNoGuesser) {
  DomainSettings domain{.name = "example.org"};
  domain.relays = {*net::Network::parse("192.0.2.25")};
  site_.domains = {domain, {.name = "other.test"}};
  const auto relay = net::asio::ip::make_address("192.0.2.25");
  transaction_.client.bringers = {relay, relay};
  EXPECT_FALSE(check(tagged("bob@example.org", "other"), true).facts.is_guessed);
  EXPECT_TRUE(check(tagged("bob@other.test", "other"), true).facts.is_guessed);
}

}  // namespace
}  // namespace backstop::intake
