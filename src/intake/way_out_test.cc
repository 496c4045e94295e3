#include "intake/way_out.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/proofs_fixture.h"

namespace backstop::intake {
namespace {

using policy::Cause;
using policy::WayOutStage;
using store::Authentication;

constexpr std::string_view kEve = "eve@c.test";

std::uint32_t number(Authentication value) {
  return static_cast<std::uint32_t>(value);
}

/// A server of ours tells eve that ann's mailbox doesn't exist.
std::string bounce(std::string_view received = "by mx.example.org (Backstop) with ESMTP id 1f; x") {
  const std::string returned = fmt::format(
      "Received: from c.test {}\r\nFrom: {}\r\nTo: ann@example.org\r\nSubject: hi\r\n"
      "Date: Wed, 2 Dec 2026 10:00:00 +0000\r\nMessage-ID: <1@c.test>\r\n",
      received, kEve);
  return bounce_of(returned, "ann@example.org");
}

/// Dovecot's Sieve rejects a mail (RFC 5429 2.1).
std::string rejection(std::string_view automatic = "auto-replied (rejected)") {
  return fmt::format(
      "From: Postmaster <postmaster@example.org>\r\nTo: eve@c.test\r\nSubject: Rejected: hi\r\n"
      "Auto-Submitted: {}\r\nPrecedence: bulk\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
      "--b\r\n\r\nYour message was automatically rejected: no\r\n--b\r\n"
      "Content-Type: message/disposition-notification\r\n\r\n"
      "Final-Recipient: rfc822; ann@example.org\r\nOriginal-Message-ID: <1@c.test>\r\n"
      "Disposition: automatic-action/MDN-sent-automatically; deleted\r\n\r\n--b--\r\n",
      automatic);
}

/// Our own trace field, as a mail has it that came in here, or left through us.
std::string traced(std::string_view id, const std::string& mail) {
  return fmt::format("Received: from c.test by mx.example.org (Backstop) with ESMTP id {}; x\r\n{}", id,
                     mail);
}

std::string vacation(std::string_view fields = "Auto-Submitted: auto-replied (vacation)\r\n",
                     std::string_view text = "I am away on holiday.\r\n") {
  return fmt::format(
      "From: Ann <ann@example.org>\r\nTo: eve@c.test\r\nSubject: Auto: hi\r\n{}In-Reply-To: <1@c.test>\r\n"
      "Date: Wed, 2 Dec 2026 10:00:00 +0000\r\nMessage-ID: <2@example.org>\r\n\r\n{}",
      fields, text);
}

class WayOutTest : public testing::Test {
 protected:
  WayOutTest() { here_.site.way_out.stage = WayOutStage::Hold; }

  /// Sends a mail out and returns its cause and action: "owed: accept"; "passes" if it isn't judged.
  std::string leave(const std::string& mail, std::string_view path = "",
                    const std::vector<std::string>& to = {std::string(kEve)}, bool is_delivered = true) {
    Transaction transaction;
    transaction.site = &here_.site;
    transaction.direction = store::Direction::Outbound;
    transaction.now = store::ledger_test_clock();
    transaction.today = floor<std::chrono::days>(transaction.now);
    transaction.ledger = here_.ledger.get();
    transaction.uses = has_uses_ ? &here_.uses : nullptr;
    transaction.waiting_answers = &waiting_;
    transaction.is_stopping = [this] { return pauses_ >= pauses_to_stop_; };
    if (!path.empty()) transaction.mail.reverse_path = {origin::address_of(std::string(path))};
    for (const auto& one : to) transaction.recipients.push_back({.given = one});
    WayOutJudge judge(transaction, here_.reader);
    judge.set_pause([this](std::chrono::milliseconds) -> net::Task<void> {
      ++pauses_;
      if (on_pause_) on_pause_();
      co_return;
    });
    const auto header = std::string_view(mail).substr(0, mail.find("\r\n\r\n") + 4);
    const auto next = judge.header(header, header.contains("Auto-Submitted"));
    may_be_response_ = judge.may_be_response();
    if (next == WayOutJudge::Next::Pass) return "passes";
    net::asio::io_context loop;
    const auto run = [&](net::Task<void> task) {
      net::asio::co_spawn(loop.get_executor(), std::move(task), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
      });
      loop.restart();
      loop.run();
    };
    run(judge.judge(judge.read(mail, response::Extent::Whole)));
    added_ = judge.added();
    may_be_response_ = judge.may_be_response();
    if (!judge.is_judged()) return "passes";
    if (can_hold_ || judge.verdict().action != policy::Action::Quarantine) {
      if (is_delivered && judge.verdict().action == policy::Action::Accept) judge.keep_places();
    } else {
      run(judge.find_not_held(is_all_there_));
      if (judge.verdict().action == policy::Action::Accept) judge.keep_places();
    }
    explanation_ = judge.verdict().explanation;
    return fmt::format("{}: {}", name(judge.verdict().cause), name(judge.verdict().action));
  }

