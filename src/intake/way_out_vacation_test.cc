// Replies of programs that leave: vacation replies and the like.
#include <gtest/gtest.h>

#include <string>

#include "intake/way_out_fixture.h"

namespace backstop::intake {
namespace {

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

// A server may hand a reply to us twice, and only the ledger knows it again.
TEST_F(WayOutTest, WithoutALedgerNoReplyIsTheSecondOfAWeek) {
  const std::string reply = vacation();
  EXPECT_EQ(leave(reply, "ann@example.org"), "unclear: accept");
  EXPECT_EQ(leave(traced("1f", reply), "ann@example.org"), "unclear: accept");
  here_.open_ledger();
  EXPECT_EQ(leave(reply, "ann@example.org"), "unclear: accept");
  EXPECT_EQ(leave(traced("1f", reply), "ann@example.org"), "vacation-again: quarantine");
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
  EXPECT_EQ(oof(generated + loop, "", true), "not-owed: quarantine");
  EXPECT_EQ(oof(generated + loop, "", false), "unclear: accept");
  EXPECT_EQ(oof(generated + "X-Auto-Response-Suppress: All\r\n", "", false), "vacation-again: quarantine");
  EXPECT_EQ(oof(generated, "", true), "passes") << "an alert in a thread";
  EXPECT_EQ(oof(generated, "", false), "passes");
  EXPECT_EQ(oof(generated + loop, "ann@example.org", true), "passes");
  EXPECT_EQ(oof("Auto-Submitted: no\r\n", "", true), "passes");
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

TEST_F(WayOutTest, VacationRepliesCanBeLeftAlone) {
  here_.site.way_out.vacation = VacationRule::Leave;
  EXPECT_EQ(leave(vacation(), "ann@example.org"), "passes");
  EXPECT_EQ(leave(vacation(), ""), "passes");
}

TEST_F(WayOutTest, NobodyMayBeAnsweredByAProgramWhoIsOne) {
  here_.open_ledger();
  EXPECT_EQ(leave(vacation(), "ann@example.org", {"list-bounces@c.test"}), "vacation-unwanted: quarantine");
  here_.record({{store::never_answered("1@c.test", kEve), number(Authentication::Passed)}});
  EXPECT_EQ(leave(vacation(), "ann@example.org"), "vacation-unwanted: quarantine");
  arrived(Authentication::Passed);
  EXPECT_EQ(leave(bounce()), "owed: accept") << "a bounce may answer such a mail";
}

// A reply comes at once, while the checks of the mail still run. A copy by a forwarder or a list was quicker.
TEST_F(WayOutTest, AnEarlierCopyDoesNotHideChecksThatRun) {
  here_.open_ledger();
  const auto reply = [&](store::RowKey copy) {
    here_.record({{copy, number(Authentication::Failed)}});
    pending_.add("1@c.test", kEve);
    pauses_ = 0;
    on_pause_ = [&] {
      here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Passed)}});
      pending_.remove("1@c.test", kEve);
    };
    return leave(vacation(), "ann@example.org", {std::string(kEve)}, false);
  };
  EXPECT_EQ(reply(store::never_answered("1@c.test", kEve)), "owed: accept");
  EXPECT_EQ(pauses_, 1);
}

TEST_F(WayOutTest, AForwardedCopyDoesNotHideChecksThatRun) {
  here_.open_ledger();
  here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Failed)}});
  pending_.add("1@c.test", kEve);
  on_pause_ = [&] {
    if (pauses_ < 2) return;
    here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Passed)}});
    pending_.remove("1@c.test", kEve);
  };
  EXPECT_EQ(leave(vacation(), "ann@example.org"), "owed: accept");
  EXPECT_EQ(pauses_, 2);
}

// Some servers report in words, and call it a reply.
TEST_F(WayOutTest, WhatSaysThatItIsAReplyIsJudgedAsOne) {
  here_.open_ledger();
  here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Failed)}});
  for (const std::string from : {"MAILER-DAEMON@example.org", "postmaster@example.org"}) {
    std::string mail = vacation(
        "Auto-Submitted: auto-replied\r\n",
        "Your message could not be delivered to:\r\n\r\nbob@example.org\r\n550 5.1.1 User unknown\r\n");
    mail.replace(mail.find("ann@example.org"), 15, from);
    mail.replace(mail.find("Auto: hi"), 8, "Undelivered Mail Returned to Sender");
    EXPECT_EQ(leave(mail, ""), "not-owed: quarantine") << from;
    here_.record(
        {{store::arrival_by_message("1@c.test", "list-bounces@c.test"), number(Authentication::Passed)}});
    for (int i = 0; i < 2; ++i)
      EXPECT_EQ(leave(mail, "", {"list-bounces@c.test"}), "owed: accept") << from << i;
  }
}

TEST_F(WayOutTest, ANumberInTheSubjectIsAnotherText) {
  here_.open_ledger();
  here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Passed)}});
  const auto ticket = [&](std::string_view subject) {
    std::string mail = vacation("Auto-Submitted: auto-replied\r\n", "We have your question.\r\n");
    mail.replace(mail.find("Auto: hi"), 8, subject);
    return leave(mail, "ann@example.org");
  };
  EXPECT_EQ(ticket("[Ticket 1001] hi"), "owed: accept");
  EXPECT_EQ(ticket("[Ticket 1002] hi"), "owed: accept");
  EXPECT_EQ(ticket("[Ticket 1002] Re: hello"), "vacation-again: quarantine");
}

TEST_F(WayOutTest, LineBreaksAreNoOtherText) {
  here_.open_ledger();
  here_.record({{store::arrival_by_message("1@c.test", kEve), number(Authentication::Passed)}});
  const std::string fields = "Auto-Submitted: auto-replied\r\n";
  EXPECT_EQ(leave(vacation(fields, "I am away until 9 May.\r\n"), ""), "owed: accept");
  EXPECT_EQ(leave(vacation(fields, "I am away\r\n\r\nuntil  9 May.\r\n"), ""), "vacation-again: quarantine");
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
  EXPECT_EQ(reply(Authentication::Passed, kEve, Authentication::Passed, kEve), "owed: accept")
      << "it came directly, and by a list";
  EXPECT_EQ(reply(Authentication::SharedSpf, kEve, store::signed_by(1), kEve), unwanted);
  EXPECT_EQ(reply(store::signed_by(1), kEve, store::signed_by(2), kEve), "owed: accept");
  EXPECT_EQ(reply(Authentication::Failed, kEve, Authentication::Failed, kEve), "not-owed: quarantine");
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

}  // namespace
}  // namespace backstop::intake
