#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "gateway/message_path_fixture.h"

namespace backstop::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

/// Leaves a call in the delivery for each row, so that the order is seen.
class SeenLedger : public store::LedgerWriter {
 public:
  explicit SeenLedger(FakeDelivery& delivery) : delivery_(delivery) {}

  net::Task<base::Result<std::vector<std::uint32_t>>> look_up(
      std::span<const store::RowKey> questions) override {
    co_return std::vector<std::uint32_t>(questions.size());
  }
  std::optional<store::LedgerTime> covered_since() const override { return std::nullopt; }
  base::Result<store::LedgerStats> stats() override { return {}; }
  void record(std::span<const store::Row> rows, store::LedgerTime) override {
    for (const auto& row : rows) {
      const auto kind = row.key.kind;
      if (kind == store::RowKind::SentId || kind == store::RowKind::ArrivalByMessage ||
          kind == store::RowKind::NeverAnswered)
        delivery_.calls.push_back(std::string(row.key.owner) + " " + std::string(row.key.first));
    }
  }
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

 private:
  FakeDelivery& delivery_;
};

class LedgerPathTest : public MessagePathTest {
 protected:
  void begin_with_ledger(store::Direction direction, next_hop::MessageForm form,
                         Sender sender = Sender::Somebody) {
    begin(form, sender);
    transaction_.direction = direction;
    ledger_ = std::make_unique<SeenLedger>(*delivery_);
    transaction_.ledger = ledger_.get();
  }

  std::unique_ptr<SeenLedger> ledger_;
};

constexpr std::string_view kSent = "From: Ann <Ann@example.org>\r\nMessage-ID: <2@\r\n example.org>\r\n\r\n";

TEST_F(LedgerPathTest, MailIsRecordedBeforeTheNextHopHearsOfIt) {
  for (const auto form : kForms) {
    begin_with_ledger(store::Direction::Outbound, form);
    send(std::string(kSent) + "body\r\n");
    EXPECT_THAT(delivery_->calls, ElementsAre("begin", "ann@example.org 2@example.org",
                                              "ann@example.org 2@example.org", "finish"));
    begin_with_ledger(store::Direction::Inbound, form);
    send(std::string(kSent) + "body\r\n");
    EXPECT_THAT(delivery_->calls,
                ElementsAre("begin", "a@else.test 2@example.org", "ann@example.org 2@example.org", "finish"));
  }
}

// As soon as the header is there.
TEST_F(LedgerPathTest, MailThatStreamsIsRecordedOnce) {
  begin_with_ledger(store::Direction::Outbound, next_hop::MessageForm::Plain);
  send({kSent.substr(0, 40), kSent.substr(40), "body\r\n", "more\r\n"});
  EXPECT_THAT(delivery_->calls, ElementsAre("begin", "ann@example.org 2@example.org",
                                            "ann@example.org 2@example.org", "write", "write", "finish"));
}

TEST_F(LedgerPathTest, AResponseThatIsHeldIsRecordedOnce) {
  set_domain(policy::Stage::Label);
  begin_with_ledger(store::Direction::Inbound, next_hop::MessageForm::Plain);
  const auto notice = "Auto-Submitted: auto-replied\r\nMessage-ID: <3@else.test>\r\n\r\nI am away.\r\n";
  send({std::string_view(notice).substr(0, 60), std::string_view(notice).substr(60)});
  EXPECT_THAT(delivery_->calls, ElementsAre("begin", "a@else.test 3@else.test", "finish"));
}

TEST_F(LedgerPathTest, MailThatDoesNotGoOnIsNotRecorded) {
  begin_with_ledger(store::Direction::Outbound, next_hop::MessageForm::Plain);
  delivery_->begin_reply = {451, "4.0.0", "later"};
  send(kSent);
  EXPECT_THAT(delivery_->calls, ElementsAre("begin"));
  begin_with_ledger(store::Direction::Inbound, next_hop::MessageForm::Plain, Sender::Nobody);
  send(std::string("Message-ID: <3@else.test>\r\n") + std::string(kBounce));
  EXPECT_THAT(answer(), StartsWith("550")) << "refused by the verdict";
  EXPECT_THAT(delivery_->calls, IsEmpty());
}

struct PassRow {
  std::string_view name;
  std::string message;
  std::string want;  ///< what is passed on, but for our own fields
};

