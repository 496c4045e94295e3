// Mail that arrives, from MAIL to its end.
#include "filter/milter_message.h"

#include "auth/zone_fixture.h"
#include "filter/filter_fixture.h"

namespace backstop::filter {
namespace {

using Account = intake::HeldMemory::Account;

class MilterMessageTest : public FilterTest {
 protected:
  const store::Event& event() {
    EXPECT_EQ(journal_.events.size(), 1u);
    static const store::Event none;
    return journal_.events.empty() ? none : journal_.events.back();
  }
};

// No body is sent, and no end of the message.
TEST_F(MilterMessageTest, OrdinaryMailIsAcceptedAtTheEndOfItsHeader) {
  const auto heard = ask({.queue_id = "4F1"});
  EXPECT_THAT(heard.recipients, ElementsAre("c"));
  EXPECT_EQ(heard.header_end, "a");
  EXPECT_THAT(heard.end, IsEmpty());
  EXPECT_FALSE(heard.is_cut);
  EXPECT_EQ(event().id, "4F1");
  EXPECT_EQ(event().gateway, "milter");
  EXPECT_EQ(event().client, "192.0.2.1");
  EXPECT_EQ(event().helo, "helo.test");
  EXPECT_EQ(event().message_id, "1@else.test");
  EXPECT_EQ(event().done, store::Done::Delivered);
  EXPECT_EQ(event().direction, store::Direction::Inbound);
  EXPECT_EQ(workplace_.shared().held.total(), 0u);
}

// Also from a server that wants an answer to each step, and that has none of the newer ones.
TEST_F(MilterMessageTest, AnOldServerGetsTheSameAnswers) {
  const auto ordinary = ask({.actions = 0x3f, .steps = 0});
  EXPECT_EQ(ordinary.header_end, "a");
  const auto refused = ask(bounce({.actions = 0x3f, .steps = 0}));
  ASSERT_THAT(refused.end, ElementsAre(StartsWith("y 550 5.7.1 ")));
}

struct StageRow {
  const char* name;
  policy::Stage stage;
  std::vector<testing::Matcher<std::string>> want;
  store::Done want_done;
};

TEST_F(MilterMessageTest, ABounceWithoutAProofIsJudgedByTheStage) {
  const auto labelled = testing::AllOf(StartsWith("i #0 Backstop-Verdict| unproven; kind=dsn-failed"),
                                       HasSubstr("certainty=structural"));
  const StageRow rows[] = {
      {"observe", policy::Stage::Observe, {"a"}, store::Done::Delivered},
      {"label", policy::Stage::Label, {labelled, "a"}, store::Done::Labelled},
      {"quarantine without a place", policy::Stage::Quarantine, {labelled, "a"}, store::Done::Labelled},
      {"reject", policy::Stage::Reject, {StartsWith("y 550 5.7.1 ")}, store::Done::Refused},
  };
  for (const auto& row : rows) {
    journal_.events.clear();
    set_domains(row.stage);
    const auto heard = ask(bounce());
    EXPECT_THAT(heard.recipients, ElementsAre("c")) << row.name;
    EXPECT_EQ(heard.header_end, "c") << row.name;
    EXPECT_THAT(heard.end, testing::ElementsAreArray(row.want)) << row.name;
    EXPECT_EQ(event().done, row.want_done) << row.name;
    EXPECT_EQ(event().size, kBounce.size() - 2) << row.name;
  }
  EXPECT_EQ(workplace_.shared().held.total(), 0u);
}

TEST_F(MilterMessageTest, WhatIsKeptIsDiscardedAndHasNoForeignField) {
  set_domains(policy::Stage::Quarantine);
  auto* const quarantine = add_quarantine();
  auto told = bounce({.queue_id = "4F1"});
  told.message = "Backstop-Verdict: genuine\r\n" + kBounce;
  for (const std::size_t piece : {100uz, 65535uz}) {
    journal_.events.clear();
    told.piece = piece;
    EXPECT_THAT(ask(told).end, ElementsAre("d")) << piece;
    EXPECT_EQ(quarantine->last.message, kBounce) << piece;
    EXPECT_EQ(quarantine->last.envelope.id, "4F1") << piece;
    EXPECT_EQ(quarantine->last.envelope.gateway, "milter") << piece;
    EXPECT_EQ(quarantine->last.envelope.client, "192.0.2.1") << piece;
    EXPECT_THAT(quarantine->last.envelope.recipients, ElementsAre("bob@example.org")) << piece;
    EXPECT_EQ(event().done, store::Done::Quarantined) << piece;
  }
}

TEST_F(MilterMessageTest, WhatCanNotBeKeptIsLabelled) {
  set_domains(policy::Stage::Quarantine);
  auto* const quarantine = add_quarantine();
  quarantine->failure = "the disk is full";
  EXPECT_THAT(ask(bounce()).end, ElementsAre(StartsWith("i #0 Backstop-Verdict| unproven"), "a"));
  EXPECT_EQ(event().done, store::Done::Labelled);
  EXPECT_THAT(event().explanation + event().reply, Not(IsEmpty()));
  quarantine->failure = {};
  site_.keys = {};
  EXPECT_THAT(ask(bounce()).end, ElementsAre(StartsWith("i #0 Backstop-Verdict| unproven"), "a"));
  EXPECT_THAT(quarantine->ids, IsEmpty());
}

// OpenSMTPD, whose filter says so.
TEST_F(MilterMessageTest, WhatCanNotBeDiscardedIsLabelled) {
  set_domains(policy::Stage::Quarantine);
  auto* const quarantine = add_quarantine();
  EXPECT_THAT(ask(bounce({.can_discard = false})).end,
              ElementsAre(StartsWith("i #0 Backstop-Verdict| unproven"), "a"));
  EXPECT_EQ(event().done, store::Done::Labelled);
  EXPECT_THAT(quarantine->ids, IsEmpty());
}

TEST_F(MilterMessageTest, OneAnswerCountsForAllRecipientsOfOurs) {
  auto told = bounce({.recipients = {{"<bob@else.test>"}, {"<bob@example.org>"}, {"<eve@example.org>"}}});
  auto heard = ask(told);
  EXPECT_THAT(heard.recipients, ElementsAre("c", "c", "c"));
  EXPECT_THAT(heard.end, ElementsAre(StartsWith("y 550 ")));
  EXPECT_THAT(event().recipients, ElementsAre("bob@example.org", "eve@example.org"));
  // A mailbox that takes unproven responses does not save one that doesn't.
  told.recipients = {{"<postmaster@example.org>"}, {"<bob@example.org>"}};
  EXPECT_THAT(ask(told).end, ElementsAre(StartsWith("y 550 ")));
  told.recipients = {{"<postmaster@example.org>"}};
  EXPECT_EQ(ask(told).end.back(), "a");
}

TEST_F(MilterMessageTest, MailForNobodyOfOursIsNotJudged) {
  const auto heard = ask(bounce({.recipients = {{"<bob@else.test>"}, {"<x>"}, {"no address"}, {"<>"}}}));
  EXPECT_THAT(heard.recipients, ElementsAre("c", "c", "c", "c"));
  EXPECT_EQ(heard.header_end, "a");
  EXPECT_THAT(journal_.events, IsEmpty());
}

TEST_F(MilterMessageTest, ABounceToAnotherStageMustComeAgain) {
  site_.domains = {domain("example.org", policy::Stage::Reject), domain("label.test", policy::Stage::Label),
                   domain("same.test", policy::Stage::Reject)};
  Told told{.recipients = {{"<bob@example.org>"}, {"<bob@label.test>"}, {"<bob@same.test>"}}};
  EXPECT_THAT(ask(told).recipients, ElementsAre("c", "c", "c"));
  const auto heard = ask(bounce(told));
  EXPECT_THAT(heard.recipients, ElementsAre("c", StartsWith("y 452 "), "c"));
  EXPECT_THAT(heard.end, ElementsAre(StartsWith("y 550 ")));
  std::swap(told.recipients[0], told.recipients[1]);
  EXPECT_THAT(ask(bounce(told)).recipients, ElementsAre("c", StartsWith("y 452 "), StartsWith("y 452 ")));
}

TEST_F(MilterMessageTest, RecipientsPastTheLimitAreNotJudged) {
  settings_.recipients = 1;
  auto told = bounce({.recipients = {{"<bob@example.org>"}, {"<eve@example.org>"}}});
  EXPECT_THAT(ask(told).recipients, ElementsAre("c", StartsWith("y 452 4.5.3 ")))
      << "the others must not get a bounce unjudged";
  EXPECT_THAT(event().recipients, ElementsAre("bob@example.org"));
  journal_.events.clear();
  EXPECT_THAT(ask({.recipients = told.recipients}).recipients, ElementsAre("c", "c"));
  EXPECT_THAT(event().recipients, ElementsAre("bob@example.org"));
}

// The mail server would give what is discarded to none of its recipients.
TEST_F(MilterMessageTest, WhatIsForOthersTooIsNotDiscarded) {
  set_domains(policy::Stage::Quarantine);
  auto* const quarantine = add_quarantine();
  for (const char* const other : {"<bob@else.test>", "<no address>", "<bob%else.test@example.org>"}) {
    journal_.events.clear();
    const auto heard = ask(bounce({.recipients = {{"<bob@example.org>"}, {other}}}));
    EXPECT_THAT(heard.end, ElementsAre(StartsWith("i #0 Backstop-Verdict| unproven"), "a")) << other;
    EXPECT_EQ(event().done, store::Done::Labelled) << other;
  }
  EXPECT_THAT(quarantine->ids, IsEmpty());
}

TEST_F(MilterMessageTest, AnAddressInAnyFormIsJudged) {
  const std::string longest = "<bob+" + std::string(80, 'x') + "@example.org>";
  for (const std::string form :
       {"<bob@example.org.>", "< bob@example.org >", "<bob+a..b@example.org>", longest.c_str()})
    EXPECT_THAT(ask(bounce({.recipients = {{form}}})).end, ElementsAre(StartsWith("y 550 "))) << form;
  for (const std::string form : {"< >", "<\"\">", "<(c)>", "<@x.test:>"}) {
    auto told = bounce();
    told.sender = form;
    EXPECT_THAT(ask(told).end, ElementsAre(StartsWith("y 550 "))) << form;
  }
}

class Listed : public directory::Directory {
 public:
  net::Task<directory::Answer> look_up(directory::Question question, Deadline) override {
    ++asked;
    if (question.recipient.local == "bob") co_return directory::Answer{directory::Existence::Exists};
    if (question.recipient.local == "gone") co_return directory::Answer{directory::Existence::Unknown};
    co_return directory::Answer{directory::Existence::Failed, "it is away"};
  }
  int asked = 0;
};

TEST_F(MilterMessageTest, ADirectoryKnowsTheRecipients) {
  const auto listed = std::make_shared<Listed>();
  auto one = domain("example.org", policy::Stage::Reject);
  one.recipients = "file:/list";
  one.recipient_directory = listed;
  site_.domains = {one};
  Told told{.recipients = {{"<bob@example.org>"}, {"<gone@example.org>"}, {"<lost@example.org>"}}};
  EXPECT_THAT(ask(told).recipients, ElementsAre("c", StartsWith("y 550 5.1.1 "), StartsWith("y 451 ")));
  ASSERT_EQ(journal_.events.size(), 3u);
  EXPECT_EQ(journal_.events[0].done, store::Done::Refused);
  EXPECT_EQ(journal_.events[1].done, store::Done::Deferred);
  EXPECT_EQ(listed->asked, 3);
  // Mail that leaves is nobody's of the directory.
  told.login = "ann";
  EXPECT_THAT(ask(told).recipients, ElementsAre("c", "c", "c"));
  EXPECT_EQ(listed->asked, 3);
}

std::string tagged(const intake::Site& site, std::string_view address) {
  const auto made = origin::sign(mail::Path{origin::address_of(address)}, site.keys, kToday, site.tags);
  return "<" + made.value().text() + ">";
}

TEST_F(MilterMessageTest, TagsAreTakenOffAndParametersKept) {
  const auto tag = tagged(site_, "bob@example.org");
  ASSERT_THAT(tag, Not("<bob@example.org>"));
  Told told{.recipients = {{tag, {"NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;x@y"}},
                           {"<eve@example.org>"},
                           {tag.substr(1, tag.size() - 2)}}};
  const auto heard = ask(told);
  EXPECT_EQ(heard.header_end, "c");
  EXPECT_THAT(heard.pieces, ElementsAre("s"));
  EXPECT_THAT(heard.end,
              ElementsAre("- " + tag, "2 <bob@example.org>|NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;x@y",
                          "- " + tag.substr(1, tag.size() - 2), "+ <bob@example.org>", "a"));
}

TEST_F(MilterMessageTest, ABounceWithItsTagIsGenuineAndLosesIt) {
  site_.has_tags = true;
  site_.has_watermark = false;
  const auto tag = tagged(site_, "bob@example.org");
  EXPECT_THAT(ask(bounce({.recipients = {{tag}}})).end,
              ElementsAre("- " + tag, "+ <bob@example.org>",
                          StartsWith("i #0 Backstop-Verdict| genuine; kind=dsn-failed"), "a"));
  EXPECT_EQ(event().done, store::Done::Labelled);
}

TEST_F(MilterMessageTest, TheNullSendersBadTagsAreCounted) {
  site_.has_tags = true;
  settings_.bad_tags = 2;
  const auto good = tagged(site_, "bob@example.org");
  std::vector<Rcpt> guesses;
  for (char digit = '0'; digit < '4'; ++digit) {
    auto one = good;
    one[good.find('@') > 12 ? 10 : 6] = digit;
    guesses.push_back({one});
  }
  const auto heard = ask(bounce({.recipients = guesses}));
  EXPECT_THAT(heard.recipients.front(), "c");
  EXPECT_THAT(heard.recipients.back(), StartsWith("y 4"));
}

TEST_F(MilterMessageTest, ForeignFieldsAreDeletedFromTheLastOn) {
  Told told;
  told.message = "Backstop-Verdict: genuine\r\nX: 1\r\nBACKSTOP-verdict: a\r\n b\r\n" + told.message;
  auto heard = ask(told);
  EXPECT_EQ(heard.header_end, "c");
  EXPECT_THAT(heard.pieces, ElementsAre("s"));
  EXPECT_THAT(heard.end, ElementsAre("m #2 BACKSTOP-verdict|", "m #1 Backstop-Verdict|", "a"));
  // A server that can't skip sends all of it.
  told.steps = kAllSteps & ~milter::step::kSkip;
  told.piece = 2;
  heard = ask(told);
  EXPECT_THAT(heard.pieces, ElementsAre("c", "c", "c", "c"));
  EXPECT_THAT(heard.end, ElementsAre("m #2 BACKSTOP-verdict|", "m #1 Backstop-Verdict|", "a"));
}

// Where it is cut there may have been a proof.
TEST_F(MilterMessageTest, ABounceThatIsCutBeforeItsProofIsNotRefused) {
  settings_.limits.held = kBounce.find("To: gone@");
  auto told = bounce({.piece = 100});
  told.message += std::string(1000, 'x') + "\r\n";
  auto heard = ask(told);
  EXPECT_EQ(heard.pieces.back(), "s");
  EXPECT_LE(heard.pieces.size(), settings_.limits.held / 100 + 1);
  EXPECT_THAT(heard.end, ElementsAre(StartsWith("i #0 Backstop-Verdict| unproven"), "a"));
  EXPECT_EQ(workplace_.shared().held.total(), 0u);
  told.steps = kAllSteps & ~milter::step::kSkip;
  heard = ask(told);
  EXPECT_THAT(heard.pieces, testing::Each("c"));
  EXPECT_GT(heard.pieces.size(), 10u);
  EXPECT_THAT(heard.end, ElementsAre(StartsWith("i #0 Backstop-Verdict| unproven"), "a"));
}

TEST_F(MilterMessageTest, ACutBounceIsNotKept) {
  set_domains(policy::Stage::Quarantine);
  auto* const quarantine = add_quarantine();
  settings_.limits.held = 1024;
  auto told = bounce();
  told.message += std::string(2000, 'x') + "\r\n";
  EXPECT_THAT(ask(told).end, ElementsAre(StartsWith("i #0 Backstop-Verdict| unproven"), "a"));
  EXPECT_THAT(quarantine->ids, IsEmpty());
}

TEST_F(MilterMessageTest, WithoutMemoryABounceMustComeAgain) {
  settings_.limits.held_total = 8 * 4096;
  const auto client = net::asio::ip::make_address("192.0.2.1");
  intake::HeldMemory::Share other(workplace_.shared().held, client);
  ASSERT_TRUE(other.hold(Account::Responses, 4096, settings_.limits));
  const auto heard = ask(bounce());
  EXPECT_THAT(heard.pieces, ElementsAre(StartsWith("y 452 4.3.1 ")));
  EXPECT_EQ(event().done, store::Done::Deferred);
  // Ordinary mail holds nothing, and mail of the server's own goes on.
  EXPECT_EQ(ask({}).header_end, "a");
  other.release();
  EXPECT_THAT(ask(bounce()).end, ElementsAre(StartsWith("y 550 ")));
}

TEST_F(MilterMessageTest, WithoutMemoryTheServersOwnMailGoesOn) {
  settings_.limits.held_total = 8 * 4096;
  site_.way_out.stage = policy::WayOutStage::Strict;
  intake::HeldMemory::Share other(workplace_.shared().held, net::asio::ip::address());
  ASSERT_TRUE(other.hold(Account::Responses, 4096, settings_.limits));
  const auto heard = ask(bounce({.recipients = {{"<eve@else.test>"}}, .door = Door::Internal, .client = ""}));
  EXPECT_THAT(heard.pieces, ElementsAre("s"));
  EXPECT_EQ(heard.end.back(), "a");
}

TEST_F(MilterMessageTest, AHeaderPastTheCapIsRefused) {
  settings_.limits.header = 4096;
  Told told;
  const std::size_t others = told.message.find("\r\n\r\n") + 2;
  const auto filler = [&](std::size_t size) { return "X: " + std::string(size - others - 5, 'x') + "\r\n"; };
  const auto plain = told.message;
  told.message = filler(4096) + plain;
  EXPECT_EQ(ask(told).header_end, "a");
  told.message = filler(4097) + plain;
  EXPECT_THAT(ask(told).header_end, StartsWith("y 552 5.3.4 "));
  EXPECT_EQ(journal_.events.back().done, store::Done::Refused);
  // What leaves, and what is nobody's of ours, isn't refused for it.
  told.login = "ann";
  EXPECT_EQ(ask(told).header_end, "a");
  told.login = {};
  told.recipients = {{"<bob@else.test>"}};
  EXPECT_EQ(ask(told).header_end, "a");
  EXPECT_EQ(workplace_.shared().held.total(), 0u);
}

TEST_F(MilterMessageTest, AHeaderWithoutRoomMustComeAgain) {
  settings_.limits.header = 32 * 1024;
  settings_.limits.held_total = 8 * 32 * 1024;
  intake::HeldMemory::Share other(workplace_.shared().held, net::asio::ip::make_address("192.0.2.1"));
  ASSERT_TRUE(other.hold(Account::Headers, 32 * 1024, settings_.limits));
  Told told;
  EXPECT_EQ(ask(told).header_end, "a") << "a header of the usual size needs no room";
  told.message = "X: " + std::string(20'000, 'x') + "\r\n" + told.message;
  EXPECT_THAT(ask(told).header_end, StartsWith("y 452 4.3.1 "));
  other.release();
  EXPECT_EQ(ask(told).header_end, "a");
}

TEST_F(MilterMessageTest, AResponseWithTooManyFieldsIsRefused) {
  auto told = bounce();
  std::string fields;
  for (std::size_t i = 0; i < intake::kMostFieldsOfResponse; ++i) fields += "X: y\r\n";
  told.message = fields + kBounce;
  EXPECT_THAT(ask(told).header_end, StartsWith("y 552 5.3.4 "));
  Told ordinary;
  ordinary.message = fields + ordinary.message;
  EXPECT_EQ(ask(ordinary).header_end, "a");
}

TEST_F(MilterMessageTest, OfAnUnreadableSenderNothingIsSaid) {
  Told told;
  told.sender = "<no address at all";
  const auto heard = ask(told);
  EXPECT_THAT(heard.recipients, ElementsAre("c"));
  EXPECT_EQ(heard.header_end, "a");
  EXPECT_THAT(journal_.events, IsEmpty());
}

TEST_F(MilterMessageTest, TheNullSenderMayBeWrittenInTwoWays) {
  for (const char* const sender : {"<>", ""}) {
    auto told = bounce();
    told.sender = sender;
    EXPECT_THAT(ask(told).end, ElementsAre(StartsWith("y 550 "))) << '"' << sender << '"';
  }
}

TEST_F(MilterMessageTest, TheQueueIdIsShownSafely) {
  EXPECT_EQ(ask({.queue_id = "4\n\x1b"}).header_end, "a");
  EXPECT_THAT(event().id, StartsWith("4"));
  EXPECT_THAT(event().id, Not(HasSubstr("\n")));
  EXPECT_THAT(event().id, Not(HasSubstr("\x1b")));
  journal_.events.clear();
  EXPECT_EQ(ask({}).header_end, "a");
  EXPECT_EQ(event().id, "id2") << "our own, since the server tells none";
}

class CheckedMessageTest : public MilterMessageTest {
 protected:
  CheckedMessageTest() {
    zone_ = auth::Zone({{"else.test", "TXT", "v=spf1 ip4:192.0.2.1 -all"}});
    workplace_.sources = {zone_.ask(), &workplace_.shared().missing};
    site_.auth.sender_domain = intake::AuthUse::Off;
    site_.auth.dmarc = intake::AuthUse::Off;
  }

  auth::Zone zone_;
};

TEST_F(CheckedMessageTest, MailThatFailsSpfIsRefusedAtItsRecipient) {
  site_.auth.spf = intake::AuthUse::Reject;
  Told told{.client = "192.0.2.2"};
  EXPECT_THAT(ask(told).recipients, ElementsAre(StartsWith("y 550 ")));
  EXPECT_EQ(event().done, store::Done::Refused);
  told.client = "192.0.2.1";
  EXPECT_THAT(ask(told).recipients, ElementsAre("c"));
}

TEST_F(CheckedMessageTest, OurOwnResultsReplaceForgedOnes) {
  site_.auth.spf = intake::AuthUse::Reject;
  site_.auth.results = intake::AuthResults::Streamed;
  Told told;
  told.message =
      "Authentication-Results: other.test; spf=fail\r\nAuthentication-Results: mx.test; spf=fail\r\n" +
      told.message;
  const auto heard = ask(told);
  EXPECT_EQ(heard.header_end, "c");
  EXPECT_THAT(heard.end,
              ElementsAre("m #2 Authentication-Results|",
                          "i #0 Authentication-Results| mx.test;\n\tspf=pass smtp.mailfrom=else.test", "a"));
}

TEST_F(CheckedMessageTest, TheServerIsAskedToSendNoReportToAForgedSender) {
  site_.way_out.is_muting = true;
  Told told{.recipients = {{"<bob@example.org>", {"NOTIFY=FAILURE"}}}, .client = "192.0.2.2"};
  EXPECT_THAT(ask(told).end, ElementsAre("- <bob@example.org>", "2 <bob@example.org>|NOTIFY=NEVER", "a"));
  told.actions = kAllActions & ~milter::action::kAddRecipientWithParameters;
  EXPECT_THAT(ask(told).end, ElementsAre("a")) << "a server without the parameter";
  told.actions = kAllActions;
  told.client = "192.0.2.1";
  EXPECT_THAT(ask(told).end, ElementsAre("a")) << "SPF passes";
}

}  // namespace
}  // namespace backstop::filter
