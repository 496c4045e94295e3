#include "intake/way_out.h"

#include <gtest/gtest.h>

#include <string>

#include "intake/way_out_fixture.h"

namespace backstop::intake {
namespace {

TEST_F(WayOutTest, AnArrivalSaysWhetherABounceIsOwed) {
  struct Row {
    Authentication value;
    const char* want;
  };
  const Row rows[] = {
      {Authentication::Failed, "not-owed: quarantine"}, {Authentication::Unknown, "unclear: accept"},
      {Authentication::SharedSpf, "owed: accept"},      {Authentication::Passed, "owed: accept"},
      {Authentication::Trusted, "owed: accept"},        {Authentication::Authenticated, "owed: accept"},
  };
  here_.open_ledger();
  for (const auto& row : rows) {
    const std::string address = fmt::format("eve{}@c.test", number(row.value));
    arrived(row.value, address);
    EXPECT_EQ(leave(bounce(), "", {address}), row.want) << number(row.value);
    const std::string by_message = fmt::format("eva{}@c.test", number(row.value));
    here_.record({{store::arrival_by_message("1@c.test", by_message), number(row.value)}});
    EXPECT_EQ(leave(bounce("by elsewhere id 1f; x"), "", {by_message}), row.want) << number(row.value);
  }
  EXPECT_EQ(pauses_, 0);
}

TEST_F(WayOutTest, OurReceivedFieldCountsBeforeTheMessageId) {
  here_.open_ledger();
  arrived(Authentication::Failed);
  here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Passed)}});
  EXPECT_EQ(leave(bounce()), "not-owed: quarantine");
}

TEST_F(WayOutTest, AMailOfAnotherSenderIsNotOwedAnAnswer) {
  here_.open_ledger();
  arrived(Authentication::Passed, "somebody@else.test");
  EXPECT_EQ(leave(bounce()), "not-owed: quarantine");
  EXPECT_EQ(
      explanation_,
      "Nothing shows that the addressee of this bounce wrote the mail that it answers: that mail came in "
      "here from another address");
}

// A server of ours forwards mail of strangers, and has no rows for their addresses.
TEST_F(WayOutTest, WhatAClientOfOursBroughtIsUnclear) {
  here_.open_ledger();
  here_.record({{store::arrival("1f"), number(Authentication::Trusted)}});
  EXPECT_EQ(leave(bounce()), "unclear: accept");
}

TEST_F(WayOutTest, WhoeverOneOfOursWroteToIsAnswered) {
  here_.open_ledger();
  arrived(Authentication::Failed);
  here_.record({{store::way_out("example.org", kEve)}});
  EXPECT_EQ(leave(bounce()), "owed: accept");
}

TEST_F(WayOutTest, AMailboxOfOursIsAnswered) {
  EXPECT_EQ(leave(bounce(), "", {"ben@example.org"}), "owed: accept");
  here_.open_ledger();
  arrived(Authentication::Failed, "ben@example.org");
  EXPECT_EQ(leave(bounce(), "", {"ben@example.org"}), "owed: accept") << "his mail came in again";
  EXPECT_EQ(leave(vacation(), "ann@example.org", {"ben@example.org"}), "owed: accept");
}

TEST_F(WayOutTest, TheLeastFavourableRecipientCounts) {
  here_.open_ledger();
  arrived(Authentication::Passed);
  arrived(Authentication::Failed, "eva@c.test");
  EXPECT_EQ(leave(bounce(), "", {"eve@c.test", "eva@c.test"}), "not-owed: quarantine");
}

TEST_F(WayOutTest, ChecksThatRunAreWaitedFor) {
  here_.open_ledger();
  arrived(Authentication::Pending);
  pending_.add("1f", kEve);
  on_pause_ = [&] {
    if (pauses_ == 3) {
      arrived(Authentication::Failed);
      pending_.remove("1f", kEve);
    }
  };
  EXPECT_EQ(leave(bounce()), "not-owed: quarantine");
  EXPECT_EQ(pauses_, 3);
}

TEST_F(WayOutTest, ChecksThatNeverEndAreUnclear) {
  here_.open_ledger();
  arrived(Authentication::Pending);
  pending_.add("1f", kEve);
  EXPECT_EQ(leave(bounce()), "unclear: accept");
  EXPECT_EQ(pauses_, WayOutJudge::kMostPauses);
}

