#include "next_hop/smtp_delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "next_hop/hop_fixture.h"

namespace backstop::next_hop {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

struct PassedRow {
  smtp::Reply reply;
  std::string_view want;
};

const PassedRow kPassed[] = {
    {{250, "2.0.0", "taken"}, "250 2.0.0 taken"},
    {{250, "", "taken"}, "250 2.0.0 taken"},
    {{251, "2.1.5", "will forward"}, "251 2.1.5 will forward"},
    {{354, "", "go on"}, "354 go on"},
    {{421, "4.3.2", "going"}, "451 4.3.2 going"},
    {{421, "", "going"}, "451 4.0.0 going"},
    {{450, "4.2.0", "greylisted"}, "450 4.2.0 greylisted"},
    {{452, "", "full"}, "452 4.0.0 full"},
    {{550, "5.1.1", "who?"}, "550 5.1.1 who?"},
    {{550, "", "who?"}, "550 5.0.0 who?"},
    {{550, "4.7.1", "a status of another class"}, "550 5.0.0 a status of another class"},
    {{450, "5.7.1", "a status of another class"}, "450 4.0.0 a status of another class"},
};

TEST(PassedOn, RepliesOfTheNextHop) {
  for (const auto& row : kPassed) EXPECT_EQ(passed_on(row.reply).text(), row.want);
}

constexpr std::string_view kMail = "Subject: a\r\n\r\n.\r\nb\r\n";

class SmtpDeliveryTest : public HopTest {
 protected:
  SmtpDelivery& open(std::string_view sender = "a@b.test") {
    Envelope envelope{.hop = hop_, .context = context_, .client = client_, .mail = mail_};
    if (!sender.empty()) envelope.mail.reverse_path = *mail::parse_path(sender);
    delivery_ = std::make_unique<SmtpDelivery>(pool_, std::move(envelope), personal_);
    return *delivery_;
  }
  std::vector<std::string> offer(std::vector<std::string> recipients) {
    std::vector<smtp::RcptCommand> batch;
    for (const auto& one : recipients)
      batch.push_back({.recipient = *mail::parse_address(one), .notify = {}, .orcpt = {}});
    std::vector<std::string> texts;
    for (const auto& reply : wait(delivery_->recipients(batch))) texts.push_back(reply.text());
    return texts;
  }
  std::string begin(MessageForm form) { return wait(delivery_->begin(form)).text(); }
  std::string finish(std::string_view first, std::string_view second = {}) {
    return wait(delivery_->finish(first, second)).text();
  }
  /// Runs a whole transaction with that message; returns the answer.
  std::string send(std::string_view message, MessageForm form) {
    open();
    EXPECT_THAT(offer({"bob@example.org"}), ElementsAre("250 2.0.0 ok"));
    EXPECT_EQ(wait(delivery_->begin(form)).code, 354);
    return finish(message);
  }
  std::vector<std::string> said(std::size_t from = 1) const {
    return {fake_.commands.begin() + static_cast<std::ptrdiff_t>(std::min(from, fake_.commands.size())),
            fake_.commands.end()};
  }