  void arrived(Authentication value, std::string_view address = kEve, std::string_view id = "1f") const {
    here_.record({{store::arrival(id), number(Authentication::Unknown)},
                  {store::arrival(id, address), number(value)}});
  }

  Installation here_;
  WaitingAnswers waiting_{2};
  std::function<void()> on_pause_;
  std::string added_;
  std::string explanation_;
  int pauses_ = 0;
  int pauses_to_stop_ = 1000;  ///< then the program is about to end
  bool has_uses_ = true;
  bool can_hold_ = true;
  bool is_all_there_ = true;
  bool may_be_response_ = false;
};

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
  on_pause_ = [&] {
    if (pauses_ == 3) arrived(Authentication::Failed);
  };
  EXPECT_EQ(leave(bounce()), "not-owed: quarantine");
  EXPECT_EQ(pauses_, 3);
}

TEST_F(WayOutTest, ChecksThatNeverEndAreUnclear) {
  here_.open_ledger();
  arrived(Authentication::Pending);
  EXPECT_EQ(leave(bounce()), "unclear: accept");
  EXPECT_EQ(pauses_, WayOutJudge::kMostPauses);
}

// Each asks the ledger some times a second for as long as it waits.
TEST_F(WayOutTest, AtMostSoManyAnswersWaitAtOnce) {
  here_.open_ledger();
  arrived(Authentication::Pending);
  WaitingAnswers::Place other(&waiting_);
  ASSERT_TRUE(other.take());
  EXPECT_EQ(leave(bounce()), "unclear: accept");
  EXPECT_EQ(pauses_, WayOutJudge::kMostPauses) << "there is one place left, and it is taken once";
  WaitingAnswers::Place another(&waiting_);
  ASSERT_TRUE(another.take());
  EXPECT_TRUE(other.take()) << "it has its place";
  EXPECT_EQ(leave(bounce()), "unclear: accept");
  EXPECT_EQ(pauses_, WayOutJudge::kMostPauses) << "judged at once";
  EXPECT_EQ(waiting_.count(), 2u);
  arrived(Authentication::Failed);
  EXPECT_EQ(leave(bounce()), "not-owed: quarantine") << "what is known needs no place";
}

TEST_F(WayOutTest, AStopWaitsForNoChecks) {
  here_.open_ledger();
  arrived(Authentication::Pending);
  pauses_to_stop_ = 2;
  EXPECT_EQ(leave(bounce()), "unclear: accept");
  EXPECT_EQ(pauses_, 2);
  EXPECT_EQ(leave(bounce()), "unclear: accept") << "it is stopping already";
  EXPECT_EQ(pauses_, 2);
}

TEST_F(WayOutTest, SharedSpfCountsThreeADay) {
  here_.open_ledger();
  arrived(Authentication::SharedSpf);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(leave(bounce()), "owed: accept") << i;
  EXPECT_EQ(leave(bounce()), "unclear: accept");
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

TEST_F(WayOutTest, AVacationReplyIsOwedLikeABounce) {
  here_.open_ledger();
  here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Passed)}});
  EXPECT_EQ(leave(vacation(), "ann@example.org"), "owed: accept");
  EXPECT_EQ(leave(vacation(), "ann@example.org"), "vacation-again: quarantine");
  EXPECT_EQ(leave(vacation(), "ben@example.org"), "owed: accept") << "another sender";
  store::set_clock(kNow + std::chrono::days(8));
  here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Passed)}});
}

TEST_F(WayOutTest, TheTextOfAReplyCountsOnceAWeek) {
  here_.open_ledger();
  here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Passed)}});
  const auto reply = [&](std::string_view text, std::string_view path) {
    return leave(vacation("Auto-Submitted: auto-replied (vacation)\r\n", text), path);
  };
  const std::string again = "vacation-again: quarantine";
  EXPECT_EQ(reply("Your ticket has the number 1.\r\n", "help@example.org"), "owed: accept");
  EXPECT_EQ(reply("Your ticket has the number 2.\r\n", "help@example.org"), "owed: accept");
  EXPECT_EQ(reply("Your  ticket has\tthe number 2. \r\n\r\n", "help@example.org"), again);
  EXPECT_EQ(reply("> Win\r\nAway until 2 May\r\n", "ann@example.org"), "owed: accept");
  EXPECT_EQ(reply("Away until 2 May\r\n > Lose\r\n", "ann@example.org"), again) << "it quotes another";
  EXPECT_EQ(reply("Away until 2 May\r\n", "ann+shop@example.org"), again) << "a sub-address";
  EXPECT_EQ(reply("Away until 2 May\r\n", "prvs=0123abcdef=ann@example.org"), again) << "a tag";
  EXPECT_EQ(reply("Away until 9 May\r\n", "ann@example.org"), "owed: accept");
  const std::string coded =
      "Auto-Submitted: auto-replied (vacation)\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n";
  EXPECT_EQ(leave(vacation(coded, "QXdheSB1bnRpbCA5IE1heQ==\r\n"), "ann@example.org"), again) << "decoded";
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

