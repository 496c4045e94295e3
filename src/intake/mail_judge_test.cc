#include "intake/mail_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "intake/recipient_check.h"
#include "net/loop_fixture.h"
#include "origin/tag_fixture.h"

namespace backstop::intake {
namespace {

using origin::address_of;
using origin::day;
using origin::key_of;
using origin::ring_of;
using origin::text_of;
using policy::Action;
using policy::Cause;

constexpr int kToday = 20780;

std::string tagged(std::string_view address, int on_day = kToday, std::string_view secret = "secret",
                   int number = 0) {
  const auto ring = ring_of(key_of(number, secret));
  return text_of(*origin::sign(mail::Path{address_of(address)}, ring, day(on_day), {}));
}

// A bounce that is certain.
response::Response bounce(std::string_view about = "x@else.test") {
  response::Response response;
  response.kind = response::Kind::DsnFailed;
  response.shown_by = response::ShownBy::DeliveryStatus;
  response.recipients.emplace_back().address = about;
  return response;
}

class MailJudgeTest : public net::LoopTest {
 protected:
  MailJudgeTest() {
    site_.keys = ring_of(key_of(0, "secret"));
    site_.has_tags = true;
    set_domain(day(100));
  }

  void set_domain(std::optional<std::chrono::sys_days> ready_since) {
    site_.domains = {{.name = "example.org",
                      .stage = policy::Stage::Reject,
                      .ready_since = ready_since,
                      .never_sends = {"noc"}}};
  }

  void begin() {
    last_ = {};
    last_.site = &site_;
    last_.today = day(kToday);
    last_.now = last_.today;
    last_.ready = &ready_;
  }
  void add(const std::string& recipient) {
    auto found = check_recipient(last_, address_of(recipient), false);
    last_.recipients.push_back({.given = recipient,
                                .domain = found.domain,
                                .claim = std::move(found.claim),
                                .is_exempt = found.is_exempt});
  }

  MailJudge judge(const std::vector<std::string>& recipients, const response::Response& response = bounce()) {
    begin();
    for (const auto& recipient : recipients) add(recipient);
    MailJudge judge(last_, reader_);
    run(judge.judge(response));
    return judge;
  }