// Each asks the ledger some times a second for as long as it waits.
TEST_F(WayOutTest, AtMostSoManyAnswersWaitAtOnce) {
  here_.open_ledger();
  arrived(Authentication::Pending);
  pending_.add("1f", kEve);
  WaitingAnswers::Place other(&waiting_);
  ASSERT_TRUE(other.take());
  EXPECT_EQ(leave(bounce()), "unclear: accept");
  EXPECT_EQ(pauses_, WayOutJudge::kMostPauses) << "there is one place left, and it is taken once";
  WaitingAnswers::Place another(&waiting_);
  ASSERT_TRUE(another.take());
  EXPECT_TRUE(other.take()) << "it has its place";
  EXPECT_EQ(leave(bounce()), "not-checked-yet: defer");
  EXPECT_EQ(pauses_, WayOutJudge::kMostPauses) << "judged at once";
  EXPECT_EQ(explanation_,
            "Whether the addressee of this bounce wrote the mail that it answers is still being checked: try "
            "again later");
  EXPECT_EQ(waiting_.count(), 2u);
  arrived(Authentication::Failed);
  pending_.remove("1f", kEve);
  EXPECT_EQ(leave(bounce()), "not-owed: quarantine") << "what is known needs no place";
}

TEST_F(WayOutTest, WhatCantWaitIsDeferredAndJudgedAtTheNextTry) {
  const struct {
    WayOutStage stage;
    Authentication found;
    const char* want;
    const char* want_then;
  } rows[] = {
      {WayOutStage::Observe, Authentication::Failed, "not-checked-yet: accept", "not-owed: accept"},
      {WayOutStage::Hold, Authentication::Failed, "not-checked-yet: defer", "not-owed: quarantine"},
      {WayOutStage::Hold, Authentication::Passed, "not-checked-yet: defer", "owed: accept"},
      {WayOutStage::Strict, Authentication::Unknown, "not-checked-yet: defer", "unclear: quarantine"},
      {WayOutStage::Strict, Authentication::Passed, "not-checked-yet: defer", "owed: accept"},
  };
  here_.open_ledger();
  WaitingAnswers::Place one(&waiting_);
  WaitingAnswers::Place other(&waiting_);
  ASSERT_TRUE(one.take() && other.take());
  int number = 0;
  for (const auto& row : rows) {
    here_.site.way_out.stage = row.stage;
    const std::string address = fmt::format("eve{}@c.test", ++number);
    arrived(Authentication::Pending, address);
    pending_.add("1f", address);
    EXPECT_EQ(leave(bounce(), "", {address}), row.want) << number;
    arrived(row.found, address);
    pending_.remove("1f", address);
    EXPECT_EQ(leave(bounce(), "", {address}), row.want_then) << number;
  }
  EXPECT_EQ(pauses_, 0);
}

// Nothing is counted for a try that is deferred: neither a place in the rates nor the one reply in 7 days.
TEST_F(WayOutTest, WhatIsDeferredHasHadNoPlace) {
  here_.open_ledger();
  WaitingAnswers::Place one(&waiting_);
  WaitingAnswers::Place other(&waiting_);
  ASSERT_TRUE(one.take() && other.take());
  arrived(Authentication::Pending);
  here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Pending)}});
  pending_.add("1f", kEve);
  pending_.add("1@c.test", kEve);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(leave(bounce()), "not-checked-yet: defer") << i;
    EXPECT_EQ(leave(vacation(), "ann@example.org"), "not-checked-yet: defer") << i;
  }
  pending_.remove("1f", kEve);
  pending_.remove("1@c.test", kEve);
  EXPECT_EQ(leave(bounce()), "unclear: accept");
  here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Passed)}});
  EXPECT_EQ(leave(vacation(), "ann@example.org"), "owed: accept");
}