TEST_F(WayOutTest, ARefusalAsAReceiptIsJudgedLikeABounce) {
  here_.open_ledger();
  here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Failed)},
                {store::arrival_by_message("1@c.test", "zoe@c.test"), number(Authentication::Passed)}});
  EXPECT_EQ(leave(rejection()), "not-owed: quarantine");
  EXPECT_TRUE(explanation_.contains("this bounce")) << explanation_;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(leave(rejection(), "", {"zoe@c.test"}), "owed: accept");
  EXPECT_EQ(leave(rejection("auto-replied")), "passes") << "a receipt";
  EXPECT_EQ(leave(rejection(), "ann@example.org"), "passes") << "a path of its own";
}

TEST_F(WayOutTest, ExchangesOutOfOfficeIsAVacationReply) {
  here_.open_ledger();
  here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Failed)}});
  const auto oof = [&](std::string fields, std::string_view path, bool is_answering) {
    fields += "Thread-Topic: hi\r\n";
    std::string mail = vacation(fields);
    mail.replace(mail.find("Auto: hi"), 8, "Automatic reply: hi");
    if (!is_answering)
      mail.erase(mail.find("In-Reply-To"), std::string_view("In-Reply-To: <1@c.test>\r\n").size());
    return leave(mail, path);
  };
  const std::string generated = "Auto-Submitted: auto-generated\r\n";
  const std::string loop = "X-MS-Exchange-Inbox-Rules-Loop: ann@example.org\r\n";
  EXPECT_EQ(oof(generated, "", true), "not-owed: quarantine");
  EXPECT_EQ(oof(generated + loop, "", false), "unclear: accept");
  EXPECT_EQ(oof(generated + "X-Auto-Response-Suppress: All\r\n", "", false), "vacation-again: quarantine");
  EXPECT_EQ(oof(generated, "", false), "passes");
  EXPECT_EQ(oof(generated, "ann@example.org", true), "passes");
  EXPECT_EQ(oof("Auto-Submitted: no\r\n", "", true), "passes");
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

// A spam without a Message-ID leaves nothing to be named by.
TEST_F(WayOutTest, AReplyWithoutAnIdAnswersAMailWithoutOne) {
  here_.open_ledger();
  here_.record({{store::arrival_by_message("", kEve), number(Authentication::Failed)}});
  std::string reply = vacation();
  reply.erase(reply.find("In-Reply-To"), std::string_view("In-Reply-To: <1@c.test>\r\n").size());
  EXPECT_EQ(leave(reply, "ann@example.org"), "not-owed: quarantine");
  EXPECT_EQ(leave(reply, ""), "not-owed: quarantine");
  EXPECT_EQ(leave(vacation(), "ann@example.org"), "unclear: accept") << "it names another mail";
}

TEST_F(WayOutTest, WhoeverWasWrittenToMayTagTheirAddress) {
  here_.open_ledger();
  here_.record({{store::way_out("example.org", kEve)}});
  EXPECT_EQ(leave(bounce(), "", {"prvs=0123abcdef=eve@c.test"}), "owed: accept");
}

TEST_F(WayOutTest, VacationRepliesCanBeLeftAlone) {
  here_.site.way_out.vacation = VacationRule::Leave;
  EXPECT_EQ(leave(vacation(), "ann@example.org"), "passes");
  EXPECT_EQ(leave(vacation(), ""), "passes");
}

TEST_F(WayOutTest, NobodyMayBeAnsweredByAProgramWhoIsOne) {
  here_.open_ledger();
  here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Passed)}});
  EXPECT_EQ(leave(vacation(), "ann@example.org", {"list-bounces@c.test"}), "vacation-unwanted: quarantine");
  here_.record({{store::never_answered("1@c.test", kEve), number(Authentication::Passed)}});
  EXPECT_EQ(leave(vacation(), "ann@example.org"), "vacation-unwanted: quarantine");
  arrived(Authentication::Passed);
  EXPECT_EQ(leave(bounce()), "owed: accept") << "a bounce may answer such a mail";
}

