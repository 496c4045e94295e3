// Mail that leaves, from MAIL to its end.
#include "filter/filter_fixture.h"
#include "store/ledger.h"

namespace backstop::filter {
namespace {

/// Keeps the rows, or fails.
class FakeLedger : public store::LedgerWriter {
 public:
  net::Task<base::Result<std::vector<std::uint32_t>>> look_up(
      std::span<const store::RowKey> questions) override {
    if (is_down) co_return std::unexpected(base::Error{"the ledger is gone"});
    co_return std::vector<std::uint32_t>(questions.size());
  }
  std::optional<store::LedgerTime> covered_since() const override { return std::nullopt; }
  base::Result<store::LedgerStats> stats() override { return {}; }
  void record(std::span<const store::Row> rows, store::LedgerTime) override { count += rows.size(); }
  net::Task<std::optional<store::UsePlace>> take(store::RowKey, std::uint32_t,
                                                 std::chrono::seconds) override {
    co_return std::nullopt;
  }
  void give_back(const store::UsePlace&) override {}
  void keep(const store::UsePlace&) override {}
  base::Result<void> forget(std::string_view) override { return {}; }
  bool flush(std::chrono::milliseconds) override { return true; }
  bool wait_for_room(std::chrono::milliseconds) override { return true; }
  store::BatchCounters counters() const override { return {}; }

  bool is_down = false;
  std::size_t count = 0;
};

class LeavingTest : public FilterTest {
 protected:
  LeavingTest() { site_.has_watermark = false; }

