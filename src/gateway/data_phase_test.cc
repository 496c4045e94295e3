#include "gateway/data_phase.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "gateway/data_phase_fixture.h"

namespace backstop::gateway {
namespace {

struct DataRow {
  std::string_view name;
  void (*set_up)(Settings& settings);
  void (*prepare)(FakeDelivery& delivery);
  std::string arrived;  ///< with the command
  std::string sent;     ///< later; then the client leaves if the session is to be broken
  DataEnd want;
  SessionEnd want_how;
  std::string want_said;  ///< behind 354
  std::string want_record;
  std::vector<std::string> want_calls;
};

const DataRow kData[] = {
    {"taken",
     usual,
     takes,
     kHead + "x\r\n.\r\n",
     "",
     Answered,
     SessionEnd::Open,
     "250 2.0.0 taken\r\n",
     "250 2.0.0 taken, delivered",
     {"begin", "finish"}},
    {"taken, in pieces",
     usual,
     takes,
     kHead,
     "x\r\n.\r\n",
     Answered,
     SessionEnd::Open,
     "250 2.0.0 taken\r\n",
     "250 2.0.0 taken, delivered",
     {"begin", "write", "finish"}},
    {"refused at the end",
     usual,
     refuses_at_the_end,
     kHead + "x\r\n.\r\n",
     "",
     Answered,
     SessionEnd::Open,
     "550 5.0.0 no\r\n",
     "550 5.0.0 no",
     {"begin", "finish"}},
    {"the next hop wants no data",
     usual,
     refuses_data,
     kHead,
     "x\r\n.\r\n",
     Answered,
     SessionEnd::Open,
     "554 5.0.0 no\r\n",
     "554 5.0.0 no",
     {"begin", "abandon"}},
    {"too large",
     small,
     takes,
     kHead,
     "x\r\n.\r\n",
     Answered,
     SessionEnd::Open,
     lines(kTooLarge),
     with(kTooLarge, ", past a limit"),
     {"begin", "write", "abandon"}},
    // Faults. Nothing that follows is believed to be a command.
    {"a bare LF",
     usual,
     takes,
     kHead + "x\ny\r\n.\r\nQUIT\r\n",
     "",
     SessionEnds,
     SessionEnd::CutShort,
     lines(kBareLf, kAfterFault),
     with(kBareLf, ": a line feed without carriage return"),
     {}},
    {"a bare LF, in pieces",
     usual,
     takes,
     kHead,
     "x\ny\r\n.\r\nQUIT\r\n",
     SessionEnds,
     SessionEnd::CutShort,
     lines(kBareLf, kAfterFault),
     with(kBareLf, ": a line feed without carriage return"),
     {"begin", "write"}},
    {"a bare LF, and the end comes later",
     usual,
     takes,
     kHead + "x\ny\r",
     "\n.\r\n",
     SessionEnds,
     SessionEnd::CutShort,
     lines(kBareLf, kAfterFault),
     with(kBareLf, ": a line feed without carriage return"),
     {"abandon"}},
    {"lines that end in LF alone are answered",
     usual,
     takes,
     "A: b\n\nx\n.\n",
     "",
     SessionEnds,
     SessionEnd::Broken,
     lines(kBareLf),
     with(kBareLf, ": a line feed without carriage return"),
     {"abandon"}},
    {"an end that began before the fault is answered",
     usual,
     takes,
     kHead + "x\r\n.\n",
     "",
     SessionEnds,
     SessionEnd::Broken,
     lines(kBareLf),
     with(kBareLf, ": a line feed without carriage return"),
     {"abandon"}},
    {"a fault without an end",
     usual,
     takes,
     kHead + "x\ny",
     "",
     SessionEnds,
     SessionEnd::Broken,
     "",
     with(kBareLf, ", gone: a line feed without carriage return"),
     {"abandon"}},
    {"a fault after a refusal for good",
     usual,
     refuses_data,
     kHead,
     "x\ny\r\n.\r\n",
     SessionEnds,
     SessionEnd::CutShort,
     lines("554 5.0.0 no", kAfterFault),
     "554 5.0.0 no",
     {"begin", "abandon"}},
    {"a fault after a refusal for now",
     usual,
     defers_data,
     kHead,
     "x\ny\r\n.\r\n",
     SessionEnds,
     SessionEnd::CutShort,
     lines(kBareLf, kAfterFault),
     with(kBareLf, ": a line feed without carriage return"),
     {"begin", "abandon"}},
    // No more comes.
    {"the client leaves",
     usual,
     takes,
     kHead,
     "x\r\n",
     SessionEnds,
     SessionEnd::Broken,
     "",
     with(kTooLate, ", gone: The client left before its data ended"),
     {"begin", "write", "write"}},
    {"the client leaves after a refusal",
     usual,
     refuses_data,
     kHead,
     "x\r\n",
     SessionEnds,
     SessionEnd::Broken,
     "",
     "554 5.0.0 no, gone",
     {"begin", "abandon"}},
    {"nothing comes in time",
     no_time,
     takes,
     kHead,
     "",
     SessionEnds,
     SessionEnd::CutShort,
     lines(kTooLate),
     with(kTooLate, ": The client sent no more data in time"),
     {"begin", "write"}},
    {"nothing comes in time after a refusal",
     no_time,
     refuses_data,
     kHead,
     "",
     SessionEnds,
     SessionEnd::CutShort,
     lines("554 5.0.0 no", kTooLate),
     "554 5.0.0 no",
     {"begin", "abandon"}},
    {"the time for all is over",
     no_total,
     takes,
     kHead,
     "",
     SessionEnds,
     SessionEnd::CutShort,
     lines(kTooLate),
     with(kTooLate, ": The client sent no more data in time"),
     {"begin", "write"}},
};

TEST_F(DataPhaseTest, Data) {
  const Settings settings = settings_;
  for (const auto& row : kData) {
    settings_ = settings;
    row.set_up(settings_);
    open(MessageForm::Stuffed);
    row.prepare(*watched_);
    ends_->arrive(row.arrived);
    ends_->far.send(row.sent);
    if (row.want_how == SessionEnd::Broken) ends_->far.shut_down();
    EXPECT_EQ(data(), row.want) << row.name;
    EXPECT_EQ(speaker_->how(), row.want_how) << row.name;
    EXPECT_THAT(records_, ElementsAre(row.want_record)) << row.name;
    EXPECT_EQ(calls(), row.want_calls) << row.name;
    EXPECT_FALSE(phase_->is_reading()) << row.name;
    EXPECT_EQ(said(), std::string(kGoOn) + row.want_said) << row.name;
  }
}

TEST_F(DataPhaseTest, WhatFollowsTheDataStays) {
  open(MessageForm::Stuffed);
  ends_->arrive(kHead + "x\r\n.\r\nQUIT\r\n");
  EXPECT_EQ(data(), Answered);
  EXPECT_EQ(input(), "QUIT\r\n");
  EXPECT_EQ(recorded_size_, kHead.size() + 3);
  EXPECT_EQ(recorded_id_, "1@else.test");
  EXPECT_TRUE(phase_->is_delivered());
  EXPECT_EQ(transaction_.delivery, nullptr) << "it has said its last word";
}

TEST_F(DataPhaseTest, ARefusalThatTheNextHopNeverHearsOfLeavesItOpen) {
  open(MessageForm::Stuffed);
  refuses_data(*watched_);
  ends_->arrive(kHead + "x\r\n.\r\n");
  EXPECT_EQ(data(), Answered);
  EXPECT_FALSE(phase_->is_delivered());
  EXPECT_NE(transaction_.delivery, nullptr) << "the session ends it after the reply";
}

TEST_F(DataPhaseTest, AClientThatIsGoneBeforeDataBringsNone) {
  open(MessageForm::Stuffed);
  ends_->arrive(kHead + "x\r\n.\r\n");
  ends_->connection.stream().close();
  EXPECT_EQ(data(), SessionEnds);
  EXPECT_EQ(speaker_->how(), SessionEnd::Broken);
  EXPECT_THAT(records_, ElementsAre(with(kTooLate, ", gone: The client left before its data ended")));
  EXPECT_THAT(calls(), IsEmpty());
}

TEST_F(DataPhaseTest, AnAnswerThatCantBeSaidIsRecorded) {
  open(MessageForm::Stuffed);
  watched_->at_finish = [this]() -> net::Task<void> {
    ends_->connection.stream().close();
    return tick(0);
  };
  ends_->arrive(kHead + "x\r\n.\r\n");
  EXPECT_EQ(data(), SessionEnds);
  EXPECT_EQ(speaker_->how(), SessionEnd::Broken);
  EXPECT_THAT(records_, ElementsAre("250 2.0.0 taken, delivered, gone"));
}

TEST_F(DataPhaseTest, AClientThatLeavesDuringASlowAnswerIsNoticed) {
  open(MessageForm::Stuffed);
  watched_->at_finish = [this]() -> net::Task<void> {
    ends_->far.close();
    return tick();
  };
  ends_->arrive(kHead + "x\r\n.\r\n");
  (void)data();
  EXPECT_THAT(records_, ElementsAre("250 2.0.0 taken, delivered, gone"));
}

TEST_F(DataPhaseTest, ASlowAnswerReachesAClientThatStays) {
  open(MessageForm::Stuffed);
  watched_->at_finish = [this] { return tick(); };
  ends_->arrive(kHead + "x\r\n.\r\n");
  EXPECT_EQ(data(), Answered);
  EXPECT_THAT(records_, ElementsAre("250 2.0.0 taken, delivered"));
}

TEST_F(DataPhaseTest, AStopIsSaidInTheMiddle) {
  bool was_reading = false;
  open(MessageForm::Stuffed);
  ends_->arrive(kHead);
  run(keep(phase_->data()), stop_later(was_reading));
  EXPECT_TRUE(was_reading);
  EXPECT_EQ(end_, SessionEnds);
  EXPECT_EQ(speaker_->how(), SessionEnd::Closing);
  EXPECT_THAT(records_, ElementsAre(with(kStopping, ": Backstop was stopped before the data ended")));
  EXPECT_EQ(ends_->connection.output(), "") << "it has left already";
  EXPECT_EQ(said(), std::string(kGoOn) + lines(kStopping));
}

TEST_F(DataPhaseTest, AStopComesBeforeMoreData) {
  open(MessageForm::Stuffed);
  is_stopped_ = true;
  ends_->arrive(kHead);
  ends_->far.send("x\r\n.\r\n");
  EXPECT_EQ(data(), SessionEnds);
  EXPECT_THAT(records_, ElementsAre(with(kStopping, ": Backstop was stopped before the data ended")));
}

TEST_F(DataPhaseTest, AStopThatCantBeSaidIsRecorded) {
  open(MessageForm::Plain);
  is_stopped_ = true;
  ends_->connection.stream().close();
  EXPECT_EQ(chunk(1, true), SessionEnds);
  EXPECT_EQ(speaker_->how(), SessionEnd::Broken);
  EXPECT_THAT(records_, ElementsAre(with(kStopping, ", gone: Backstop was stopped before the data ended")));
}

TEST_F(DataPhaseTest, ARefusedMessageThatDoesNotEndIsCutShort) {
  settings_.limits.message = 10;
  for (const auto& [fault, want] : {std::pair{"", kTooLarge}, std::pair{"\n", kBareLf}}) {
    open(MessageForm::Stuffed);
    ends_->arrive(std::string((64UZ << 20) + 2, 'x').insert(1, fault));
    EXPECT_EQ(data(), SessionEnds);
    EXPECT_EQ(speaker_->how(), SessionEnd::CutShort);
    EXPECT_EQ(records_.size(), 1u);
    EXPECT_EQ(said(), std::string(kGoOn) + lines(want, kEndless));
  }
}

TEST(DataAccount, DropsSixtyFourMebibytesOrTwiceTheLargestMessage) {
  constexpr std::uint64_t kMiB = 1ULL << 20;
  const struct {
    std::uint64_t message;
    std::uint64_t want;
  } rows[] = {{1, 64 * kMiB}, {32 * kMiB, 64 * kMiB}, {33 * kMiB, 66 * kMiB}, {50 * kMiB, 100 * kMiB}};
  for (const auto& row : rows) {
    Limits limits;
    limits.message = row.message;
    DataAccount account(limits);
    EXPECT_TRUE(account.drop(row.want - 1));
    EXPECT_TRUE(account.drop(1)) << row.message;
    EXPECT_FALSE(account.drop(1)) << row.message;
  }
  Limits limits;
  limits.message = 0;
  EXPECT_TRUE(DataAccount(limits).drop(SIZE_MAX)) << "no limit";
}

TEST(DataAccount, ReadsInLargerPiecesOnceTheyAreFilled) {
  DataAccount account({});
  EXPECT_EQ(account.room, 8UZ << 10);
  account.grow(false);
  EXPECT_EQ(account.room, 8UZ << 10);
  account.grow(true);
  EXPECT_EQ(account.room, 32UZ << 10);
  account.grow(true);
  EXPECT_EQ(account.room, 64UZ << 10) << "and no larger";
  account.grow(true);
  EXPECT_EQ(account.room, 64UZ << 10);
}

}  // namespace
}  // namespace backstop::gateway