const PassRow kPassed[] = {
    {"an ordinary mail", std::string(kHeader) + "body\r\n", std::string(kHeader) + "body\r\n"},
    {"no body", std::string(kHeader), std::string(kHeader)},
    {"no header", "\r\nbody\r\n", "\r\nbody\r\n"},
    {"neither", "\r\n", "\r\n"},
    {"no empty line", "Subject: a\r\n", "Subject: a\r\n"},
    {"dots", std::string(kHeader) + ".\r\n..\r\n.a\r\n", std::string(kHeader) + ".\r\n..\r\n.a\r\n"},
    {"a field of ours", "Backstop-Verdict: a\r\n" + std::string(kHeader) + "b\r\n",
     std::string(kHeader) + "b\r\n"},
    {"two, folded", "A: b\r\nBackstop-Verdict: a\r\n b\r\nC: d\r\nbackstop-verdict:\r\n\r\ne\r\n",
     "A: b\r\nC: d\r\n\r\ne\r\n"},
    {"nothing but that", "Backstop-Verdict: a\r\n", ""},
    {"one in the body", std::string(kHeader) + "Backstop-Verdict: a\r\n",
     std::string(kHeader) + "Backstop-Verdict: a\r\n"},
};

TEST_F(MessagePathTest, OrdinaryMailIsPassedOnBehindOurTrace) {
  for (const auto& row : kPassed) {
    for (const next_hop::MessageForm form : kForms) {
      const std::string wire = on_the_wire(row.message, form);
      smtp::in_pieces(wire, [&](const smtp::Pieces& pieces, const std::string& how) {
        begin(form);
        send(pieces);
        EXPECT_EQ(answer(), "250 2.0.0 taken") << row.name << ", " << how;
        EXPECT_TRUE(path_->is_delivered());
        EXPECT_EQ(behind_trace(), on_the_wire(row.want, form)) << row.name << ", " << how;
        EXPECT_EQ(path_->size(), row.message.size()) << row.name << ", " << how;
        EXPECT_EQ(memory_.total(), 0u);
      });
    }
  }
}

TEST_F(MessagePathTest, AMailThatIsAllHereGoesInOnePiece) {
  begin(next_hop::MessageForm::Stuffed);
  send(std::string(kHeader) + "body\r\n");
  EXPECT_THAT(delivery_->calls, ElementsAre("begin", "finish"));
  EXPECT_EQ(path_->message_id(), "1@else.test");
}

TEST_F(MessagePathTest, ItStreamsFromItsHeaderOn) {
  begin(next_hop::MessageForm::Stuffed);
  take(kHeader.substr(0, kHeader.size() - 1), false);
  EXPECT_THAT(delivery_->calls, IsEmpty());
  take(kHeader.substr(kHeader.size() - 1), false);
  EXPECT_THAT(delivery_->calls, ElementsAre("begin", "write"));
  EXPECT_EQ(behind_trace(), kHeader);
  take("one\r\n", false);
  EXPECT_EQ(behind_trace(), std::string(kHeader) + "one\r\n");
  EXPECT_EQ(answer(), "none yet");
  take(".\r\n", true);
  EXPECT_THAT(delivery_->calls, ElementsAre("begin", "write", "write", "finish"));
}

// Fail the Nth operation for all N, until a run passes untouched: 250 is only said if the next hop has the
// message, and a next hop that is gone is only asked for its last reply.
TEST_F(MessagePathTest, AFailureIsNeverASuccess) {
  struct Way {
    std::string_view message;
    Sender sender;
  };
  set_domain(policy::Stage::Label);
  const std::string ordinary = std::string(kHeader) + "one\r\ntwo\r\n";
  for (const auto& way : {Way{ordinary, Sender::Somebody}, Way{kBounce, Sender::Nobody}}) {
    for (const next_hop::MessageForm form : kForms) {
      const std::string wire = on_the_wire(way.message, form);
      smtp::in_pieces(wire, [&](const smtp::Pieces& pieces, const std::string& how) {
        for (int n = 1;; ++n) {
          begin(form, way.sender);
          delivery_->fails_at = n;
          send(pieces);
          ASSERT_TRUE(path_->answer()) << how << ", " << n;
          EXPECT_EQ(path_->is_delivered(), delivery_->is_taken) << how << ", " << n;
          EXPECT_EQ(path_->answer()->code, delivery_->is_taken ? 250 : 451) << how << ", " << n;
          EXPECT_LE(std::ranges::count(delivery_->calls, "finish"), 1) << how << ", " << n;
          EXPECT_EQ(memory_.total(), 0u);
          if (delivery_->is_taken) {
            EXPECT_EQ(delivery_->operations, n - 1) << "all of them had failed before";
            break;
          }
          EXPECT_TRUE(delivery_->operations == n) << "nothing is asked of who is gone: " << how << ", " << n;
        }
      });
    }
  }
}

