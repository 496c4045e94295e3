#include "opensmtpd/milter_peer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::opensmtpd {
namespace {

using namespace std::string_literals;

class OpensmtpdMilterPeer : public testing::Test {
 protected:
  void greet() {
    peer_.open();
    peer_.greet(client_, out_);
  }
  void agree(std::uint32_t steps = milter::step::kSkip) {
    std::string bytes;
    milter::append_negotiation({.version = 6, .steps = steps}, {}, bytes);
    ASSERT_TRUE(take('O', std::string_view(bytes).substr(5)));
  }
  base::Result<std::optional<Heard>> take(char letter, std::string_view data = {}) {
    return peer_.take({.letter = letter, .data = data}, client_, out_);
  }

  Client client_;
  MilterPeer peer_;
  std::string out_;
};

TEST_F(OpensmtpdMilterPeer, IsReadyOnceItIsAgreed) {
  EXPECT_EQ(peer_.state(), MilterPeer::State::Closed);
  greet();
  EXPECT_EQ(peer_.state(), MilterPeer::State::Opening);
  EXPECT_TRUE(peer_.is_waiting());
  agree(milter::step::kUnansweredConnect);
  EXPECT_EQ(peer_.state(), MilterPeer::State::Ready);
  EXPECT_FALSE(peer_.is_waiting());
}

TEST_F(OpensmtpdMilterPeer, AnswersBelongToTheOldestQuestion) {
  greet();
  agree();
  peer_.recipient({.path = "<a@b.example>"}, out_);
  for (const char step : {'C', 'R'}) {
    const auto heard = take('c');
    ASSERT_TRUE(heard && *heard);
    EXPECT_EQ((*heard)->step, step);
  }
  EXPECT_FALSE(peer_.is_waiting());
}

TEST_F(OpensmtpdMilterPeer, EachAnswerIsRead) {
  const std::pair<std::string, std::string> rows[] = {{"r"s, "550 5.7.1 Command rejected"},
                                                      {"t"s, "451 4.7.1 Please try again later"},
                                                      {"y550 5.7.1 no\0"s, "550 5.7.1 no"},
                                                      {"a"s, ""},
                                                      {"d"s, ""},
                                                      {"c"s, ""}};
  greet();
  agree(milter::step::kUnansweredConnect);
  for (const auto& [packet, refusal] : rows) {
    SCOPED_TRACE(packet);
    peer_.end(out_);
    const auto heard = take(packet[0], std::string_view(packet).substr(1));
    ASSERT_TRUE(heard && *heard);
    EXPECT_EQ((*heard)->refusal, refusal);
  }
}

TEST_F(OpensmtpdMilterPeer, ChangesBelongToTheEnd) {
  greet();
  agree(milter::step::kUnansweredConnect);
  peer_.end(out_);
  for (const char letter : {'i', 'm', 'q', 'p'}) {
    const auto heard = take(letter, "\0\0\0\0X\0y\0"s);
    ASSERT_TRUE(heard);
    EXPECT_FALSE(*heard);
  }
  EXPECT_TRUE(peer_.is_waiting());
}

TEST_F(OpensmtpdMilterPeer, WhatIsOutOfOrderIsAnError) {
  EXPECT_FALSE(take('c')) << "nothing was asked";
  greet();
  EXPECT_FALSE(take('c')) << "before the agreement";
  EXPECT_FALSE(take('i', "\0\0\0\0X\0y\0"s));
  EXPECT_FALSE(take('O', "short"));
  peer_.close();
  greet();
  agree(milter::step::kUnansweredConnect);
  EXPECT_FALSE(take('c'));
  peer_.recipient({.path = "<a@b.example>"}, out_);
  EXPECT_FALSE(take('i', "\0\0\0\0X\0y\0"s)) << "a change before the end";
  EXPECT_FALSE(take('Z'));
  EXPECT_FALSE(take('y', "no code"));
}

}  // namespace
}  // namespace backstop::opensmtpd
