#include "gateway/message_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/loop_fixture.h"
#include "smtp/data_scanner.h"
#include "smtp/pieces_test.h"

namespace backstop::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;
using Account = HeldMemory::Account;

/// A next hop that says what it is told to, and keeps what it gets. Its `fails_at`th operation, counted from
/// one, goes wrong.
class FakeDelivery : public Delivery {
 public:
  net::Task<std::vector<smtp::Reply>> recipients(std::span<const smtp::RcptCommand>) override {
    ADD_FAILURE() << "a message has its recipients already";
    co_return std::vector<smtp::Reply>{};
  }
  net::Task<smtp::Reply> begin(MessageForm) override {
    calls.emplace_back("begin");
    co_return next_fails() ? smtp::Reply(451, "4.4.2", "gone at DATA") : begin_reply;
  }
  net::Task<bool> write(std::string_view first, std::string_view second) override {
    calls.emplace_back("write");
    if (next_fails()) is_gone = true;
    taken.append(first).append(second);
    co_return !is_gone;
  }
  net::Task<smtp::Reply> finish(std::string_view first, std::string_view second) override {
    calls.emplace_back("finish");
    if (is_gone || next_fails()) co_return smtp::Reply(451, "4.4.2", "gone at the end");
    taken.append(first).append(second);
    is_taken = final_reply.is_positive();
    co_return final_reply;
  }
  net::Task<void> abandon() override {
    calls.emplace_back("abandon");
    co_return;
  }

  smtp::Reply begin_reply{354, {}, "go on"};
  smtp::Reply final_reply{250, "2.0.0", "taken"};
  int fails_at = 0;
  int operations = 0;
  bool is_gone = false;
  bool is_taken = false;
  std::string taken;
  std::vector<std::string> calls;

 private:
  bool next_fails() { return ++operations == fails_at; }
};

constexpr std::string_view kHeader = "From: a@else.test\r\nSubject: b\r\nMessage-ID: <1@else.test>\r\n\r\n";
constexpr std::string_view kBounce =
    "From: MAILER-DAEMON@else.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\nMIME-Version: 1.0\r\n\r\n"
    "--x\r\nContent-Type: text/plain\r\n\r\nunknown user\r\n"
    "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; else.test\r\n\r\n"
    "Final-Recipient: rfc822; gone@else.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x--\r\n";

// The same with the start of what it returns.
constexpr std::string_view kReturning =
    "From: MAILER-DAEMON@else.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\nMIME-Version: 1.0\r\n\r\n"
    "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; else.test\r\n\r\n"
    "Final-Recipient: rfc822; gone@else.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    "--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: bob@example.org\r\nMessage-ID: <2@example.org>\r\n"
    "Subject: c\r\n\r\nd\r\n";

enum class Sender : std::uint8_t { Somebody, Nobody };