// One of the addressees is enough, and what is known of the others is found again.
TEST_F(WayOutTest, OneAddresseeOfSeveralIsStillChecked) {
  here_.open_ledger();
  WaitingAnswers::Place one(&waiting_);
  WaitingAnswers::Place other(&waiting_);
  ASSERT_TRUE(one.take() && other.take());
  arrived(Authentication::Failed, "eva@c.test");
  arrived(Authentication::Pending);
  pending_.add("1f", kEve);
  EXPECT_EQ(leave(bounce(), "", {"eva@c.test", std::string(kEve)}), "not-checked-yet: defer");
  arrived(Authentication::Passed);
  EXPECT_EQ(leave(bounce(), "", {"eva@c.test", std::string(kEve)}), "not-owed: quarantine")
      << "what is owed needs no more checks";
}

// With a longer `time` of [auth] they may still be answered.
TEST_F(WayOutTest, ChecksThatMayRunOnAreNotGivenUp) {
  here_.open_ledger();
  arrived(Authentication::Pending);
  pending_.add("1f", kEve);
  here_.site.auth.time = std::chrono::seconds(60);
  EXPECT_EQ(leave(bounce()), "not-checked-yet: defer");
  EXPECT_EQ(pauses_, WayOutJudge::kMostPauses);
}

TEST_F(WayOutTest, AStopWaitsForNoChecks) {
  here_.open_ledger();
  arrived(Authentication::Pending);
  pending_.add("1f", kEve);
  pauses_to_stop_ = 2;
  EXPECT_EQ(leave(bounce()), "not-checked-yet: defer");
  EXPECT_EQ(pauses_, 2);
  EXPECT_EQ(leave(bounce()), "not-checked-yet: defer") << "it is stopping already";
  EXPECT_EQ(pauses_, 2);
}

// Each report says that a program replies, and none is a vacation reply for that.
TEST_F(WayOutTest, AReportThatSaysItIsAReplyIsNone) {
  here_.open_ledger();
  arrived(Authentication::Passed);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(leave("Auto-Submitted: auto-replied\r\n" + bounce()), "owed: accept") << i;
}

// The ledger's row of a mail whose checks ended with the process that ran them.
TEST_F(WayOutTest, ChecksThatNobodyRunsAreNotWaitedFor) {
  here_.open_ledger();
  arrived(Authentication::Pending);
  EXPECT_EQ(leave(bounce()), "unclear: accept");
  EXPECT_EQ(pauses_, 0);
}

TEST_F(WayOutTest, SharedSpfCountsThreeADay) {
  here_.open_ledger();
  arrived(Authentication::SharedSpf);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(leave(bounce()), "owed: accept") << i;
  EXPECT_EQ(leave(bounce()), "unclear: accept");
  arrived(Authentication::SharedSpf, "eve+more@c.test");
  EXPECT_EQ(leave(bounce(), "", {"eve+more@c.test"}), "unclear: accept") << "the same mailbox";
}

// Whoever may send for a domain, or has a mail that it signed, can choose the mailboxes.
TEST_F(WayOutTest, SharedSpfCountsForADomainToo) {
  here_.site.way_out.a_domain = 4;
  here_.open_ledger();
  const auto answer = [&](const std::string& to) {
    arrived(Authentication::SharedSpf, to);
    return leave(bounce(), "", {to});
  };
  for (int i = 0; i < 4; ++i) EXPECT_EQ(answer(fmt::format("{}@c.test", i)), "owed: accept") << i;
  for (int i = 4; i < 8; ++i) EXPECT_EQ(answer(fmt::format("{}@c.test", i)), "unclear: accept") << i;
  EXPECT_EQ(answer("8@c.test"), "rated: quarantine");
  EXPECT_EQ(answer("8@d.test"), "owed: accept") << "another domain";
  arrived(store::signed_by(7), "9@c.test");
  EXPECT_EQ(leave(bounce(), "", {"9@c.test"}), "owed: accept") << "the author of a signed mail";
  arrived(Authentication::Passed, "10@c.test");
  EXPECT_EQ(leave(bounce(), "", {"10@c.test"}), "owed: accept");
}

// What its own limit holds back takes no place of the domain's.
TEST_F(WayOutTest, AnAddresseePastItsLimitTakesNoPlaceOfItsDomain) {
  here_.site.way_out.a_domain = 4;
  here_.open_ledger();
  arrived(Authentication::SharedSpf);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(leave(bounce()), "owed: accept") << i;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(leave(bounce()), "unclear: accept") << i;
  arrived(Authentication::SharedSpf, "eva@c.test");
  EXPECT_EQ(leave(bounce(), "", {"eva@c.test"}), "owed: accept") << "the fourth";
  EXPECT_EQ(leave(bounce(), "", {"eva@c.test"}), "unclear: accept");
}