  Site site_;
  ReadyTable ready_;
  Transaction last_;
  response::Reader reader_;
};

// The cause for a certain bounce at stage reject, for each kind of recipient when it is alone.
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

TEST_F(MailJudgeTest, OneRecipient) {
  for (const auto& row : kAlone)
    EXPECT_EQ(policy::name(judge({row.address}).verdict().cause), policy::name(row.want)) << row.name;
}

// Exempt is a mail that goes to exempt mailboxes alone; a proof counts for the recipient that carries it.
TEST_F(MailJudgeTest, TwoRecipientsAreJudgedByTheLeastFavourable) {
  for (const auto& first : kAlone) {
    for (const auto& second : kAlone) {
      const bool is_all_exempt = first.want == Cause::Exempt && second.want == Cause::Exempt;
      const auto alone = [&](Cause cause) {
        return cause == Cause::Exempt && !is_all_exempt ? Cause::Bare : cause;
      };
      const bool want_refused = refuses(alone(first.want)) || refuses(alone(second.want));
      const auto verdict = judge({first.address, second.address}).verdict();
      EXPECT_EQ(verdict.action, want_refused ? Action::Refuse : Action::Label)
          << first.name << ", " << second.name << ": " << policy::name(verdict.cause);
      const bool is_genuine = first.want == Cause::Tag && second.want == Cause::Tag;
      EXPECT_EQ(verdict.cause == Cause::Tag, is_genuine) << first.name << ", " << second.name;
    }
  }
}

TEST_F(MailJudgeTest, MailToAnUntaggedDestinationNeedsNoTag) {
  site_.untagged = {"lists.test", "major@domo.test"};
  const struct {
    std::string_view about;
    Cause want;
  } rows[] = {{"x@lists.test", Cause::Untaggable},
              {"MAJOR@domo.test", Cause::Untaggable},
              {"x@domo.test", Cause::Bare},
              {"no address", Cause::Bare}};
  for (const auto& row : rows) {
    EXPECT_EQ(policy::name(judge({"bob@example.org"}, bounce(row.about)).verdict().cause),
              policy::name(row.want))
        << row.about;
    auto moved = bounce("elsewhere@gone.test");
    moved.recipients.front().original_address = row.about;
    EXPECT_EQ(policy::name(judge({"bob@example.org"}, moved).verdict().cause), policy::name(row.want))
        << row.about << ", passed on";
  }
}

TEST_F(MailJudgeTest, WithTagsOffNoAddressIsUntaggable) {
  for (const bool has_tags : {true, false}) {
    site_.has_tags = has_tags;
    ReadySince since;
    since[static_cast<std::size_t>(policy::Carried::Tag)] = day(kToday);
    ready_.replace({{"example.org", since}});
    set_domain({});
    EXPECT_EQ(policy::name(judge({"SRS0=a=b=c.test=d@example.org"}).verdict().cause),
              has_tags ? "untaggable" : "bare");
  }
}

TEST_F(MailJudgeTest, ADeclaredDomainIsReadyIfItsMailGetsTags) {
  const auto cause = [&] { return policy::name(judge({"bob@example.org"}).verdict().cause); };
  EXPECT_EQ(cause(), "bare");
  set_domain(day(kToday));
  EXPECT_EQ(cause(), "bare");
  set_domain(day(kToday + 1));
  EXPECT_EQ(cause(), "not-ready") << "it is declared for tomorrow";
  set_domain(day(100));
  site_.has_tags = false;
  EXPECT_EQ(cause(), "not-ready");
  site_.has_tags = true;
  site_.keys = ring_of(key_of(0, "secret", origin::KeyUse::Verify));
  EXPECT_EQ(cause(), "not-ready") << "nothing is tagged with a ring that only verifies";
  site_.keys = {};
  EXPECT_EQ(cause(), "not-ready");
}

TEST_F(MailJudgeTest, AnObservedDomainIsReadyAsTheTableHasIt) {
  set_domain({});
  const auto cause = [&](std::initializer_list<policy::Carried> ready) {
    ReadySince since;
    for (const auto carried : ready) since[static_cast<std::size_t>(carried)] = day(kToday);
    ready_.replace({{"example.org", since}});
    return policy::name(judge({"bob@example.org"}).verdict().cause);
  };
  EXPECT_EQ(cause({}), "not-ready");
  EXPECT_EQ(cause({policy::Carried::Tag}), "bare");
  EXPECT_EQ(cause({policy::Carried::Message}), "no-tags");
  EXPECT_EQ(cause({policy::Carried::Message, policy::Carried::Tag}), "bare");
}

TEST_F(MailJudgeTest, AHintCountsAFewTimesADayForAnOwner) {
  site_.hostname = "mx.example.org";
  auto returning = bounce();
  returning.returned.push_back({.bytes = "Received: from desk by mx.example.org; x\r\n\r\n"});
  HintCounts hints;
  bool is_delivered = false;
  const auto cause = [&](const std::string& recipient) {
    begin();
    last_.hints = &hints;
    add(recipient);
    MailJudge judge(last_, reader_);
    run(judge.judge(returning));
    if (is_delivered) judge.keep_places();
    return policy::name(judge.verdict().cause);
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

TEST_F(MailJudgeTest, TheFactsAreThoseOfTheRecipientThatDecides) {
  const auto judge = this->judge({tagged("bob@example.org"), "emil@example.org"});
  EXPECT_EQ(origin::name(judge.origin().result), "unproven");
  EXPECT_THAT(judge.verdict().explanation, testing::HasSubstr("emil@example.org carries no tag"));
}

// The response that begins a surge is judged as if there were none, and its facts say so.
TEST_F(MailJudgeTest, TheResponseThatBeginsASurgeIsNotTightened) {
  site_.is_tightening = true;
  Surges surges([](const SurgeChange&) {});
  const auto is_tightened = [&] {
    begin();
    last_.surges = &surges;
    add("bob@example.org");
    MailJudge judge(last_, reader_);
    run(judge.judge(bounce()));
    return judge.facts().is_tightened;
  };
  for (std::uint64_t i = 0; i < Surges::kLeastOfOwner; ++i) {
    EXPECT_FALSE(surges.is_surge("bob@example.org", last_.now)) << i;
    EXPECT_FALSE(is_tightened()) << i;
  }
  EXPECT_TRUE(surges.is_surge("bob@example.org", last_.now));
  EXPECT_TRUE(is_tightened());
}

// A relay of either recipient's domain would bounce what is refused for the other.
TEST_F(MailJudgeTest, ARelayOfADomainIsNotRefused) {
  const auto relay = net::asio::ip::make_address("192.0.2.25");
  struct Row {
    const char* name;
    bool is_relay;
    std::vector<std::string> recipients;
    Cause want;
  };
  const Row rows[] = {
      {"the domain has it", true, {"bob@example.org"}, Cause::Relay},
      {"for the other it is a host of ours", true, {"bob@other.test"}, Cause::Local},
      {"both are named", true, {"bob@other.test", "bob@example.org"}, Cause::Relay},
      {"a stranger", false, {"bob@example.org"}, Cause::Bare},
  };
  for (const Row& row : rows) {
    DomainSettings with{.name = "example.org", .stage = policy::Stage::Reject, .ready_since = day(100)};
    DomainSettings without = with;
    without.name = "other.test";
    without.local_hosts = with.local_hosts = {*net::Network::parse("192.0.2.25")};
    with.relays = {*net::Network::parse("192.0.2.25")};
    site_.domains = {with, without};
    begin();
    if (row.is_relay) last_.client = {.address = relay, .bringers = {relay, relay}};
    for (const auto& recipient : row.recipients) add(recipient);
    MailJudge judge(last_, reader_);
    run(judge.judge(bounce()));
    EXPECT_EQ(judge.verdict().cause, row.want) << row.name;
  }
}

}  // namespace
}  // namespace backstop::intake
