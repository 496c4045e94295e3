#include "intake/event_of.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "net/loop_fixture.h"
#include "origin/tag_fixture.h"

namespace backstop::intake {
namespace {

using origin::address_of;
using origin::day;
using origin::key_of;
using origin::ring_of;
using policy::Stage;
using store::Done;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr int kToday = 20780;
constexpr std::string_view kBounceHeader = "From: MAILER-DAEMON@else.test\r\n\r\n";

std::vector<std::string> keys_of(store::Event event) {
  add_addresses(event);
  return event.addresses;
}

class EventOfTest : public net::LoopTest {
 protected:
  EventOfTest() {
    site_.keys = ring_of(key_of(0, "secret"));
    site_.has_tags = true;
    set_stage(Stage::Reject);
    begin("");
  }

  void set_stage(Stage stage) {
    site_.domains = {{.name = "example.org", .stage = stage, .ready_since = day(100)}};
  }

  void begin(std::string_view sender) {
    transaction_ = {};
    transaction_.site = &site_;
    transaction_.today = day(kToday);
    transaction_.id = "1f";
    if (!sender.empty()) transaction_.mail.reverse_path = {address_of(sender)};
  }
  void add(const std::string& recipient) {
    auto found = check_recipient(transaction_, address_of(recipient), false);
    transaction_.recipients.push_back(
        {.given = recipient, .domain = found.domain, .claim = std::move(found.claim)});
  }

  /// Judges a bounce that is certain, or an ordinary mail.
  MailJudge judged(bool is_bounce) {
    begin(is_bounce ? "" : "a@else.test");
    add("bob@example.org");
    MailJudge judge(transaction_, reader_);
    if (is_bounce) run(judge.judge(bounce()));
    return judge;
  }
  static response::Response bounce() {
    response::Response response;
    response.kind = response::Kind::DsnFailed;
    response.shown_by = response::ShownBy::DeliveryStatus;
    response.recipients.emplace_back().address = "x@else.test";
    response.reporting_mta = "mx.else.test\x1b";
    response.original.emplace().message_id = "2@example.org";
    return response;
  }