TEST_F(MessagePathTest, ARefusalOfDataIsTheAnswer) {
  for (const int code : {450, 554}) {
    begin(next_hop::MessageForm::Stuffed);
    delivery_->begin_reply = {code, code == 450 ? "4.0.0" : "5.0.0", "not this one"};
    take(kHeader, false);
    EXPECT_EQ(path_->answer()->code, code);
    take("the rest\r\n", false);
    take(".\r\n", true);
    EXPECT_EQ(path_->answer()->code, code);
    EXPECT_FALSE(path_->is_delivered());
    EXPECT_THAT(delivery_->calls, ElementsAre("begin"));
  }
}

TEST_F(MessagePathTest, TheLastWordIsTheNextHops) {
  for (const int code : {250, 452, 550}) {
    begin(next_hop::MessageForm::Plain);
    delivery_->final_reply = {code, {}, "said so"};
    send(std::string(kHeader) + "body\r\n");
    EXPECT_EQ(path_->answer()->code, code);
    EXPECT_EQ(path_->is_delivered(), code == 250);
    EXPECT_FALSE(path_->is_past_limit());
  }
}

// Responses.

struct JudgedRow {
  std::string_view name;
  policy::Stage stage;
  std::string_view recipient;  ///< its local part; "tagged" stands for one with a good tag
  std::string_view want_answer;
  std::string_view want_front;  ///< what stands in front of Received
};

constexpr JudgedRow kJudged[] = {
    {"bare", policy::Stage::Reject, "bob", "550 5.7.1", ""},
    {"forged", policy::Stage::Reject, "noc", "550 5.7.1", ""},
    {"genuine", policy::Stage::Reject, "tagged", "250 2.0.0",
     "Backstop-Verdict: genuine; kind=dsn-failed; certainty=structural; cause=tag; tag=proves\r\n"},
    {"exempt", policy::Stage::Reject, "postmaster", "250 2.0.0",
     "Backstop-Verdict: unproven; kind=dsn-failed; certainty=structural; cause=exempt; tag=silent\r\n"},
    {"bare, labelled", policy::Stage::Label, "bob", "250 2.0.0",
     "Backstop-Verdict: unproven; kind=dsn-failed; certainty=structural; cause=bare; tag=silent\r\n"},
    {"forged, labelled", policy::Stage::Label, "noc", "250 2.0.0",
     "Backstop-Verdict: forged; kind=dsn-failed; certainty=structural; cause=never-sends; tag=silent; "
     "never-sends=refutes\r\n"},
    {"bare, observed", policy::Stage::Observe, "bob", "250 2.0.0", ""},
};

TEST_F(MessagePathTest, AResponseIsJudgedBeforeTheNextHopHearsOfIt) {
  for (const auto& row : kJudged) {
    set_domain(row.stage, {"noc"});
    for (const next_hop::MessageForm form : kForms) {
      const std::string wire = on_the_wire(kBounce, form);
      smtp::in_pieces(wire, [&](const smtp::Pieces& pieces, const std::string& how) {
        begin(form, Sender::Nobody);
        transaction_.recipients.clear();
        add_recipient(row.recipient == "tagged"
                          ? *origin::sign({mail::Address{"bob", "example.org"}}, settings_.keys, kToday)
                          : mail::Address{std::string(row.recipient), "example.org"});
        transaction_.recipients.back().is_exempt = row.recipient == "postmaster";
        transaction_.recipients.back().claim->never_sends = row.recipient == "noc";
        for (std::size_t i = 0; i + 1 < pieces.size(); ++i) take(pieces[i], false);
        EXPECT_THAT(delivery_->calls, IsEmpty()) << row.name << ", " << how;
        take(pieces.back(), true);
        EXPECT_THAT(answer(), StartsWith(row.want_answer)) << row.name << ", " << how;
        if (row.want_answer.starts_with("250")) {
          EXPECT_EQ(behind_trace(row.want_front), wire) << row.name << ", " << how;
          EXPECT_THAT(delivery_->calls, ElementsAre("begin", "finish"));
        } else {
          EXPECT_THAT(delivery_->calls, IsEmpty()) << row.name << ", " << how;
        }
        EXPECT_EQ(path_->judge().response()->kind, response::Kind::DsnFailed);
        EXPECT_EQ(memory_.total(), 0u);
      });
    }
  }
}

