#include "next_hop/trouble.h"

#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <string>
#include <string_view>

namespace backstop::next_hop {
namespace {

struct TroubleRow {
  Trouble trouble;
  std::string_view want;
};

constexpr TroubleRow kTroubles[] = {
    {Trouble::NoConnection, "451 4.4.1"},
    {Trouble::NoName, "451 4.4.3"},
    {Trouble::Full, "451 4.4.5"},
    {Trouble::ConnectionLost, "451 4.4.2"},
    {Trouble::NoAnswer, "451 4.4.2"},
    {Trouble::Nonsense, "451 4.5.0"},
    {Trouble::Refuses, "451 4.3.2"},
    {Trouble::Tls, "451 4.7.5"},
    {Trouble::Maildir, "451 4.3.0"},
    {Trouble::MaildirFull, "452 4.3.1"},
    {Trouble::Interrupted, "421 4.3.2"},
    {Trouble::NeedsSmtputf8, "550 5.6.7"},
    {Trouble::AuthenticationLost, "421 4.4.2"},
};

TEST(Trouble, OfEachTrouble) {
  ASSERT_EQ(std::size(kTroubles), kTroubleCount);
  std::set<std::string> texts;
  for (const auto& row : kTroubles) {
    const auto reply = reply_for({.trouble = row.trouble});
    EXPECT_EQ(std::to_string(reply.code) + " " + reply.status, row.want);
    EXPECT_EQ(reply.status.front(), row.want.front());
    EXPECT_TRUE(texts.insert(reply.lines.front()).second) << reply.lines.front();
  }
}

// A trouble that is not the fault of the message must not bounce it, or mail is lost.
TEST(Trouble, OnlyAMailThatNeedsSmtputf8IsRefusedForTheNextHop) {
  for (const auto& row : kTroubles) {
    EXPECT_EQ(reply_for({.trouble = row.trouble}).is_permanent(), row.trouble == Trouble::NeedsSmtputf8);
  }
}

TEST(Trouble, DoNotTellStrangersTheDetail) {
  const auto with = reply_for({.trouble = Trouble::Maildir, .detail = "/var/mail/x: permission denied"});
  EXPECT_EQ(with, reply_for({.trouble = Trouble::Maildir}));
}

TEST(Trouble, TroubleOfAFailure) {
  EXPECT_EQ(trouble_of(net::Failure::Closed), Trouble::ConnectionLost);
  EXPECT_EQ(trouble_of(net::Failure::Reset), Trouble::ConnectionLost);
  EXPECT_EQ(trouble_of(net::Failure::TimedOut), Trouble::NoAnswer);
  EXPECT_EQ(trouble_of(net::Failure::Interrupted), Trouble::Interrupted);
  EXPECT_EQ(trouble_of(net::Failure::Tls), Trouble::Tls);
}

}  // namespace
}  // namespace backstop::next_hop