  Site site_;
  Transaction transaction_;
  EventContext context_{.gateway = "in",
                        .client = "192.0.2.1",
                        .helo = "c.test",
                        .tag = "key-0",
                        .stage = "reject",
                        .now = std::chrono::sys_time<std::chrono::microseconds>(
                            std::chrono::microseconds(1'700'000'000'123'999)),
                        .took = std::chrono::milliseconds(7)};
  response::Reader reader_;
};

// How a message can end.

struct EndRow {
  std::string_view name;
  Stage stage;
  bool is_bounce;
  Outcome outcome;  ///< its judge is added, unless `is_begun` is false
  Done want;
  std::string_view want_cause;
  std::string_view want_explanation = {};  ///< empty: that of policy
  bool is_begun = true;
};

const smtp::Reply kTaken(250, "2.0.0", "taken");
const smtp::Reply kRefusal(550, "5.0.0", "no");
const smtp::Reply kDeferral(451, "4.0.0", "later");
constexpr std::string_view kNotTaken = "The next hop did not take the message";

const EndRow kEnds[] = {
    {"delivered", Stage::Reject, false, {.reply = kTaken, .is_delivered = true}, Done::Delivered, "ordinary"},
    {"a bounce, delivered",
     Stage::Observe,
     true,
     {.reply = kTaken, .is_delivered = true},
     Done::Delivered,
     "bare"},
    {"labelled", Stage::Label, true, {.reply = kTaken, .is_delivered = true}, Done::Labelled, "bare"},
    {"refused by policy", Stage::Reject, true, {.reply = kRefusal}, Done::Refused, "bare"},
    {"refused by policy, though with a code for now",
     Stage::Reject,
     true,
     {.reply = kDeferral},
     Done::Deferred,
     "bare"},
    {"refused by the next hop",
     Stage::Reject,
     false,
     {.reply = kRefusal},
     Done::Refused,
     "next-hop",
     kNotTaken},
    {"refused by the next hop, which took an unknown recipient",
     Stage::Reject,
     false,
     {.reply = {550, "5.1.1", "User unknown"}},
     Done::Refused,
     "late-unknown",
     "The next hop took the recipients, and refused the message since it doesn't know one"},
    {"deferred for an unknown recipient",
     Stage::Reject,
     false,
     {.reply = {450, "4.1.1", "User unknown"}},
     Done::Deferred,
     "next-hop",
     kNotTaken},
    {"deferred by the next hop",
     Stage::Reject,
     false,
     {.reply = kDeferral},
     Done::Deferred,
     "next-hop",
     kNotTaken},
    {"a label that the next hop refused",
     Stage::Label,
     true,
     {.reply = kRefusal},
     Done::Refused,
     "next-hop",
     kNotTaken},
    {"kept back", Stage::Quarantine, true, {.reply = kTaken, .is_kept = true}, Done::Quarantined, "bare"},
    {"refused by a limit",
     Stage::Reject,
     false,
     {.reply = kRefusal, .is_past_limit = true},
     Done::Refused,
     "limit",
     "no"},
    {"deferred by a limit",
     Stage::Label,
     true,
     {.reply = kDeferral, .is_past_limit = true},
     Done::Deferred,
     "limit",
     "later"},
    {"failed",
     Stage::Reject,
     false,
     {.reply = kDeferral, .failure = "The client left"},
     Done::Failed,
     "failed",
     "The client left"},
    {"failed after the next hop had it",
     Stage::Reject,
     false,
     {.reply = kTaken, .is_delivered = true, .failure = "x"},
     Done::Failed,
     "failed",
     "x"},
    {"failed past a limit",
     Stage::Reject,
     false,
     {.reply = kRefusal, .is_past_limit = true, .failure = "x"},
     Done::Failed,
     "failed",
     "x"},
    {"not begun",
     Stage::Reject,
     false,
     {.reply = {}, .failure = "The client ended the message"},
     Done::Failed,
     "failed",
     "The client ended the message",
     false},
    {"not begun, and refused",
     Stage::Reject,
     false,
     {.reply = kRefusal},
     Done::Refused,
     "next-hop",
     kNotTaken,
     false},
};

TEST_F(EventOfTest, AMessageEnds) {
  for (const auto& row : kEnds) {
    set_stage(row.stage);
    const auto judge = judged(row.is_bounce);
    Outcome outcome = row.outcome;
    if (row.is_begun) outcome.judge = &judge;
    const auto event = event_of(transaction_, context_, outcome);
    EXPECT_EQ(store::name(event.done), store::name(row.want)) << row.name;
    EXPECT_EQ(event.cause, row.want_cause) << row.name;
    const std::string_view want =
        row.want_explanation.empty() ? judge.verdict().explanation : row.want_explanation;
    EXPECT_EQ(event.explanation, want) << row.name;
    EXPECT_EQ(event.reply, outcome.reply.code == 0 ? "" : outcome.reply.text()) << row.name;
    EXPECT_EQ(event.verdict.has_value(), row.is_begun) << row.name;
    EXPECT_EQ(event.kind, !row.is_begun ? "" : row.is_bounce ? "dsn-failed" : "none") << row.name;
  }
}

TEST_F(EventOfTest, SaysWhyAResponseIsNotKept) {
  site_.has_quarantine = true;
  set_stage(Stage::Quarantine);
  const auto judge = judged(true);
  const auto event =
      event_of(transaction_, context_,
               {.reply = kTaken, .is_delivered = true, .not_kept = "the disk is full", .judge = &judge});
  EXPECT_EQ(store::name(event.verdict), "quarantine");
  EXPECT_EQ(store::name(event.done), "labelled");
  EXPECT_EQ(event.explanation, judge.verdict().explanation + "; it could not be kept back: the disk is full");
}

TEST_F(EventOfTest, TheVerdictIsKeptWhateverWasDone) {
  const struct {
    Stage stage;
    std::string_view want;
    std::string_view want_next;
  } rows[] = {{Stage::Observe, "accept", "label"},
              {Stage::Label, "label", "label"},
              {Stage::Quarantine, "label", "refuse"},
              {Stage::Reject, "refuse", ""}};
  for (const auto& row : rows) {
    set_stage(row.stage);
    const auto judge = judged(true);
    const auto event =
        event_of(transaction_, context_, {.reply = kTaken, .is_past_limit = true, .judge = &judge});
    EXPECT_EQ(store::name(event.verdict), row.want);
    EXPECT_EQ(store::name(event.next_stage), row.want_next) << row.want;
  }
}

TEST_F(EventOfTest, HoldsWhatTheClientSaid) {
  begin("Ann@Else.test");
  add("Bob+Shop@example.org");
  add("carl@example.org");
  const auto event = event_of(transaction_, context_,
                              {.reply = kTaken,
                               .is_client_gone = true,
                               .is_delivered = true,
                               .size = 99,
                               .message_id = "1@else.test"});
  EXPECT_EQ(event.time.time_since_epoch(), std::chrono::milliseconds(1'700'000'000'123));
  EXPECT_EQ(event.id, "1f");
  EXPECT_EQ(event.gateway, "in");
  EXPECT_EQ(event.direction, store::Direction::Inbound);
  EXPECT_EQ(event.client, "192.0.2.1");
  EXPECT_EQ(event.helo, "c.test");
  EXPECT_EQ(event.reverse_path, "Ann@Else.test");
  EXPECT_THAT(event.recipients, ElementsAre("Bob+Shop@example.org", "carl@example.org"));
  EXPECT_THAT(keys_of(event), ElementsAre("ann@else.test", "bob+shop@example.org", "carl@example.org"));
  EXPECT_THAT(event.addresses, IsEmpty()) << "only an event that is kept needs them";
  EXPECT_EQ(event.size, 99u);
  EXPECT_EQ(event.message_id, "1@else.test");
  EXPECT_EQ(event.tag, "key-0");
  EXPECT_EQ(event.stage, "reject");
  EXPECT_EQ(event.took, std::chrono::milliseconds(7));
  EXPECT_EQ(event.reply, "250 2.0.0 taken");
  EXPECT_TRUE(event.client_gone);
}

TEST_F(EventOfTest, TheNullSenderIsNoAddress) {
  add("bob@example.org");
  transaction_.direction = store::Direction::Outbound;
  const auto event = event_of(transaction_, context_, {.reply = kTaken, .is_delivered = true});
  EXPECT_EQ(event.reverse_path, "");
  EXPECT_THAT(keys_of(event), ElementsAre("bob@example.org"));
  EXPECT_EQ(event.direction, store::Direction::Outbound);
  EXPECT_FALSE(event.client_gone);
}

TEST_F(EventOfTest, TextOfOthersIsSafeToShow) {
  begin("a\x1b@else.test");
  context_.helo = "c\x1b.test";
  const auto judge = judged(true);
  transaction_.recipients.front().given = "b\x1b@example.org";
  const auto event = event_of(transaction_, context_, {.reply = kRefusal, .judge = &judge});
  EXPECT_EQ(event.helo, "c\xef\xbf\xbd.test");
  EXPECT_THAT(event.recipients, ElementsAre("b\xef\xbf\xbd@example.org"));
  EXPECT_EQ(event.reporting_mta, "mx.else.test\xef\xbf\xbd");
  transaction_.mail.reverse_path = {address_of("a\x1b@else.test")};
  EXPECT_EQ(event_of(transaction_, context_, {.reply = kRefusal}).reverse_path.find('\x1b'),
            std::string::npos);
}

TEST_F(EventOfTest, HoldsWhatWasFoundInAResponse) {
  const auto judge = judged(true);
  const auto event = event_of(transaction_, context_, {.reply = kRefusal, .judge = &judge});
  EXPECT_EQ(event.certainty, "structural");
  EXPECT_EQ(event.original_message_id, "2@example.org");
  EXPECT_EQ(event.origin, "unproven");
  EXPECT_EQ(event.origin_cause, "bare");
  ASSERT_EQ(event.evidence.size(), 1u);
  EXPECT_EQ(event.evidence.front().name, "tag");
  EXPECT_EQ(event.evidence.front().finding, "silent");
  EXPECT_EQ(event.evidence.front().detail, judge.origin().evidence.front().detail);
}

TEST_F(EventOfTest, HoldsTheLevelOfAProof) {
  begin("");
  add(origin::text_of(*origin::sign(mail::Path{address_of("bob@example.org")}, site_.keys, day(kToday), {})));
  MailJudge judge(transaction_, reader_);
  run(judge.judge(bounce()));
  const auto event =
      event_of(transaction_, context_, {.reply = kTaken, .is_delivered = true, .judge = &judge});
  EXPECT_EQ(event.origin_cause, "tag");
  ASSERT_EQ(event.evidence.size(), 1u);
  EXPECT_EQ(event.evidence.front().level, "C");
}

TEST_F(EventOfTest, HoldsTheFactsThatPolicyWasTold) {
  const struct {
    std::string_view name;
    bool is_declared;
    bool has_keys;
    bool is_from_relay;
    std::string_view want;
  } rows[] = {
      {"declared", true, true, false, "ready-tags ready-declared sought-tag sought-watermark"},
      {"observed, and not ready", false, true, false, "sought-tag sought-watermark"},
      {"without keys a declaration says nothing", true, false, false, "ready-declared"},
      {"a relay", false, false, true, "relay"},
  };
  for (const auto& row : rows) {
    set_stage(Stage::Reject);
    if (!row.is_declared) site_.domains = {{.name = "example.org", .stage = Stage::Reject}};
    site_.keys = row.has_keys ? ring_of(key_of(0, "secret")) : origin::KeyRing();
    begin("");
    transaction_.is_from_relay = row.is_from_relay;
    add("bob@example.org");
    MailJudge judge(transaction_, reader_);
    run(judge.judge(bounce()));
    const auto event = event_of(transaction_, context_, {.reply = kRefusal, .judge = &judge});
    EXPECT_EQ(to_words(event.facts), row.want) << row.name;
  }
  for (const bool has_tags : {true, false}) {
    site_.keys = ring_of(key_of(0, "secret"));
    site_.has_tags = has_tags;
    begin("");
    add("bob@example.org");
    MailJudge judge(transaction_, reader_);
    run(judge.judge(bounce()));
    const auto event = event_of(transaction_, context_, {.reply = kRefusal, .judge = &judge});
    EXPECT_EQ(event.facts.has(store::Fact::TagsOff), !has_tags);
  }
}

TEST_F(EventOfTest, IsAsReadyAsWhenItWasJudged) {
  site_.domains = {{.name = "example.org", .stage = Stage::Reject}};
  ReadySince since;
  since[static_cast<std::size_t>(policy::Carried::Tag)] = day(kToday);
  ReadyTable ready;
  ready.replace({{"example.org", since}});
  begin("");
  transaction_.ready = &ready;
  add("bob@example.org");
  MailJudge judge(transaction_, reader_);
  run(judge.judge(bounce()));
  ready.replace({});
  const auto event = event_of(transaction_, context_, {.reply = kRefusal, .judge = &judge});
  EXPECT_EQ(to_words(event.facts), "ready-tags sought-tag sought-watermark");
}

TEST_F(EventOfTest, ACandidateThatIsNoResponseIsOrdinary) {
  begin("");
  add("bob@example.org");
  MailJudge judge(transaction_, reader_);
  run(judge.judge(judge.read(kBounceHeader, response::Extent::Whole)));
  const auto event =
      event_of(transaction_, context_, {.reply = kTaken, .is_delivered = true, .judge = &judge});
  EXPECT_EQ(event.kind, "none");
  EXPECT_EQ(event.certainty, "");
  EXPECT_EQ(event.origin, "");
  EXPECT_EQ(event.origin_cause, "");
  EXPECT_EQ(event.facts, store::Facts());
  EXPECT_THAT(event.evidence, IsEmpty());
}

// A recipient that was not taken.

struct RecipientRow {
  std::string_view name;
  Decider decider;
  smtp::Reply reply;
  Done want;
  std::string_view want_cause;
  std::string_view want_explanation;
};

const RecipientRow kRecipients[] = {
    {"policy, for good", Decider::Policy, kRefusal, Done::Refused, "relay-denied", "not ours"},
    {"policy, for now", Decider::Policy, kDeferral, Done::Deferred, "relay-denied", "not ours"},
    {"the next hop, for good", Decider::NextHop, kRefusal, Done::Refused, "next-hop",
     "The next hop did not take this recipient"},
    {"the next hop, for now", Decider::NextHop, kDeferral, Done::Deferred, "next-hop",
     "The next hop did not take this recipient"},
    {"a limit", Decider::Limit, kDeferral, Done::Deferred, "limit", "later"},
};

TEST_F(EventOfTest, ARecipientIsNotTaken) {
  begin("a@else.test");
  add("earlier@example.org");
  const policy::Verdict verdict{
      .action = policy::Action::Refuse, .cause = policy::Cause::RelayDenied, .explanation = "not ours"};
  for (const auto& row : kRecipients) {
    const auto event = event_of_recipient(transaction_, context_, address_of("x@gone.test"), {}, verdict,
                                          row.decider, row.reply);
    EXPECT_EQ(store::name(event.done), store::name(row.want)) << row.name;
    EXPECT_EQ(event.cause, row.want_cause) << row.name;
    EXPECT_EQ(event.explanation, row.want_explanation) << row.name;
    EXPECT_EQ(event.verdict, store::Verdict::Refuse) << row.name;
    EXPECT_EQ(event.reply, row.reply.text()) << row.name;
    EXPECT_THAT(event.recipients, ElementsAre("x@gone.test")) << row.name << ": and no other";
    EXPECT_THAT(keys_of(event), ElementsAre("a@else.test", "x@gone.test")) << row.name;
    EXPECT_THAT(event.evidence, IsEmpty()) << row.name;
  }
}

TEST_F(EventOfTest, ARecipientsTagIsEvidenceIfThereAreKeys) {
  const auto recipient = address_of("bob@example.org");
  const auto event = [&] {
    return event_of_recipient(transaction_, context_, recipient,
                              check_recipient(transaction_, recipient, false), {}, Decider::NextHop,
                              kRefusal);
  };
  ASSERT_EQ(event().evidence.size(), 1u);
  EXPECT_EQ(event().evidence.front().name, "tag");
  site_.keys = {};
  EXPECT_THAT(event().evidence, IsEmpty());
}

TEST_F(EventOfTest, ASenderIsRefused) {
  begin("a@else.test");
  const policy::Verdict verdict{
      .action = policy::Action::Refuse, .cause = policy::Cause::NotAuthorized, .explanation = "log in"};
  for (const auto& [reply, want] :
       {std::pair{kRefusal, Done::Refused}, std::pair{kDeferral, Done::Deferred}}) {
    const auto event = event_of_sender(transaction_, context_, verdict, reply);
    EXPECT_EQ(event.done, want);
    EXPECT_EQ(event.cause, "not-authorized");
    EXPECT_EQ(event.explanation, "log in");
    EXPECT_EQ(event.verdict, store::Verdict::Refuse);
    EXPECT_EQ(event.reply, reply.text());
    EXPECT_THAT(event.recipients, IsEmpty());
  }
}

TEST(EventOf, ASurge) {
  using Kind = SurgeChange::Kind;
  const SurgeTime time{std::chrono::seconds(1'795'000'000)};
  struct Row {
    SurgeChange change;
    const char* want_cause;
    const char* want;
    bool want_recipient;
  };
  const Row rows[] = {
      {{Kind::Responses, "ann@example.org", 10, time},
       "surge",
       "a surge has begun: 10 unproven responses to ann@example.org came within a minute",
       true},
      {{Kind::Domains, "ann@example.org", 8, time},
       "surge",
       "a surge has begun: unproven automatic replies of 8 domains to ann@example.org came within ten "
       "minutes",
       true},
      {{Kind::Over, "example.org", 99, time},
       "surge-over",
       "the surge to example.org is over: at least 99 unproven responses came",
       false},
  };
  for (const Row& row : rows) {
    const auto event = event_of(row.change);
    EXPECT_TRUE(event.is_surge());
    EXPECT_EQ(event.time, time);
    EXPECT_EQ(event.cause, row.want_cause);
    EXPECT_EQ(event.explanation, row.want);
    EXPECT_EQ(event.recipients.size(), row.want_recipient ? 1u : 0u);
    EXPECT_EQ(event.done, std::nullopt);
    EXPECT_EQ(event.verdict, std::nullopt);
  }
}

TEST_F(EventOfTest, AResponseThatLeavesSaysWhatWasFound) {
  site_.way_out.stage = policy::WayOutStage::Hold;
  begin("");
  transaction_.direction = store::Direction::Outbound;
  transaction_.recipients.push_back({.given = "eve@else.test"});
  WayOutJudge judge(transaction_, reader_);
  auto response = bounce();
  response.answered_ids = {"2@else.test"};
  run(judge.judge(std::move(response)));
  // Without a counter nothing may leave.
  const auto held = event_of(transaction_, context_, {.reply = kTaken, .is_kept = true, .way_out = &judge});
  EXPECT_EQ(held.direction, store::Direction::Outbound);
  EXPECT_EQ(held.kind, "dsn-failed");
  EXPECT_EQ(held.certainty, "structural");
  EXPECT_EQ(held.stage, "hold");
  EXPECT_EQ(held.cause, "rated");
  EXPECT_EQ(held.verdict, store::Verdict::Quarantine);
  EXPECT_EQ(held.done, Done::Quarantined);
  EXPECT_EQ(held.original_message_id, "2@else.test");
  EXPECT_EQ(held.origin, "");
  run(judge.find_not_held(true));
  const auto deferred =
      event_of(transaction_, context_, {.reply = kDeferral, .not_kept = "it is full", .way_out = &judge});
  EXPECT_EQ(deferred.cause, "not-held");
  EXPECT_EQ(deferred.done, Done::Deferred);
  EXPECT_TRUE(deferred.explanation.ends_with("it could not be kept back: it is full"));
}

}  // namespace
}  // namespace backstop::intake