  NextHop hop_ = fake_.hop();
  ClientIdentity client_;
  smtp::MailCommand mail_;
  std::unique_ptr<Session>* personal_ = nullptr;
  std::unique_ptr<SmtpDelivery> delivery_;
};

TEST_F(SmtpDeliveryTest, DataAsItCame) {
  EXPECT_EQ(send("Subject: a\r\n\r\n..\r\nb\r\n.\r\n", MessageForm::Stuffed), "250 2.0.0 taken");
  EXPECT_THAT(said(), ElementsAre("MAIL FROM:<a@b.test>", "RCPT TO:<bob@example.org>", "DATA"));
  EXPECT_THAT(fake_.mails, ElementsAre("Subject: a\r\n\r\n..\r\nb\r\n"));
}

TEST_F(SmtpDeliveryTest, ChunksBecomeDataIfTheNextHopHasNoChunks) {
  EXPECT_EQ(send(kMail, MessageForm::Plain), "250 2.0.0 taken");
  EXPECT_EQ(said().back(), "DATA");
  EXPECT_THAT(fake_.mails, ElementsAre("Subject: a\r\n\r\n..\r\nb\r\n"));
}

TEST_F(SmtpDeliveryTest, ChunksStayChunksIfTheNextHopHasThem) {
  fake_.answer("EHLO", {"250-hop.test\r\n250-CHUNKING\r\n250 PIPELINING"});
  open();
  offer({"bob@example.org"});
  EXPECT_EQ(wait(delivery_->begin(MessageForm::Plain)).code, 354);
  EXPECT_TRUE(wait(delivery_->write(kMail.substr(0, 5), kMail.substr(5, 3))));
  EXPECT_EQ(finish(kMail.substr(8), ""), "250 2.0.0 taken");
  EXPECT_THAT(said(3), ElementsAre("BDAT 8", "BDAT 12 LAST"));
  EXPECT_THAT(fake_.mails, ElementsAre(kMail));
}

TEST_F(SmtpDeliveryTest, DataStaysDataEvenIfTheNextHopHasChunks) {
  fake_.answer("EHLO", {"250-hop.test\r\n250-CHUNKING\r\n250 PIPELINING"});
  EXPECT_EQ(send("a\r\n.\r\n", MessageForm::Stuffed), "250 2.0.0 taken");
  EXPECT_EQ(said().back(), "DATA");
}

TEST_F(SmtpDeliveryTest, APieceAfterTheOther) {
  open();
  offer({"bob@example.org"});
  EXPECT_EQ(begin(MessageForm::Stuffed), "354 go on");
  EXPECT_TRUE(wait(delivery_->write("Subject: ", "a\r\n")));
  EXPECT_TRUE(wait(delivery_->write("\r\nb", "")));
  EXPECT_EQ(finish("\r\n", ".\r\n"), "250 2.0.0 taken");
  EXPECT_THAT(fake_.mails, ElementsAre("Subject: a\r\n\r\nb\r\n"));
}

TEST_F(SmtpDeliveryTest, EachRecipientHasItsAnswer) {
  fake_.answer("RCPT", {"250 2.1.5 ok", "550 5.1.1 who?", "421 4.3.2 going", "250 ok"});
  open();
  EXPECT_THAT(offer({"a@x.test", "b@x.test", "c@x.test", "d@x.test"}),
              ElementsAre("250 2.1.5 ok", "550 5.1.1 who?", "451 4.3.2 going", "250 2.0.0 ok"));
}

TEST_F(SmtpDeliveryTest, RecipientsInSeveralBatches) {
  open();
  EXPECT_THAT(offer({"a@x.test"}), ElementsAre("250 2.0.0 ok"));
  EXPECT_THAT(offer({"b@x.test", "c@x.test"}), ElementsAre("250 2.0.0 ok", "250 2.0.0 ok"));
  EXPECT_THAT(said(), ElementsAre("MAIL FROM:<a@b.test>", "RCPT TO:<a@x.test>", "RCPT TO:<b@x.test>",
                                  "RCPT TO:<c@x.test>"));
}

TEST_F(SmtpDeliveryTest, ARefusedSenderIsTheAnswerForAll) {
  for (const std::string extensions : {"250-hop\r\n250 PIPELINING", "250 hop"}) {
    fake_.answer("EHLO", {extensions});
    fake_.answer("MAIL", {"550 5.1.8 not you"});
    hop_.pool = 0;
    open();
    EXPECT_THAT(offer({"a@x.test", "b@x.test"}), ElementsAre("550 5.1.8 not you", "550 5.1.8 not you"));
    wait(delivery_->abandon());
  }
}

struct OddRow {
  std::string_view name;
  std::string verb;
  std::string answer;
  std::string_view want;
};

// Replies of a next hop that are no answer to a recipient, or not the client's fault.
const OddRow kOdd[] = {
    {"intermediate to MAIL", "MAIL", "354 go on", "451 4.5.0"},
    {"intermediate to RCPT", "RCPT", "334 go on", "451 4.5.0"},
    {"unknown command", "MAIL", "500 what?", "451 4.3.2"},
    {"bad sequence", "RCPT", "503 not now", "451 4.3.2"},
    {"no TLS", "MAIL", "530 5.7.0 TLS first", "451 4.3.2"},
    {"no reply", "RCPT", "what", "451 4.5.0"},
    {"gone", "RCPT", "", "451 4.4.2"},
    {"an answer too many", "RCPT", "250 ok\r\n250 ok", "250 2.0.0"},
};

TEST_F(SmtpDeliveryTest, OddAnswersPutTheMailOff) {
  for (const auto& row : kOdd) {
    fake_.answer("MAIL", {"250 ok"});
    fake_.answer("RCPT", {"250 ok"});
    fake_.answer(row.verb, {row.answer});
    open();
    const auto answers = offer({"bob@example.org"});
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_THAT(answers.front(), testing::StartsWith(std::string(row.want))) << row.name;
    // Nor does the message ever get further.
    EXPECT_THAT(begin(MessageForm::Stuffed), testing::StartsWith("451")) << row.name;
    EXPECT_THAT(finish("a\r\n.\r\n"), testing::StartsWith("451")) << row.name;
    EXPECT_THAT(fake_.mails, IsEmpty()) << row.name;
    EXPECT_THAT(fake_.commands, Not(Contains("DATA"))) << row.name;
  }
}

struct LastRow {
  std::string answer;
  std::string_view want;
};

const LastRow kLast[] = {
    {"250 2.0.0 taken", "250 2.0.0 taken"},
    {"250-a\r\n250 b", "250 2.0.0 a b"},
    {"550 5.7.1 spam", "550 5.7.1 spam"},
    {"421 4.3.2 going", "451 4.3.2 going"},
    {"452 full", "452 4.0.0 full"},
    {"200 done", "250 2.0.0 done"},
    {"251 elsewhere", "250 2.0.0 elsewhere"},
    {"252 2.0.0 I think", "250 2.0.0 I think"},
    {"220 hello", "250 2.0.0 hello"},
    {"299-a\r\n299 b", "250 2.0.0 a b"},
    {"499 odd", "499 4.0.0 odd"},
    {"599 odd", "599 5.0.0 odd"},
};

TEST_F(SmtpDeliveryTest, TheLastAnswerIsPassedOn) {
  for (const auto& row : kLast) {
    fake_.answer("dot", {row.answer});
    EXPECT_EQ(send("a\r\n.\r\n", MessageForm::Stuffed), row.want);
  }
}

TEST_F(SmtpDeliveryTest, NothingButSuccessIsOne) {
  for (const std::string answer :
       {"354 go on", "334 go on", "150 hello", "650 hello", "25 taken", "what", ""}) {
    fake_.answer("dot", {answer});
    hop_.url = "smtp://" + answer;  // each has warnings of its own
    EXPECT_THAT(send("a\r\n.\r\n", MessageForm::Stuffed), testing::StartsWith("451")) << answer;
    EXPECT_THAT(
        std::exchange(notices_, {}),
        ElementsAre(testing::StartsWith("next hop " + hop_.url +
                                        (answer.empty() ? " ended" : " gave an answer that makes no sense"))))
        << answer;
  }
}

struct YesRow {
  std::string answer;
  std::string_view want;
};

// RFC 5321 4.2: the first digit counts. Our client hears a code that belongs to its command.
const YesRow kYes[] = {
    {"250 2.1.5 ok", "250 2.1.5 ok"}, {"251 2.1.5 elsewhere", "251 2.1.5 elsewhere"},
    {"200 fine", "250 2.0.0 fine"},   {"252 2.1.5 I think", "250 2.1.5 I think"},
    {"220 hello", "250 2.0.0 hello"}, {"299 2.1.5 odd", "250 2.1.5 odd"},
};

TEST_F(SmtpDeliveryTest, EverySuccessCodeTakesARecipient) {
  for (const std::string extensions : {"250-hop\r\n250 PIPELINING", "250 hop"}) {
    hop_.pool = 0;
    fake_.answer("EHLO", {extensions});
    for (const auto& row : kYes) {
      fake_.answer("MAIL", {row.answer});
      fake_.answer("RCPT", {row.answer});
      open();
      EXPECT_THAT(offer({"bob@example.org"}), ElementsAre(row.want));
      EXPECT_EQ(begin(MessageForm::Stuffed), "354 go on");
      EXPECT_EQ(finish("a\r\n.\r\n"), "250 2.0.0 taken") << row.answer;
    }
  }
}

TEST_F(SmtpDeliveryTest, EveryOtherSuccessCountsAsWell) {
  fake_.answer("EHLO", {"200-hop.test\r\n200-CHUNKING\r\n200 PIPELINING"});
  fake_.answer("BDAT", {"200 more"});
  fake_.answer("dot", {"200 taken"});
  fake_.answer("RSET", {"200 reset"});
  open();
  offer({"bob@example.org"});
  EXPECT_EQ(wait(delivery_->begin(MessageForm::Plain)).code, 354);
  EXPECT_TRUE(wait(delivery_->write("a\r\n", "")));
  EXPECT_EQ(finish("b\r\n", ""), "250 2.0.0 taken");
  open();
  offer({"bob@example.org"});
  wait(delivery_->abandon());
  EXPECT_EQ(send("a\r\n", MessageForm::Plain), "250 2.0.0 taken");
  EXPECT_EQ(fake_.connections, 1);
}

TEST_F(SmtpDeliveryTest, EveryInvitationToSendDataIsOne) {
  fake_.answer("DATA", {"300 go on", "399 2.0.0 go on", "353-go\r\n353 on"});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send("a\r\n.\r\n", MessageForm::Stuffed), "250 2.0.0 taken");
}