// A signed mail can be sent to many of our addresses again and again.
TEST_F(WayOutTest, ASignatureCountsThreeADay) {
  here_.open_ledger();
  arrived(store::signed_by(7));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(leave(bounce()), "owed: accept") << i;
  EXPECT_EQ(leave(bounce()), "unclear: accept");
  arrived(store::signed_by(0xFFFF), kEve, "2f");
  const auto other = bounce("by mx.example.org (Backstop) with ESMTP id 2f; x");
  EXPECT_EQ(leave(other), "owed: accept") << "another signature";
  arrived(store::signed_by(7), "eve+more@c.test");
  EXPECT_EQ(leave(bounce(), "", {"eve+more@c.test"}), "unclear: accept") << "the same mailbox";
  arrived(store::signed_by(7), "eva@c.test");
  EXPECT_EQ(leave(bounce(), "", {"eva@c.test"}), "owed: accept") << "another addressee";
  EXPECT_EQ(leave(bounce()), "unclear: accept");
  EXPECT_EQ(leave(bounce()), "rated: quarantine");
}

TEST_F(WayOutTest, RatesHoldWhatIsUnclear) {
  here_.site.way_out.a_domain = 5;
  here_.site.way_out.in_all = 7;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(leave(bounce()), "unclear: accept") << i;
  EXPECT_EQ(leave(bounce()), "rated: quarantine") << "the addressee's";
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(leave(bounce(), "", {fmt::format("{}@c.test", i)}), "unclear: accept");
  EXPECT_EQ(leave(bounce(), "", {"9@c.test"}), "rated: quarantine") << "the domain's";
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(leave(bounce(), "", {fmt::format("a@{}.test", i)}), "unclear: accept");
  EXPECT_EQ(leave(bounce(), "", {"a@9.test"}), "rated: quarantine") << "all";
}

// One person may have any number of sub-addresses.
TEST_F(WayOutTest, SubAddressesShareTheRatesOfAnAddressee) {
  for (const auto* const to : {"eve+1@c.test", "Eve+2@c.test", "prvs=0123abcdef=eve@c.test"})
    EXPECT_EQ(leave(bounce(), "", {to}), "unclear: accept") << to;
  for (const auto* const to : {"eve+3@c.test", "eve@c.test"})
    EXPECT_EQ(leave(bounce(), "", {to}), "rated: quarantine") << to;
  for (const auto* const to : {"eve-3@c.test", "eve.x@c.test", "+eve@c.test", "eve+3@d.test"})
    EXPECT_EQ(leave(bounce(), "", {to}), "unclear: accept") << to;
  here_.open_ledger();
  for (int i = 0; i < 4; ++i) {
    const std::string to = fmt::format("eva+{}@c.test", i);
    arrived(Authentication::SharedSpf, to);
    EXPECT_EQ(leave(bounce(), "", {to}), i < 3 ? "owed: accept" : "unclear: accept") << i;
  }
}

TEST_F(WayOutTest, WhatDoesNotLeaveGivesItsPlaceBack) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(leave(bounce(), "", {"eve@c.test"}, false), "unclear: accept") << i;
}

TEST_F(WayOutTest, StrictHoldsWhatIsUnclear) {
  here_.site.way_out.stage = WayOutStage::Strict;
  EXPECT_EQ(leave(bounce()), "unclear: quarantine");
}

TEST_F(WayOutTest, ObserveLetsAllLeave) {
  here_.site.way_out.stage = WayOutStage::Observe;
  here_.open_ledger();
  arrived(Authentication::Failed);
  EXPECT_EQ(leave(bounce()), "not-owed: accept");
}