  static Told mail(Told more = {}) {
    more.sender = "<ann@example.org>";
    more.login = "ann";
    more.recipients = {{"<eve@else.test>"}};
    more.message = "From: ann@example.org\r\nMessage-ID: <1@example.org>\r\n\r\nhello\r\n";
    return more;
  }
  static Told own_bounce(Door door) {
    return bounce({.recipients = {{"<eve@else.test>"}},
                   .door = door,
                   .client = door == Door::Internal ? "" : "192.0.2.1",
                   .login = door == Door::Internal ? "" : "ann"});
  }
};

TEST_F(LeavingTest, GetsAWatermarkOnTop) {
  site_.has_watermark = true;
  const auto heard = ask(mail());
  EXPECT_EQ(heard.header_end, "c");
  EXPECT_THAT(heard.pieces, ElementsAre("s"));
  EXPECT_THAT(heard.end, ElementsAre(StartsWith("i #0 Backstop-Watermark| "), "a"));
  ASSERT_EQ(journal_.events.size(), 1u);
  EXPECT_EQ(journal_.events[0].direction, store::Direction::Outbound);
  EXPECT_EQ(journal_.events[0].done, store::Done::Delivered);
}

TEST_F(LeavingTest, WithoutProofsOfOursItIsAcceptedAtTheEndOfItsHeader) {
  EXPECT_EQ(ask(mail()).header_end, "a");
}

TEST_F(LeavingTest, TheSenderIsTaggedOnlyIfEveryRecipientIsRemote) {
  site_.has_tags = true;
  auto told = mail();
  EXPECT_THAT(ask(told).end,
              ElementsAre(testing::AllOf(StartsWith("e <"), HasSubstr("ann"),
                                         testing::EndsWith("@example.org>"), Not("e <ann@example.org>")),
                          "a"));
  told.recipients.push_back({"<bob@example.org>"});
  EXPECT_EQ(ask(told).header_end, "a");
  ASSERT_EQ(journal_.events.size(), 2u);
  EXPECT_THAT(journal_.events[0].tag, StartsWith("key-0"));
  EXPECT_EQ(journal_.events[1].tag, "none (a recipient is one of ours)");
}

// The history must not say that a mail had a tag that it never got.
TEST_F(LeavingTest, WithoutTheRightToChangeTheSenderThereIsNoTag) {
  site_.has_tags = true;
  auto told = mail();
  told.actions &= ~milter::action::kChangeSender;
  EXPECT_EQ(ask(told).header_end, "a");
  EXPECT_EQ(journal_.events.at(0).tag, "none (the mail server lets no milter change the sender)");
}

TEST_F(LeavingTest, OnlyOursGetATag) {
  site_.has_tags = true;
  auto told = mail();
  told.sender = "<ann@else.test>";
  EXPECT_EQ(ask(told).header_end, "a");
  told.sender = "<ann@example.org>";
  settings_.milter.untagged = {"else.test"};
  EXPECT_EQ(ask(told).header_end, "a");
  EXPECT_THAT(journal_.events.at(0).tag, HasSubstr("is no domain of ours"));
  EXPECT_THAT(journal_.events.at(1).tag, HasSubstr("in \"untagged\""));
}

// A direction is told by the login, the network, the daemon, or the socket.
TEST_F(LeavingTest, ByWhatItLeaves) {
  site_.has_watermark = true;
  settings_.milter.trusted = {*net::Network::parse("198.51.100.0/24")};
  auto told = mail();
  EXPECT_EQ(ask(told).end.size(), 2u);
  told.login = {};
  EXPECT_EQ(ask(told).header_end, "a") << "a stranger";
  told.daemon = "ORIGINATING";
  EXPECT_EQ(ask(told).end.size(), 2u);
  told.daemon = {};
  told.client = "198.51.100.1";
  EXPECT_EQ(ask(told).end.size(), 2u);
  told.client = "";
  told.door = Door::Internal;
  EXPECT_EQ(ask(told).end.size(), 2u);
  std::vector<std::string_view> directions;
  for (const auto& one : journal_.events) directions.push_back(store::name(one.direction));
  EXPECT_THAT(directions, ElementsAre("outbound", "outbound", "outbound", "outbound"));
}

TEST_F(LeavingTest, IsRecordedInTheLedger) {
  FakeLedger ledger;
  workplace_.shared().ledger = &ledger;
  EXPECT_EQ(ask(mail()).header_end, "a");
  EXPECT_GT(ledger.count, 0u);
}

TEST_F(LeavingTest, ARefusedBounceIsNotRecorded) {
  FakeLedger ledger;
  workplace_.shared().ledger = &ledger;
  site_.has_watermark = true;
  site_.auth = {.spf = intake::AuthUse::Off,
                .dmarc = intake::AuthUse::Off,
                .sender_domain = intake::AuthUse::Off,
                .results = intake::AuthResults::None};
  EXPECT_THAT(ask(bounce()).end, ElementsAre(StartsWith("y 550 ")));
  EXPECT_EQ(ledger.count, 0u);
}

TEST_F(LeavingTest, MailFlowsWithoutTheLedger) {
  FakeLedger ledger;
  ledger.is_down = true;
  workplace_.shared().ledger = &ledger;
  site_.auth.spf = site_.auth.dmarc = site_.auth.sender_domain = intake::AuthUse::Off;
  EXPECT_EQ(ask(mail()).header_end, "a");
  Told arrives;
  EXPECT_EQ(ask(arrives).header_end, "a");
}

TEST_F(LeavingTest, AResponseThatIsNotOwedIsHeldAndDiscarded) {
  site_.way_out.stage = policy::WayOutStage::Strict;
  for (const auto door : {Door::Smtp, Door::Internal}) {
    auto* const held = add_held_store();
    EXPECT_THAT(ask(own_bounce(door)).end, ElementsAre("d"));
    EXPECT_THAT(held->last.envelope.recipients, ElementsAre("eve@else.test"));
    EXPECT_EQ(held->last.envelope.gateway, "milter");
    EXPECT_EQ(journal_.events.back().done, store::Done::Quarantined);
  }
}

// Postfix would send a bounce of its own again and again.
TEST_F(LeavingTest, TheServersOwnStaysWithTheServer) {
  site_.way_out.stage = policy::WayOutStage::Strict;
  EXPECT_THAT(ask(own_bounce(Door::Internal)).end, ElementsAre(StartsWith("q "), "a"));
  EXPECT_EQ(journal_.events.back().done, store::Done::Failed);
  EXPECT_THAT(ask(own_bounce(Door::Smtp)).end, ElementsAre(StartsWith("y 451 ")));
  add_held_store()->failure = "the disk is full";
  EXPECT_THAT(ask(own_bounce(Door::Internal)).end, ElementsAre(StartsWith("q "), "a"));
}

// It then keeps its mail until there is a place for it.
TEST_F(LeavingTest, AServerThatHasNoPlaceEitherMustSendItAgain) {
  site_.way_out.stage = policy::WayOutStage::Strict;
  auto told = own_bounce(Door::Internal);
  told.actions = kAllActions & ~milter::action::kQuarantine;
  EXPECT_THAT(ask(told).end, ElementsAre(StartsWith("y 451 ")));
}

TEST_F(LeavingTest, WhatIsOnlyObservedLeavesAsItIs) {
  site_.way_out.stage = policy::WayOutStage::Observe;
  EXPECT_THAT(ask(own_bounce(Door::Internal)).end, ElementsAre("a"));
}

}  // namespace
}  // namespace backstop::filter