TEST_F(SmtpDeliveryTest, ASuccessOfDataIsNoInvitation) {
  for (const std::string answer : {"250 taken", "200 taken", "334 VXNlcm5hbWU6"}) {
    fake_.connections = 0;
    fake_.answer("DATA", {answer});
    open();
    offer({"bob@example.org"});
    EXPECT_THAT(begin(MessageForm::Stuffed), testing::StartsWith("451 4.5.0"));
    // It may wait for data all the same, so that nothing more is said to it.
    wait(delivery_->abandon());
    EXPECT_EQ(fake_.commands.back(), "DATA");
    fake_.answer("DATA", {"354 go on"});
    EXPECT_EQ(send("a\r\n.\r\n", MessageForm::Stuffed), "250 2.0.0 taken");
    EXPECT_GE(fake_.connections, 1);
    wait(delivery_->abandon());
  }
}

TEST_F(SmtpDeliveryTest, AnAnswerThatComesTooEarlyIsIgnored) {
  fake_.answer("DATA", {"354 go on\r\n250 2.0.0 taken"});
  EXPECT_THAT(send("a\r\n.\r\n", MessageForm::Stuffed), testing::StartsWith("451 4.5.0"));
  fake_.answer("EHLO", {"250-hop.test\r\n250-CHUNKING\r\n250 PIPELINING"});
  fake_.answer("BDAT", {"250 more\r\n250 2.0.0 taken"});
  open();
  offer({"bob@example.org"});
  wait(delivery_->begin(MessageForm::Plain));
  EXPECT_TRUE(wait(delivery_->write("a\r\n", "")));
  EXPECT_THAT(finish("b\r\n"), testing::StartsWith("451 4.5.0"));
  EXPECT_THAT(fake_.mails, IsEmpty());
}

