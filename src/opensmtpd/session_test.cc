#include "opensmtpd/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "milter/event.h"
#include "opensmtpd/session_fixture.h"

namespace backstop::opensmtpd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using OpensmtpdSession = SessionTest;

std::vector<std::string> all(std::vector<std::vector<std::string>> parts) {
  std::vector<std::string> whole;
  for (auto& one : parts) whole.insert(whole.end(), one.begin(), one.end());
  return whole;
}

TEST_F(OpensmtpdSession, AMailIsToldAndGoesOn) {
  whole_mail();
  EXPECT_EQ(seen_, "OCHMRLLLNBE");
  EXPECT_EQ(said_, all({{proceed(), proceed()}, returned(kMail), {proceed()}}));
  EXPECT_EQ(opened_, 1);
  EXPECT_FALSE(is_local_);
  EXPECT_THAT(data_of('C'), ElementsAre("mx.example.net\0004\x09\xdd"s + "192.0.2.1\0"s));
  EXPECT_THAT(data_of('H'), ElementsAre("client.example.net\0"s));
  EXPECT_THAT(data_of('M'), ElementsAre("<bob@example.net>\0SIZE=10\0"s));
  EXPECT_THAT(data_of('R'), ElementsAre("<ann@example.org>\0"s));
  EXPECT_THAT(data_of('L'), ElementsAre("Received\0 from a\n\tby b\0"s, "Subject\0 one\0"s, "X-A\0 old\0"s));
  EXPECT_THAT(data_of('D'),
              ElementsAre("C{daemon_name}\0\0{backstop_no_discard}\0yes\0"s, "Mi\0001a2b3c4d\0"s));
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(OpensmtpdSession, WhatTheMilterReadsWholeIsToldWhole) {
  answers_['B'] = {simply(milter::Answer::Continue)};
  connect();
  mail();
  recipient("ann@example.org");
  auto lines = kMail;
  lines.pop_back();
  data(lines);
  // Its word for the text is out, so nothing has come back.
  EXPECT_EQ(said_.size(), 2U);
  ask("data-line", ".");
  EXPECT_EQ(seen_, "OCHMRLLLNBBE");
  // The first question is asked before there is any text.
  EXPECT_THAT(data_of('B'), ElementsAre("", "first\r\n.dots\r\nlast\r\n"));
  EXPECT_EQ(said_, all({{proceed(), proceed()}, returned(kMail)}));
}

TEST_F(OpensmtpdSession, ALargeBodyGoesInPieces) {
  for (int i = 0; i < 100; ++i) answers_['B'].push_back(simply(milter::Answer::Continue));
  settings_.memory = 1000;
  connect();
  mail();
  recipient("ann@example.org");
  std::vector<std::string> lines = {"Subject: one", ""};
  std::string want;
  for (int i = 0; i < 5000; ++i) {
    lines.push_back(std::string(static_cast<std::size_t>(i % 200), 'x'));
    want += lines.back() + "\r\n";
  }
  lines.push_back(std::string(65000, 'y'));
  want += lines.back() + "\r\n";
  lines.emplace_back(".");
  data(lines);
  std::string got;
  for (const auto& piece : data_of('B')) {
    EXPECT_LE(piece.size(), milter::kMostPiece);
    got += piece;
  }
  EXPECT_EQ(got, want);
  EXPECT_EQ(seen_.back(), 'E');
  EXPECT_EQ(said_.back(), returned({"."}).front());
}

TEST_F(OpensmtpdSession, ChangesOfTheHeaderAreMade) {
  answers_['E'] = {[](std::string& out) {
    milter::append_change_header(1, "X-A", "", out);
    milter::append_insert_header(0, "Backstop-Watermark", " 1", out);
    milter::append_answer(milter::Answer::Accept, out);
  }};
  whole_mail();
  auto want = kMail;
  want.erase(want.begin() + 3);
  want.insert(want.begin(), "Backstop-Watermark: 1");
  EXPECT_EQ(said_, all({{proceed(), proceed()}, returned(want), {proceed()}}));
}

TEST_F(OpensmtpdSession, OrdinaryMailIsNotReadPastItsHeader) {
  answers_['N'] = {simply(milter::Answer::Accept)};
  connect();
  mail();
  recipient("ann@example.org");
  data({"Subject: one", "", "text"});
  EXPECT_EQ(seen_, "OCHMRLN");
  EXPECT_EQ(said_, all({{proceed(), proceed()}, returned({"Subject: one", "", "text"})}));
  ask("data-line", ".");
  ask("commit", "");
  EXPECT_EQ(seen_, "OCHMRLN");
  EXPECT_EQ(said_.back(), proceed());
}

TEST_F(OpensmtpdSession, ARefusalIsGivenAtTheCommit) {
  for (const char step : {'N', 'B', 'E'}) {
    SCOPED_TRACE(step);
    begin();
    said_.clear();
    answers_.clear();
    answers_[step] = {refusal(550, "No such mail")};
    whole_mail();
    EXPECT_EQ(said_, all({{proceed(), proceed()}, returned({"."}), {reject("550 5.7.1 No such mail")}}));
  }
}

TEST_F(OpensmtpdSession, ARecipientIsRefused) {
  answers_['R'] = {simply(milter::Answer::Continue), refusal(452, "Send them apart"),
                   simply(milter::Answer::Reject)};
  connect();
  mail("");
  recipient("ann@example.org");
  recipient("tom@example.org", "tempfail");
  recipient("tim@example.org", "permfail");
  data(kMail);
  EXPECT_EQ(seen_, "OCHMRRRLLLNBE");
  EXPECT_THAT(data_of('M'), ElementsAre("<>\0SIZE=10\0"s));
  EXPECT_EQ(
      said_,
      all({{proceed(), reject("452 4.5.3 Send them apart"), reject("550 5.7.1 Command rejected"), proceed()},
           returned(kMail)}));
}

// OpenSMTPD decides about a recipient behind us.
TEST_F(OpensmtpdSession, WhomOpensmtpdRefusesIsTakenBack) {
  connect();
  mail();
  recipient("ann@example.org");
  recipient("nobody@example.org", "permfail");
  recipient("tim@example.org");
  data(kMail);
  EXPECT_EQ(seen_, "OCHMRRRAMRRLLLNBE");
  const auto told = data_of('R');
  EXPECT_THAT(std::vector(told.end() - 2, told.end()),
              ElementsAre("<ann@example.org>\0"s, "<tim@example.org>\0"s));
  EXPECT_EQ(said_, all({{proceed(), proceed(), proceed(), proceed()}, returned(kMail)}));
}

TEST_F(OpensmtpdSession, ARecipientThatAnotherFilterChangedIsTold) {
  connect();
  mail();
  report("protocol-client", "RCPT TO:<ann@example.org>");
  report("tx-rcpt", "1a2b3c4d|ok|ann@example.org");
  data(kMail);
  EXPECT_EQ(seen_, "OCHMRLLLNBE");
  EXPECT_THAT(data_of('R'), ElementsAre("<ann@example.org>\0"s));
}

TEST_F(OpensmtpdSession, MailsFollowEachOther) {
  whole_mail();
  report("tx-reset", "1a2b3c4d");
  report("link-auth", "ann|pass");
  mail("ann@example.org");
  recipient("bob@example.net");
  report("tx-reset", "1a2b3c4d");
  mail("ann@example.org");
  recipient("bob@example.net");
  data(kMail);
  ask("commit", "");
  EXPECT_EQ(seen_,
            "OCHMRLLLNBE"
            "MRA"
            "MRLLLNBE");
  EXPECT_EQ(data_of('D').back(), "Mi\0001a2b3c4d\0{auth_authen}\0ann\0"s);
  EXPECT_EQ(opened_, 1);
  EXPECT_EQ(said_.back(), proceed());
}

TEST_F(OpensmtpdSession, MailOfTheServerItselfHasTheOtherDoor) {
  answers_['E'] = {simply(milter::Answer::Discard)};
  connect("unix:/run/smtpd.sock");
  mail("");
  recipient("bob@example.net");
  data(kMail);
  ask("commit", "");
  EXPECT_TRUE(is_local_);
  EXPECT_TRUE(offered_.may(milter::action::kQuarantine));
  EXPECT_THAT(data_of('C'), ElementsAre("mx.example.net\0L\0\0/run/smtpd.sock\0"s));
  EXPECT_THAT(said_.back(), HasSubstr("reject|550 5.7.1 Backstop holds"));
}

TEST_F(OpensmtpdSession, WhatMustNotLeaveStaysInTheQueue) {
  answers_['E'] = {[](std::string& out) {
    milter::append_quarantine("why", out);
    milter::append_answer(milter::Answer::Accept, out);
  }};
  connect("unix:/run/smtpd.sock");
  mail("");
  recipient("bob@example.net");
  data(kMail);
  ask("commit", "");
  EXPECT_THAT(said_.back(), HasSubstr("reject|451 4.7.1 "));
}

TEST_F(OpensmtpdSession, AStrangersMailIsNeverThrownAway) {
  answers_['E'] = {simply(milter::Answer::Discard)};
  whole_mail();
  EXPECT_FALSE(offered_.may(milter::action::kQuarantine));
  EXPECT_EQ(said_, all({{proceed(), proceed()}, returned(kMail), {proceed()}}));
  EXPECT_THAT(told_, ElementsAre(HasSubstr("discarded")));
}

TEST_F(OpensmtpdSession, WithoutAMilterMailGoesOn) {
  is_down_ = true;
  whole_mail();
  EXPECT_EQ(said_, all({{proceed(), proceed()}, returned(kMail), {proceed()}}));
  EXPECT_THAT(told_, ElementsAre("a mail goes on unjudged: connection refused"));
  // The next one is asked about anew.
  is_down_ = false;
  report("tx-reset", "1a2b3c4d");
  mail();
  recipient("ann@example.org");
  EXPECT_EQ(seen_, "OCHMR");
}

TEST_F(OpensmtpdSession, WithoutAMilterAClientMayHear451) {
  settings_.tempfail = true;
  is_down_ = true;
  connect();
  mail();
  recipient("ann@example.org", "tempfail");
  recipient("tim@example.org", "tempfail");
  EXPECT_THAT(said_, ElementsAre(HasSubstr("reject|451 4.3.0 "), HasSubstr("reject|451 4.3.0 ")));
}

// Each step of a mail, at which the connection ends.
TEST_F(OpensmtpdSession, AMilterThatStartsAgainIsToldAgain) {
  for (const char step : {'M', 'R', 'L', 'N', 'B'}) {
    SCOPED_TRACE(step);
    begin();
    said_.clear();
    seen_.clear();
    opened_ = 0;
    answers_.clear();
    answers_[step] = {nullptr};
    whole_mail();
    EXPECT_EQ(opened_, 2);
    EXPECT_TRUE(seen_.ends_with("OCHMRLLLNBE")) << seen_;
    EXPECT_EQ(said_, all({{proceed(), proceed()}, returned(kMail), {proceed()}}));
    EXPECT_THAT(told_, IsEmpty());
  }
}

TEST_F(OpensmtpdSession, AMilterThatEndsBetweenTwoMailsIsFoundAgain) {
  whole_mail();
  session_->lost("the connection was closed");
  report("tx-reset", "1a2b3c4d");
  mail();
  recipient("ann@example.org");
  session_->lost("the connection was closed");
  data(kMail);
  ask("commit", "");
  EXPECT_EQ(opened_, 3);
  EXPECT_EQ(seen_,
            "OCHMRLLLNBE"
            "OCHMR"
            "OCHMRLLLNBE");
  EXPECT_EQ(said_.back(), proceed());
}

// It may have noted the mail, so it isn't asked twice.
TEST_F(OpensmtpdSession, AMilterThatEndsWithItsVerdictIsNotAskedAgain) {
  answers_['E'] = {nullptr};
  whole_mail();
  EXPECT_EQ(opened_, 1);
  EXPECT_EQ(said_, all({{proceed(), proceed()}, returned(kMail), {proceed()}}));
  EXPECT_THAT(told_, ElementsAre("a mail goes on unjudged: the connection was closed"));
}

TEST_F(OpensmtpdSession, AMilterThatEndsTwiceIsNotAskedAgain) {
  settings_.tempfail = true;
  answers_['N'] = {nullptr, nullptr};
  whole_mail();
  EXPECT_EQ(opened_, 2);
  EXPECT_EQ(said_.size(), 4U);
  EXPECT_THAT(said_.back(), HasSubstr("reject|451 4.3.0 "));
  EXPECT_EQ(said_[2], returned({"."}).front());
}

TEST_F(OpensmtpdSession, RubbishOfAMilterEndsTheConnection) {
  answers_['R'] = {[](std::string& out) { milter::append_packet('Z', {}, out); },
                   [](std::string& out) { milter::append_packet('i', {"x"}, out); }};
  whole_mail();
  EXPECT_EQ(closed_, 2);
  EXPECT_EQ(said_, all({{proceed(), proceed()}, returned(kMail), {proceed()}}));
  EXPECT_EQ(told_.size(), 1U);
}

TEST_F(OpensmtpdSession, AMilterThatWantsMoreThanOfferedIsNotUsed) {
  agreed_steps_ |= milter::step::kNoHeader;
  answers_['O'] = {[](std::string& out) {
    milter::append_negotiation({.version = 6, .steps = milter::step::kNoHeader}, {}, out);
  }};
  whole_mail();
  EXPECT_EQ(said_.size(), kMail.size() + 3);
  EXPECT_THAT(told_, ElementsAre(HasSubstr("more of the protocol")));
}

TEST_F(OpensmtpdSession, LinesThatComeWhileTheMilterThinksWait) {
  connect();
  mail();
  recipient("ann@example.org");
  ask("data", "");
  is_silent_ = true;
  for (const auto& one : kMail) ask("data-line", one);
  EXPECT_EQ(said_.size(), 2U);
  EXPECT_TRUE(session_->is_waiting());
  is_silent_ = false;
  run();
  EXPECT_EQ(said_, all({{proceed(), proceed()}, returned(kMail)}));
  EXPECT_FALSE(session_->is_waiting());
}

TEST_F(OpensmtpdSession, AMailWithoutTextAndOneWithoutHeader) {
  for (const auto& lines : std::vector<std::vector<std::string>>{{"."},
                                                                 {"Subject: one", "."},
                                                                 {"", "text", "."},
                                                                 {"text", "."},
                                                                 {"Subject: one", "no field", "."}}) {
    SCOPED_TRACE(testing::PrintToString(lines));
    begin();
    said_.clear();
    seen_data_.clear();
    answers_['B'] = {simply(milter::Answer::Continue), simply(milter::Answer::Continue)};
    connect();
    mail();
    recipient("ann@example.org");
    data(lines);
    ask("commit", "");
    EXPECT_EQ(said_, all({{proceed(), proceed()}, returned(lines), {proceed()}}));
    std::string body;
    for (const auto& piece : data_of('B')) body += piece;
    EXPECT_EQ(body.contains("Subject"), false);
    EXPECT_EQ(body.contains("no field"), lines.size() == 3 && lines[1] == "no field");
  }
}

TEST_F(OpensmtpdSession, AMilterThatAnswersMoreIsAskedNoMore) {
  answers_['R'] = {simply(milter::Answer::Accept)};
  whole_mail();
  EXPECT_EQ(seen_, "OCHMR");
  EXPECT_EQ(said_, all({{proceed(), proceed()}, returned(kMail), {proceed()}}));
}

// With an agreement without the flags, each step waits for its answer.
TEST_F(OpensmtpdSession, EveryStepMayBeAnswered) {
  agreed_steps_ = 0;
  answers_['B'] = {simply(milter::Answer::Continue), simply(milter::Answer::Continue)};
  whole_mail();
  EXPECT_EQ(said_, all({{proceed(), proceed()}, returned(kMail), {proceed()}}));
  EXPECT_THAT(data_of('L'), ElementsAre("Received\0from a\n\tby b\0"s, "Subject\0one\0"s, "X-A\0old\0"s));
}

}  // namespace
}  // namespace backstop::opensmtpd
