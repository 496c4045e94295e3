#include "next_hop/hand_over.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/folder_fixture.h"
#include "next_hop/hop_fixture.h"

namespace backstop::next_hop {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kMessage = "Subject: a\r\n\r\n.b\r\n";

class HandOver : public HopTest {
 protected:
  /// Runs the next hop on this thread while another hands the mail over.
  base::Result<smtp::Reply> hand(const NextHop& hop, std::string_view recipient = "ann@example.org") {
    const mail::Address to = *mail::parse_address(recipient);
    smtp::MailCommand mail;
    mail.body = smtp::Body::EightBitMime;
    return beside_the_loop([&] { return hand_over_and_wait({hop, mail, {&to, 1}, kMessage}, context_); });
  }
  base::Result<OfferAnswer> ask(const NextHop& hop, std::vector<mail::Address> to) {
    return beside_the_loop([&] { return offer_and_wait(hop, to, context_); });
  }

 private:
  template <class Work>
  std::invoke_result_t<Work> beside_the_loop(Work work) {
    std::invoke_result_t<Work> result = std::unexpected(base::Error{"not run"});
    std::jthread thread([&] {
      result = work();
      loop_.context().stop();
    });
    loop_.context().run();
    thread.join();
    loop_.context().restart();
    return result;
  }
};

TEST_F(HandOver, HasTheNullPath) {
  const auto reply = hand(fake_.hop());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->text(), "250 2.0.0 taken");
  EXPECT_THAT(fake_.commands,
              ElementsAre("EHLO mx.test", "MAIL FROM:<> BODY=8BITMIME", "RCPT TO:<ann@example.org>", "DATA"));
  EXPECT_THAT(fake_.mails, ElementsAre("Subject: a\r\n\r\n..b\r\n"));
}

TEST_F(HandOver, SaysWhatTheNextHopAnswered) {
  const struct {
    std::string verb;
    std::string answer;
    std::string_view want;
  } rows[] = {
      {"RCPT", "550 5.1.1 who?", "the next hop answered: 550 5.1.1 who?"},
      {"DATA", "451 4.3.0 later", "the next hop answered: 451 4.3.0 later"},
      {"dot", "554 5.7.1 no", "the next hop answered: 554 5.7.1 no"},
  };
  for (const auto& row : rows) {
    fake_.answer(row.verb, {row.answer, row.verb == "DATA" ? "354 go on" : "250 2.0.0 ok"});
    const auto reply = hand(fake_.hop());
    ASSERT_FALSE(reply) << row.verb;
    EXPECT_EQ(reply.error().message, row.want);
  }
}

TEST_F(HandOver, AsksForRecipientsAlone) {
  const std::vector<mail::Address> both = {*mail::parse_address("ann@example.org"),
                                           *mail::parse_address("bob@example.org")};
  const auto taken = ask(fake_.hop(), both);
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->mail.code, 250);
  EXPECT_EQ(taken->recipients.code, 250);
  fake_.answer("RCPT", {"250 2.1.5 ok", "550 5.1.1 who?"});
  const auto refused = ask(fake_.hop(), both);
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_EQ(refused->recipients.text(), "550 5.1.1 who?");
  EXPECT_FALSE(ask(*parse_next_hop("smtp://127.0.0.1:1"), both));
  EXPECT_THAT(fake_.commands, testing::Not(testing::Contains("DATA")));
  EXPECT_THAT(fake_.mails, testing::IsEmpty());
}

TEST_F(HandOver, AsksWithoutRecipients) {
  const auto answer = ask(fake_.hop(), {});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->mail.code, 250);
  EXPECT_EQ(answer->recipients.code, 0);
  EXPECT_THAT(fake_.commands, ElementsAre("EHLO mx.test", "MAIL FROM:<>", "RSET"));
}

TEST_F(HandOver, KnowsWhatTheIdentityLacks) {
  const struct {
    Identity identity;
    const char* offered;
    std::string_view want;
  } rows[] = {
      {Identity::None, "250 hop.test", ""},
      {Identity::Xclient, "250-hop.test\r\n250 XFORWARD ADDR", "XCLIENT"},
      {Identity::Xclient, "250-hop.test\r\n250 XCLIENT ADDR", ""},
      {Identity::Xforward, "250-hop.test\r\n250 XCLIENT ADDR", "XFORWARD"},
      {Identity::Xforward, "250-hop.test\r\n250 XFORWARD ADDR", ""},
  };
  for (const auto& row : rows) {
    fake_.answer("EHLO", {row.offered, "250 hop.test"});
    fake_.answer("XCLIENT", {"220 hop.test"});
    auto hop = fake_.hop();
    hop.identity = row.identity;
    const auto answer = ask(hop, {});
    ASSERT_TRUE(answer) << row.offered << answer.error().message;
    EXPECT_EQ(answer->lacking, row.want) << row.offered;
  }
}

TEST_F(HandOver, TellsARefusedMailFromARefusedRecipient) {
  const std::vector<mail::Address> ann = {*mail::parse_address("ann@example.org")};
  fake_.answer("MAIL", {"530 5.7.0 log in"});
  const auto answer = ask(fake_.hop(), ann);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->mail.text(), "530 5.7.0 log in");
  EXPECT_EQ(answer->recipients.code, 0);
  EXPECT_THAT(fake_.commands, testing::Not(testing::Contains(HasSubstr("RCPT"))));
}

TEST_F(HandOver, SaysThatAnOfferGotNoAnswer) {
  fake_.answer("MAIL", {""});
  const auto answer = ask(fake_.hop(), {});
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("ended the connection"));
}

TEST_F(HandOver, SaysWhatTheNextHopDid) {
  fake_.answer("dot", {""});
  const auto reply = hand(fake_.hop());
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().message, HasSubstr("ended the connection"));
}

// A server may trust its clients less than itself, so it is told that this one is the gateway's own host.
TEST_F(HandOver, SaysThatItsClientIsThisHost) {
  fake_.answer("EHLO", {"250-hop.test\r\n250 XFORWARD NAME ADDR PORT PROTO HELO SOURCE"});
  auto hop = fake_.hop();
  hop.identity = Identity::Xforward;
  ASSERT_TRUE(hand(hop));
  const auto has = [](const char* text) { return testing::Contains(HasSubstr(text)); };
  for (const char* const text : {"NAME=localhost", "ADDR=127.0.0.1", "SOURCE=LOCAL"})
    EXPECT_THAT(fake_.commands, has(text));
}

TEST_F(HandOver, SaysThatNoNextHopIsThere) {
  const auto reply = hand(*parse_next_hop("smtp://127.0.0.1:1"));
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().message, testing::StartsWith("next hop smtp://127.0.0.1:1 "));
}

TEST_F(HandOver, IntoAMaildir) {
  const base::TemporaryFolder folder;
  const auto reply = hand(*parse_next_hop("maildir:" + (folder.path() / "%n").string()));
  ASSERT_TRUE(reply) << reply.error().message;
  std::ostringstream text;
  for (const auto& file : std::filesystem::directory_iterator(folder.path() / "ann" / "new"))
    text << std::ifstream(file.path()).rdbuf();
  EXPECT_EQ(text.str(), "Return-Path: <>\nSubject: a\n\n.b\n");
}

}  // namespace
}  // namespace backstop::next_hop