TEST_F(SmtpDeliveryTest, ARefusalOfDataIsPassedOnAndTheSessionIsKept) {
  fake_.answer("DATA", {"554 5.6.0 not this one", "354 go on"});
  open();
  offer({"bob@example.org"});
  EXPECT_EQ(begin(MessageForm::Stuffed), "554 5.6.0 not this one");
  wait(delivery_->abandon());
  EXPECT_EQ(fake_.commands.back(), "RSET");
  EXPECT_EQ(send("a\r\n.\r\n", MessageForm::Stuffed), "250 2.0.0 taken");
  EXPECT_EQ(fake_.connections, 1);
}

TEST_F(SmtpDeliveryTest, BetweenChunksItIsCut) {
  fake_.answer("EHLO", {"250-hop.test\r\n250-CHUNKING\r\n250 PIPELINING"});
  open();
  offer({"bob@example.org"});
  EXPECT_EQ(wait(delivery_->begin(MessageForm::Plain)).code, 354);
  wait(delivery_->abandon());
  EXPECT_THAT(fake_.commands, testing::Not(testing::Contains("RSET")));
  EXPECT_EQ(send("a\r\n", MessageForm::Plain), "250 2.0.0 taken");
  EXPECT_EQ(fake_.connections, 2);
}

TEST_F(SmtpDeliveryTest, WithinDataItIsCut) {
  open();
  offer({"bob@example.org"});
  begin(MessageForm::Stuffed);
  EXPECT_TRUE(wait(delivery_->write("half a mail\r\n", "")));
  wait(delivery_->abandon());
  EXPECT_THAT(fake_.mails, IsEmpty());
  EXPECT_EQ(send("a\r\n.\r\n", MessageForm::Stuffed), "250 2.0.0 taken");
  EXPECT_THAT(fake_.unfinished, ElementsAre("half a mail\r\n"));
  EXPECT_EQ(fake_.connections, 2);
}