TEST_F(WayOutTest, WhatCantBeHeldLeavesWithinTheRates) {
  can_hold_ = false;
  here_.open_ledger();
  arrived(Authentication::Failed);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(leave(bounce()), "not-owed: accept") << i;
  EXPECT_EQ(leave(bounce()), "not-held: defer");
  here_.site.way_out.stage = WayOutStage::Strict;
  EXPECT_EQ(leave(bounce(), "", {"new@c.test"}), "not-held: defer");
  here_.site.way_out.stage = WayOutStage::Hold;
  is_all_there_ = false;
  EXPECT_EQ(leave(bounce(), "", {"else@c.test"}), "not-held: defer");
}

TEST_F(WayOutTest, OtherMailPasses) {
  here_.open_ledger();
  const std::string cron =
      "From: root@example.org\r\nTo: eve@c.test\r\nSubject: Cron <root@a> backup\r\n"
      "Auto-Submitted: auto-generated\r\n\r\ndone\r\n";
  EXPECT_EQ(leave(cron, "root@example.org"), "passes");
  EXPECT_EQ(leave(cron, ""), "passes");
  EXPECT_EQ(leave(bounce(), "double-bounce@example.org"), "passes");
  EXPECT_EQ(
      leave("From: a@example.org\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n", "a@example.org"),
      "passes")
      << "it answers no mail";
  const std::string receipt =
      "From: ann@example.org\r\nTo: eve@c.test\r\nSubject: Read: hi\r\nMIME-Version: 1.0\r\n"
      "In-Reply-To: <1@c.test>\r\nAuto-Submitted: auto-replied\r\n"
      "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
      "--b\r\n\r\nRead.\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
      "Final-Recipient: rfc822; ann@example.org\r\nOriginal-Message-ID: <1@c.test>\r\n"
      "Disposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n";
  EXPECT_EQ(leave(receipt), "passes");
}

TEST_F(WayOutTest, WhatCameInHereLeavesUnjudged) {
  here_.open_ledger();
  here_.site.way_out.stage = WayOutStage::Strict;
  here_.record({{store::arrival("2f"), number(Authentication::Unknown)}});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(leave(traced("2f", bounce())), "passes");
  EXPECT_EQ(leave(traced("2f", vacation("X-Autoreply: yes\r\nPrecedence: auto_reply\r\n"))), "passes");
  EXPECT_EQ(added_, "");
  EXPECT_EQ(leave(traced("9f", bounce())), "unclear: quarantine") << "a forged id";
  EXPECT_EQ(leave(bounce("by mx.example.org (Backstop) with ESMTP id 2f; x")), "not-owed: quarantine")
      << "what it returns";
}

TEST_F(WayOutTest, WithoutALedgerNobodyKnowsWhatCameIn) {
  here_.site.way_out.stage = WayOutStage::Strict;
  EXPECT_EQ(leave(traced("2f", bounce())), "unclear: quarantine");
}

TEST_F(WayOutTest, AnyMailIsLookedAtForTheLedger) {
  const std::string challenge =
      "From: ann@example.org\r\nSubject: Your email requires verification\r\nX-Boxtrapper: x\r\n\r\nhi\r\n";
  const std::string mail =
      "From: ann@example.org\r\nSubject: Re: hi\r\nIn-Reply-To: <1@c.test>\r\n\r\nhi\r\n";
  EXPECT_EQ(leave(challenge, "ann@example.org"), "passes");
  EXPECT_FALSE(may_be_response_) << "nobody asks";
  here_.open_ledger();
  EXPECT_EQ(leave(challenge, "ann@example.org"), "passes");
  EXPECT_TRUE(may_be_response_);
  EXPECT_EQ(leave(mail, "ann@example.org"), "passes");
  EXPECT_FALSE(may_be_response_);
  EXPECT_EQ(leave(bounce()), "unclear: accept");
  EXPECT_TRUE(may_be_response_);
}

TEST_F(WayOutTest, WhoeverWasWrittenToMayTagTheirAddress) {
  here_.open_ledger();
  here_.record({{store::way_out("example.org", kEve)}});
  EXPECT_EQ(leave(bounce(), "", {"prvs=0123abcdef=eve@c.test"}), "owed: accept");
}

TEST_F(WayOutTest, WithoutACounterNothingUnclearLeaves) {
  has_uses_ = false;
  EXPECT_EQ(leave(bounce()), "rated: quarantine");
}

}  // namespace
}  // namespace backstop::intake