constexpr std::chrono::sys_days kToday{std::chrono::days(20'000)};

class MessagePathTest : public net::LoopTest {
 protected:
  MessagePathTest() {
    settings_.hostname = "mx.test";
    settings_.domains.push_back({.name = "example.org", .stage = policy::Stage::Reject, .grace = {}});
    origin::Key key;
    key.use = origin::KeyUse::Sign;
    key.secret = "secret";
    EXPECT_TRUE(settings_.keys.add(key));
    settings_.gateways.emplace_back().name = "in";
  }

  void begin(MessageForm form, Sender sender = Sender::Somebody) {
    form_ = form;
    scanner_.reset();
    transaction_ = Transaction{};
    transaction_.settings = std::make_shared<Settings>(settings_);
    transaction_.gateway = &transaction_.settings->gateways.front();
    if (sender == Sender::Somebody) transaction_.mail.reverse_path = {mail::Address{"a", "else.test"}};
    add_recipient(mail::Address{"bob", "example.org"});
    transaction_.today = kToday;
    const auto& domain = settings_.domains[0];
    transaction_.route =
        Route{.next_hop = &transaction_.gateway->next_hop, .stage = domain.stage, .grace = domain.grace};
    auto delivery = std::make_unique<FakeDelivery>();
    delivery_ = delivery.get();
    transaction_.delivery = std::move(delivery);
    const TraceFacts trace{.helo = "c.test", .client = "[192.0.2.1]", .hostname = "mx.test", .id = "1f"};
    path_.reset();
    path_ = std::make_unique<MessagePath>(transaction_, form, trace, reader_, memory_, client_);
  }

  void add_recipient(const mail::Address& address) {
    auto tag = origin::verify(address, settings_.keys, kToday);
    transaction_.recipients.push_back({address.text(), origin::Recipient{address, std::move(tag)}});
  }

  void take(std::string_view bytes, bool is_end) {
    const std::size_t dots = form_ == MessageForm::Stuffed ? scanner_.scan(bytes).dots : 0;
    run(path_->take(bytes, is_end, dots));
  }

  /// A message as its form has it on the wire, with its end.
  static std::string on_the_wire(std::string_view message, MessageForm form) {
    if (form == MessageForm::Plain) return std::string(message);
    std::string out;
    smtp::Stuffer stuffer;
    stuffer.append(message, out);
    stuffer.finish(out);
    return out;
  }
  void send(const smtp::Pieces& pieces) {
    for (std::size_t i = 0; i < pieces.size(); ++i) take(pieces[i], i + 1 == pieces.size());
  }
  void send(std::string_view message) { send(smtp::Pieces{on_the_wire(message, form_)}); }

  /// What the next hop got, behind the Received field, which has to be there.
  std::string behind_trace(std::string_view front = {}) const {
    EXPECT_THAT(delivery_->taken,
                StartsWith(std::string(front) + "Received: from c.test ([192.0.2.1])\r\n\tby mx.test "));
    const std::size_t last = delivery_->taken.find("+0000\r\n");
    return last == std::string::npos ? std::string() : delivery_->taken.substr(last + 7);
  }
  std::string answer() const { return path_->answer() ? path_->answer()->text() : "none yet"; }

  Settings settings_;
  Transaction transaction_;
  HeldMemory memory_;
  HeldMemory::Address client_ = boost::asio::ip::make_address("192.0.2.1");
  response::Reader reader_;
  FakeDelivery* delivery_ = nullptr;  ///< of transaction_
  std::unique_ptr<MessagePath> path_;
  MessageForm form_ = MessageForm::Stuffed;
  smtp::DataScanner scanner_;
};

constexpr MessageForm kForms[] = {MessageForm::Stuffed, MessageForm::Plain};

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
    for (const MessageForm form : kForms) {
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
  begin(MessageForm::Stuffed);
  send(std::string(kHeader) + "body\r\n");
  EXPECT_THAT(delivery_->calls, ElementsAre("begin", "finish"));
  EXPECT_EQ(path_->message_id(), "1@else.test");
}

TEST_F(MessagePathTest, ItStreamsFromItsHeaderOn) {
  begin(MessageForm::Stuffed);
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

// Fail the Nth operation for all N, until a run passes untouched: 250 is only said where the next hop has the
// message, and nobody asks a next hop that is gone for more than its last word.
TEST_F(MessagePathTest, WhateverFailsIsNoSuccess) {
  struct Way {
    std::string_view message;
    Sender sender;
  };
  settings_.domains = {{.name = "example.org", .stage = policy::Stage::Label, .grace = {}}};
  const std::string ordinary = std::string(kHeader) + "one\r\ntwo\r\n";
  for (const auto& way : {Way{ordinary, Sender::Somebody}, Way{kBounce, Sender::Nobody}}) {
    for (const MessageForm form : kForms) {
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
    begin(MessageForm::Stuffed);
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
    begin(MessageForm::Plain);
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
    settings_.domains = {{.name = "example.org", .stage = row.stage, .grace = {}, .never_sends = {"noc"}}};
    for (const MessageForm form : kForms) {
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
        EXPECT_EQ(path_->response()->kind, response::Kind::DsnFailed);
        EXPECT_EQ(memory_.total(), 0u);
      });
    }
  }
}

TEST_F(MessagePathTest, AVerdictOfAStrangerGivesWayToOurs) {
  settings_.domains = {{.name = "example.org", .stage = policy::Stage::Label, .grace = {}}};
  begin(MessageForm::Stuffed, Sender::Nobody);
  send("Backstop-Verdict: genuine\r\n" + std::string(kBounce));
  EXPECT_EQ(
      behind_trace(
          "Backstop-Verdict: unproven; kind=dsn-failed; certainty=structural; cause=bare; tag=silent\r\n"),
      on_the_wire(kBounce, form_));
}

TEST_F(MessagePathTest, WhatLeavesIsNotRead) {
  settings_.gateways.front().direction = Direction::Outbound;
  begin(MessageForm::Stuffed, Sender::Nobody);
  send(kBounce);
  EXPECT_EQ(answer(), "250 2.0.0 taken");
  EXPECT_FALSE(path_->response());
}

// Limits, at the limit and one past it.

TEST_F(MessagePathTest, TheHeaderHasALimit) {
  for (const MessageForm form : kForms) {
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
  for (const MessageForm form : kForms) {
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
  begin(MessageForm::Plain);
  send(message);
  EXPECT_EQ(answer(), "250 2.0.0 taken") << "no limit";
}

TEST_F(MessagePathTest, AMessageThatGrowsTooLargeLeavesItsNextHopAtOnce) {
  settings_.limits.message = kHeader.size() + 10;
  begin(MessageForm::Plain);
  take(kHeader, false);
  take(std::string(11, 'x'), false);
  EXPECT_THAT(delivery_->calls, ElementsAre("begin", "write", "abandon"));
  take("more", false);
  take("", true);
  EXPECT_THAT(delivery_->calls, ElementsAre("begin", "write", "abandon"));
  EXPECT_THAT(answer(), StartsWith("552 5.3.4"));
}

TEST_F(MessagePathTest, ALoopHasSoManyReceivedFields) {
  for (const std::size_t count : {settings_.limits.received_fields - 1, settings_.limits.received_fields}) {
    for (const Sender sender : {Sender::Somebody, Sender::Nobody}) {
      std::string message;
      for (std::size_t i = 0; i < count; ++i) message += "Received: a\r\n";
      begin(MessageForm::Stuffed, sender);
      send(message + std::string(kHeader));
      const bool is_loop = count == settings_.limits.received_fields;
      EXPECT_THAT(answer(), StartsWith(is_loop ? "554 5.4.6" : "250 2.0.0"));
      EXPECT_EQ(delivery_->calls.empty(), is_loop);
    }
  }
}

TEST_F(MessagePathTest, PastTheCapAResponseIsJudgedOnWhatWasRead) {
  settings_.domains = {{.name = "example.org", .stage = policy::Stage::Label, .grace = {}}};
  const std::string more(1000, 'x');
  for (const std::size_t past : {0UZ, 1UZ}) {
    settings_.limits.held = kBounce.size() + more.size() - past;
    begin(MessageForm::Plain, Sender::Nobody);
    take(kBounce, false);
    EXPECT_THAT(delivery_->calls, IsEmpty());
    EXPECT_EQ(memory_.total(), kBounce.size());
    take(more, false);
    EXPECT_EQ(delivery_->calls.empty(), past == 0) << past;
    EXPECT_EQ(memory_.total(), past == 0 ? kBounce.size() + more.size() : 0);
    take("y", true);
    // What it returns would have come behind the cap.
    const std::string cause = past == 0 ? "bare" : "incomplete";
    EXPECT_EQ(behind_trace("Backstop-Verdict: unproven; kind=dsn-failed; certainty=structural; cause=" +
                           cause + "; tag=silent\r\n"),
              std::string(kBounce) + more + "y");
    EXPECT_EQ(memory_.total(), 0u);
  }
}

TEST_F(MessagePathTest, PastTheCapARefusalIsSaidAndTheRestIsRead) {
  settings_.limits.held = kReturning.size() - 1;
  begin(MessageForm::Plain, Sender::Nobody);
  take(kReturning, false);
  EXPECT_THAT(answer(), StartsWith("550 5.7.1"));
  take("more", false);
  take("", true);
  EXPECT_THAT(delivery_->calls, IsEmpty());
}

struct RoomRow {
  std::string_view name;
  std::string_view others;  ///< who holds the rest
  std::uint64_t held_total;
  std::uint64_t taken;  ///< what the others hold
  std::string_view want = "250 2.0.0 taken";
};

constexpr std::uint64_t kBounceSize = kBounce.size();
// At the limit and one past it; the others of the second kind are in the client's own network.
constexpr RoomRow kRooms[] = {
    {"there is room for all", "198.51.100.1", 16 * kBounceSize, 2 * kBounceSize},
    {"all is used by others", "198.51.100.1", 8 * kBounceSize, kBounceSize},
    {"nothing else in this network", "192.0.2.255", 16 * kBounceSize, kBounceSize},
    {"the network's share is used", "192.0.2.255", 16 * kBounceSize, kBounceSize + 1, "452 4.3.1"},
};

// At no stage it passes unjudged for want of memory.
TEST_F(MessagePathTest, AResponseThatFindsNoRoomIsPutOff) {
  for (const auto stage : {policy::Stage::Observe, policy::Stage::Label, policy::Stage::Reject}) {
    settings_.domains = {{.name = "example.org", .stage = stage, .grace = {}}};
    for (const MessageForm form : kForms) {
      for (const auto& row : kRooms) {
        settings_.limits.held_total = row.held_total;
        HeldMemory::Share others(memory_, boost::asio::ip::make_address(row.others));
        ASSERT_TRUE(others.hold(Account::Responses, row.taken, settings_.limits)) << row.name;
        const std::string wire = on_the_wire(kBounce, form);
        begin(form, Sender::Nobody);
        transaction_.recipients.clear();
        add_recipient(*origin::sign({mail::Address{"bob", "example.org"}}, settings_.keys, kToday));
        take(wire.substr(0, kBounceSize), false);
        EXPECT_EQ(path_->is_past_limit(), row.want.starts_with("452")) << row.name;
        take(wire.substr(kBounceSize), true);
        EXPECT_THAT(answer(), StartsWith(row.want)) << row.name;
        EXPECT_EQ(delivery_->is_taken, row.want.starts_with("250")) << row.name;
        EXPECT_EQ(memory_.total(), row.taken) << row.name;
      }
    }
  }
}

TEST_F(MessagePathTest, AllNetworksTogetherHaveALimitForResponses) {
  settings_.limits.held_total = 9 * kBounceSize;
  for (const std::uint64_t past : {0U, 1U}) {
    std::list<HeldMemory::Share> others;
    for (const char* const client :
         {"1.0.0.1", "1.0.1.1", "1.0.2.1", "1.0.3.1", "1.0.4.1", "1.0.5.1", "1.0.6.1"}) {
      others.emplace_back(memory_, boost::asio::ip::make_address(client));
      ASSERT_TRUE(others.back().hold(Account::Responses, kBounceSize, settings_.limits));
    }
    others.emplace_back(memory_, boost::asio::ip::make_address("1.0.7.1"));
    ASSERT_TRUE(others.back().hold(Account::Responses, kBounceSize + past, settings_.limits));
    for (const std::string_view end : {"more", ""}) {
      begin(MessageForm::Plain, Sender::Nobody);
      take(kBounce, false);
      EXPECT_EQ(answer(), past == 0 ? "none yet" : reply_for(Exceeded::Held).text());
      EXPECT_THAT(delivery_->calls,
                  past == 0 ? testing::Matcher<std::vector<std::string>>(IsEmpty()) : ElementsAre("abandon"));
      take(end, true);
      EXPECT_THAT(answer(), StartsWith(past == 0 ? "550 5.7.1" : "452 4.3.1"));
      EXPECT_FALSE(delivery_->is_taken);
    }
    // What is all here needs no room, and is judged.
    begin(MessageForm::Plain, Sender::Nobody);
    send(kBounce);
    EXPECT_THAT(answer(), StartsWith("550 5.7.1"));
    // Ordinary mail needs none either, however it comes.
    smtp::in_pieces(kHeader, [&](const smtp::Pieces& pieces, const std::string& how) {
      begin(MessageForm::Plain);
      send(pieces);
      EXPECT_EQ(answer(), "250 2.0.0 taken") << how;
    });
  }
}

TEST_F(MessagePathTest, OneThatComesAloneIsJudgedAtItsShareIfThatIsLess) {
  settings_.domains = {{.name = "example.org", .stage = policy::Stage::Label, .grace = {}}};
  settings_.limits.held = 2 * kBounceSize;
  settings_.limits.held_total = 8 * kBounceSize;
  begin(MessageForm::Plain, Sender::Nobody);
  take(kBounce, false);
  EXPECT_EQ(memory_.total(), kBounceSize);
  EXPECT_THAT(delivery_->calls, IsEmpty());
  take("y", false);
  EXPECT_THAT(delivery_->calls, ElementsAre("begin", "write"));
  take("z", true);
  EXPECT_EQ(behind_trace("Backstop-Verdict: unproven; kind=dsn-failed; certainty=structural; "
                         "cause=incomplete; tag=silent\r\n"),
            std::string(kBounce) + "yz");
}

// A header of a usual size always has room; of a longer one what is past that counts.
TEST_F(MessagePathTest, ALongHeaderThatFindsNoRoomIsPutOff) {
  settings_.limits.header = 2 * HeldMemory::kFreeHeader;
  settings_.limits.held_total = 1;
  const std::uint64_t share = settings_.limits.header;
  for (const std::uint64_t past : {0U, 1U}) {
    HeldMemory::Share others(memory_, boost::asio::ip::make_address("192.0.2.2"));
    ASSERT_TRUE(others.hold(Account::Headers, share - 10 + past, settings_.limits));
    begin(MessageForm::Plain);
    take("Subject: " + std::string(HeldMemory::kFreeHeader - 9, 'a'), false);
    EXPECT_EQ(memory_.total(), share - 10 + past) << "that much is free";
    take("aaaaa", false);
    take("aaaaa", false);
    EXPECT_EQ(answer(), past == 0 ? "none yet" : reply_for(Exceeded::Held).text());
    take("\r\n\r\nbody\r\n", true);
    EXPECT_THAT(answer(), StartsWith(past == 0 ? "250 2.0.0" : "452 4.3.1"));
    EXPECT_EQ(path_->is_past_limit(), past == 1);
    EXPECT_EQ(memory_.total(), share - 10 + past);
    // Another network has its own share.
    client_ = boost::asio::ip::make_address("198.51.100.1");
    begin(MessageForm::Plain);
    take("Subject: " + std::string(HeldMemory::kFreeHeader + 1, 'a'), false);
    take("\r\n\r\nbody\r\n", true);
    EXPECT_THAT(answer(), StartsWith("250 2.0.0"));
    client_ = boost::asio::ip::make_address("192.0.2.1");
  }
}

TEST_F(MessagePathTest, AMessageThatIsGivenUpHoldsNothing) {
  begin(MessageForm::Stuffed, Sender::Nobody);
  take(kBounce, false);
  EXPECT_GT(memory_.total(), 0u);
  path_.reset();
  EXPECT_EQ(memory_.total(), 0u);
}

}  // namespace
}  // namespace backstop::gateway