TEST_F(SmtpDeliveryTest, APooledSessionThatIsOverCostsNothing) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"MAIL", ""},
      {"MAIL", "421 4.4.2 idle for too long"},
      {"MAIL", "452 4.5.3 too many messages sent"},
      {"MAIL", "450 4.7.1 too many mails in a session"},
      {"RCPT", "421 4.7.0 too many recipients in a session"},
      {"RCPT", "452 4.5.3 too many recipients in a session"},
      {"RCPT", "452 too many recipients"},
  };
  for (const auto& [verb, answer] : rows) {
    EXPECT_EQ(send("a\r\n.\r\n", MessageForm::Stuffed), "250 2.0.0 taken");
    const int before = fake_.connections;
    fake_.answer(verb, {answer, "250 ok"});
    EXPECT_EQ(send("b\r\n.\r\n", MessageForm::Stuffed), "250 2.0.0 taken") << answer;
    EXPECT_EQ(fake_.mails.back(), "b\r\n");
    EXPECT_EQ(fake_.connections, before + 1) << answer;
  }
}

TEST_F(SmtpDeliveryTest, ARefusalOfTheMailIsNotTriedAgain) {
  for (const std::string answer : {"452 4.2.2 mailbox full", "450 4.2.0 greylisted", "550 5.1.1 who?"}) {
    EXPECT_EQ(send("a\r\n.\r\n", MessageForm::Stuffed), "250 2.0.0 taken");
    const int before = fake_.connections;
    fake_.answer("RCPT", {answer, "250 ok"});
    open();
    EXPECT_THAT(offer({"bob@example.org"}), ElementsAre(testing::StartsWith(answer)));
    EXPECT_EQ(fake_.connections, before) << answer;
    wait(delivery_->abandon());
  }
}

TEST_F(SmtpDeliveryTest, APooledSessionThatHangsIsNotTriedAgain) {
  limits_.next_hop_reply = std::chrono::seconds(1);
  for (const std::string verb : {"MAIL", "RCPT"}) {
    for (const auto& [answer, want] : {std::pair(FakeHop::kSilence, "451 4.4.2"), {"what", "451 4.5.0"}}) {
      fake_.answer(verb, {"250 ok"});
      EXPECT_EQ(send("a\r\n.\r\n", MessageForm::Stuffed), "250 2.0.0 taken");
      const int before = fake_.connections;
      fake_.answer(verb, {std::string(answer), "250 ok"});
      open();
      EXPECT_THAT(offer({"bob@example.org"}), ElementsAre(testing::StartsWith(want))) << verb;
      EXPECT_EQ(fake_.connections, before) << verb << ": " << answer;
      fake_.answer(verb, {"250 ok"});
    }
  }
}