// Vacation programs copy References, and whoever forges a mail of eve can name a genuine one there.
TEST_F(WayOutTest, TheMailItselfDecidesAndNotAnotherThatItNames) {
  here_.open_ledger();
  const auto came = [&](std::string_view id, Authentication value) {
    here_.record({{store::arrival_by_message(id, kEve), number(value)}});
  };
  came("old@c.test", Authentication::Passed);
  came("forged@c.test", Authentication::Failed);
  came("", Authentication::Failed);
  const struct {
    const char* fields;
    const char* want;
  } rows[] = {
      {"In-Reply-To: <forged@c.test>\r\nReferences: <old@c.test> <forged@c.test>\r\n",
       "not-owed: quarantine"},
      {"In-Reply-To: <forged@c.test> <old@c.test>\r\n", "not-owed: quarantine"},
      {"In-Reply-To: <forged@c.test>\r\nReferences: <old@c.test>\r\n", "not-owed: quarantine"},
      {"In-Reply-To: <new@c.test>\r\nReferences: <old@c.test> <new@c.test>\r\n", "unclear: accept"},
      {"References: <old@c.test> <new@c.test>\r\n", "not-owed: quarantine"},
      {"References: <old@c.test>\r\n", "not-owed: quarantine"},
      {"In-Reply-To: <old@c.test>\r\nReferences: <forged@c.test> <old@c.test>\r\n", "owed: accept"},
      {"In-Reply-To: <unknown@c.test>\r\nReferences: <forged@c.test> <old@c.test>\r\n", "owed: accept"},
  };
  for (const auto& row : rows) {
    std::string reply = vacation();
    reply.replace(reply.find("In-Reply-To"), std::string_view("In-Reply-To: <1@c.test>\r\n").size(),
                  row.fields);
    EXPECT_EQ(leave(reply, "ann@example.org", {std::string(kEve)}, false), row.want) << row.fields;
  }
}

// A stranger may send a mail of a list with the Message-ID of a genuine mail, and the other way round.
TEST_F(WayOutTest, AForgedListMailSilencesNoReplyToAGenuineOne) {
  here_.open_ledger();
  const auto reply = [&](Authentication genuine, std::string_view silent, Authentication forged,
                         std::string_view to) {
    const std::string id = fmt::format("{}.{}.{}@c.test", number(genuine), number(forged), silent);
    here_.record({{store::arrival_by_message(id, kEve), number(genuine)},
                  {store::never_answered(id, silent), number(forged)}});
    std::string mail = vacation();
    mail.replace(mail.find("1@c.test"), 8, id);
    return leave(mail, "ann@example.org", {std::string(to)}, false);
  };
  const std::string unwanted = "vacation-unwanted: quarantine";
  const std::string_view list = "list@lists.test";
  EXPECT_EQ(reply(Authentication::Passed, list, Authentication::Passed, kEve), "owed: accept");
  EXPECT_EQ(reply(Authentication::Passed, list, Authentication::Passed, list), unwanted);
  EXPECT_EQ(reply(Authentication::Passed, kEve, Authentication::Failed, kEve), "owed: accept");
  EXPECT_EQ(reply(Authentication::Passed, kEve, Authentication::Passed, kEve), unwanted);
  EXPECT_EQ(reply(Authentication::Failed, kEve, Authentication::Failed, kEve), unwanted);
  EXPECT_EQ(reply(Authentication::Unknown, kEve, Authentication::Passed, kEve), unwanted);
}

TEST_F(WayOutTest, AutoSubmittedIsAddedIfItIsMissing) {
  EXPECT_EQ(leave(vacation()), "unclear: accept");
  EXPECT_EQ(added_, "");
  EXPECT_EQ(leave(vacation("X-Autoreply: yes\r\nPrecedence: auto_reply\r\n"), "", {"eva@c.test"}),
            "unclear: accept");
  EXPECT_EQ(added_, "Auto-Submitted: auto-replied\r\n");
  EXPECT_EQ(leave(vacation("X-Autoreply: yes\r\n"), "ann@example.org"), "passes");
  EXPECT_EQ(leave(bounce(), "", {"a@d.test"}), "unclear: accept");
  EXPECT_EQ(added_, "");
}

TEST_F(WayOutTest, WithoutACounterNothingUnclearLeaves) {
  has_uses_ = false;
  EXPECT_EQ(leave(bounce()), "rated: quarantine");
}

}  // namespace
}  // namespace backstop::intake