TEST_F(MessagePathTest, AVerdictFieldOfAStrangerIsReplaced) {
  set_domain(policy::Stage::Label);
  begin(next_hop::MessageForm::Stuffed, Sender::Nobody);
  send("Backstop-Verdict: genuine\r\n" + std::string(kBounce));
  EXPECT_EQ(
      behind_trace(
          "Backstop-Verdict: unproven; kind=dsn-failed; certainty=structural; cause=bare; tag=silent\r\n"),
      on_the_wire(kBounce, form_));
}

TEST_F(MessagePathTest, OutboundMailIsNotRead) {
  settings_.gateways.front().direction = Direction::Outbound;
  begin(next_hop::MessageForm::Stuffed, Sender::Nobody);
  send(kBounce);
  EXPECT_EQ(answer(), "250 2.0.0 taken");
  EXPECT_FALSE(path_->judge().response());
}

// Limits, at the limit and one past it.

TEST_F(MessagePathTest, TheHeaderHasALimit) {
  for (const next_hop::MessageForm form : kForms) {
    for (const std::size_t past : {0UZ, 1UZ}) {
      settings_.limits.header = kHeader.size() - past;
      const std::string message = std::string(kHeader) + "body\r\n";
      smtp::in_pieces(on_the_wire(message, form), [&](const smtp::Pieces& pieces, const std::string& how) {
        begin(form);
        send(pieces);
        EXPECT_THAT(answer(), StartsWith(past == 0 ? "250 2.0.0" : "552 5.3.4")) << how;
        EXPECT_EQ(path_->is_past_limit(), past == 1) << how;
      });
    }
  }
}

// Dots that DATA doubles are no part of it (RFC 1870 3).
TEST_F(MessagePathTest, TheMessageHasALimit) {
  const std::string message = std::string(kHeader) + "body of it\r\n.\r\n..two\r\n.one\r\n";
  for (const next_hop::MessageForm form : kForms) {
    for (const std::size_t past : {0UZ, 1UZ}) {
      settings_.limits.message = message.size() - past;
      smtp::in_pieces(on_the_wire(message, form), [&](const smtp::Pieces& pieces, const std::string& how) {
        begin(form);
        send(pieces);
        EXPECT_THAT(answer(), StartsWith(past == 0 ? "250 2.0.0" : "552 5.3.4")) << how;
        EXPECT_EQ(delivery_->is_taken, past == 0) << how;
      });
    }
  }
  settings_.limits.message = 0;
  begin(next_hop::MessageForm::Plain);
  send(message);
  EXPECT_EQ(answer(), "250 2.0.0 taken") << "no limit";
}

TEST_F(MessagePathTest, AMessageThatGrowsTooLargeLeavesItsNextHopAtOnce) {
  settings_.limits.message = kHeader.size() + 10;
  begin(next_hop::MessageForm::Plain);
  take(kHeader, false);
  take(std::string(11, 'x'), false);
  EXPECT_THAT(delivery_->calls, ElementsAre("begin", "write", "abandon"));
  take("more", false);
  take("", true);
  EXPECT_THAT(delivery_->calls, ElementsAre("begin", "write", "abandon"));
  EXPECT_THAT(answer(), StartsWith("552 5.3.4"));
}

TEST_F(MessagePathTest, AtTheLimitOfReceivedFieldsItIsALoop) {
  for (const std::size_t count : {settings_.limits.received_fields - 1, settings_.limits.received_fields}) {
    for (const Sender sender : {Sender::Somebody, Sender::Nobody}) {
      std::string message;
      for (std::size_t i = 0; i < count; ++i) message += "Received: a\r\n";
      begin(next_hop::MessageForm::Stuffed, sender);
      send(message + std::string(kHeader));
      const bool is_loop = count == settings_.limits.received_fields;
      EXPECT_THAT(answer(), StartsWith(is_loop ? "554 5.4.6" : "250 2.0.0"));
      EXPECT_EQ(delivery_->calls.empty(), is_loop);
    }
  }
}

}  // namespace
}  // namespace backstop::gateway