TEST_F(SmtpDeliveryTest, AFreshOneThatDiesIsNotTriedAgain) {
  fake_.answer("MAIL", {"", "250 ok"});
  open();
  EXPECT_THAT(offer({"bob@example.org"}), ElementsAre(testing::StartsWith("451 4.4.2")));
  EXPECT_EQ(fake_.connections, 1);
}

TEST_F(SmtpDeliveryTest, InternationalisedMail) {
  mail_.smtputf8 = true;
  open();
  EXPECT_THAT(offer({"bob@example.org"}), ElementsAre(testing::StartsWith("550 5.6.7")));
  EXPECT_THAT(said(), IsEmpty());
  fake_.answer("EHLO", {"250-hop\r\n250 SMTPUTF8"});
  EXPECT_EQ(send("a\r\n.\r\n", MessageForm::Stuffed), "250 2.0.0 taken")
      << "asked anew, it may know it by now";
}

TEST_F(SmtpDeliveryTest, ASessionOfTheClientsOwn) {
  auto lease = wait(pool_.lease(hop_, {}, context_, Pool::Age::Fresh));
  ASSERT_TRUE(lease);
  auto own = std::move(lease->session);
  own->is_personal = true;
  personal_ = &own;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(send("a\r\n.\r\n", MessageForm::Stuffed), "250 2.0.0 taken");
    ASSERT_NE(own, nullptr);
  }
  open();
  offer({"bob@example.org"});
  wait(delivery_->abandon());
  EXPECT_EQ(fake_.commands.back(), "RSET");
  EXPECT_EQ(fake_.connections, 1);
  fake_.answer("dot", {""});
  EXPECT_THAT(send("a\r\n.\r\n", MessageForm::Stuffed), testing::StartsWith("451"));
  EXPECT_EQ(own, nullptr);
  open();
  EXPECT_THAT(offer({"bob@example.org"}), ElementsAre(testing::StartsWith("421 4.4.2")));
  EXPECT_EQ(fake_.connections, 1) << "nobody else's session is used in its place";
}

TEST_F(SmtpDeliveryTest, XforwardComesWithEachMail) {
  hop_.identity = Identity::Xforward;
  fake_.answer("EHLO", {"250-hop\r\n250-PIPELINING\r\n250 XFORWARD ADDR"});
  fake_.answer("XFORWARD", {"250 ok", "550 no"});
  for (const auto* const address : {"192.0.2.1", "192.0.2.2"}) {
    client_.attributes.address = address;
    EXPECT_EQ(send("a\r\n.\r\n", MessageForm::Stuffed), "250 2.0.0 taken");
  }
  EXPECT_THAT(fake_.commands, Contains("XFORWARD ADDR=192.0.2.1"));
  EXPECT_THAT(fake_.commands, Contains("XFORWARD ADDR=192.0.2.2"));
  EXPECT_EQ(fake_.connections, 1);
}

TEST_F(SmtpDeliveryTest, ARefusedChunkIsTheVerdict) {
  fake_.answer("EHLO", {"250-hop.test\r\n250-CHUNKING\r\n250 PIPELINING"});
  for (const auto& [answer, want] :
       {std::pair("552 5.3.4 too much", "552 5.3.4"), std::pair("421 4.3.2 going", "451 4.3.2"),
        std::pair("354 go on", "451 4.5.0"), std::pair("", "451 4.4.2")}) {
    fake_.answer("BDAT", {answer});
    open();
    offer({"bob@example.org"});
    wait(delivery_->begin(MessageForm::Plain));
    EXPECT_FALSE(wait(delivery_->write("a\r\n", ""))) << answer;
    EXPECT_FALSE(wait(delivery_->write("b\r\n", ""))) << answer;
    EXPECT_THAT(finish({}), testing::StartsWith(want)) << answer;
    EXPECT_THAT(fake_.mails, IsEmpty());
  }
}

}  // namespace
}  // namespace backstop::next_hop
