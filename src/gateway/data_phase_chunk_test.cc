// BDAT: the chunks of a message, and chunks that are refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "gateway/data_phase_fixture.h"

namespace backstop::gateway {
namespace {

TEST_F(DataPhaseTest, ChunksMakeAMessage) {
  open(MessageForm::Plain);
  ends_->arrive(kHead + "BDAT");
  EXPECT_EQ(chunk(kHead.size(), false), ChunkTaken);
  EXPECT_EQ(input(), "BDAT");
  ends_->connection.consume(4);
  ends_->arrive("x\r");
  ends_->far.send("\n");
  EXPECT_EQ(chunk(3, false), ChunkTaken);
  EXPECT_THAT(records_, IsEmpty());
  ends_->arrive("QUIT\r\n");
  EXPECT_EQ(chunk(0, true), Answered);
  EXPECT_EQ(input(), "QUIT\r\n");
  EXPECT_THAT(records_, ElementsAre("250 2.0.0 taken, delivered"));
  EXPECT_EQ(recorded_size_, kHead.size() + 3);
  EXPECT_EQ(said(), "250 2.0.0 Chunk taken\r\n250 2.0.0 Chunk taken\r\n250 2.0.0 taken\r\n");
}

struct ChunkRow {
  std::string_view name;
  void (*set_up)(Settings& settings);
  void (*prepare)(FakeDelivery& delivery);
  std::string arrived;
  std::string sent;
  std::size_t size;
  bool is_last;
  DataEnd want;
  SessionEnd want_how;
  std::string want_said;
  std::string want_record;  ///< empty: nothing is recorded
  std::string want_rest;    ///< what stays in the input
};

const ChunkRow kChunks[] = {
    {"the only one", usual, takes, kHead + "x\r\n", "", kHead.size() + 3, true, Answered, SessionEnd::Open,
     "250 2.0.0 taken\r\n", "250 2.0.0 taken, delivered", ""},
    {"the first one", usual, takes, kHead, "", kHead.size(), false, ChunkTaken, SessionEnd::Open,
     "250 2.0.0 Chunk taken\r\n", "", ""},
    {"an empty one", usual, takes, "QUIT\r\n", "", 0, false, ChunkTaken, SessionEnd::Open,
     "250 2.0.0 Chunk taken\r\n", "", "QUIT\r\n"},
    {"an empty message", usual, takes, "QUIT\r\n", "", 0, true, Answered, SessionEnd::Open,
     "250 2.0.0 taken\r\n", "250 2.0.0 taken, delivered", "QUIT\r\n"},
    {"in pieces", usual, takes, kHead, "x\r\n", kHead.size() + 3, true, Answered, SessionEnd::Open,
     "250 2.0.0 taken\r\n", "250 2.0.0 taken, delivered", ""},
    {"a CR at the end of all", usual, takes, kHead + "x\rQUIT\r\n", "", kHead.size() + 2, true, Answered,
     SessionEnd::Open, lines(kBareCr), with(kBareCr, ": a carriage return without line feed"), "QUIT\r\n"},
    {"a CR at the end of one", usual, takes, kHead + "x\rQUIT\r\n", "", kHead.size() + 2, false, ChunkTaken,
     SessionEnd::Open, "250 2.0.0 Chunk taken\r\n", "", "QUIT\r\n"},
    {"a fault, and the rest is here", usual, takes, kHead + "x\nyQUIT\r\n", "", kHead.size() + 3, false,
     Answered, SessionEnd::Open, lines(kBareLf), with(kBareLf, ": a line feed without carriage return"),
     "QUIT\r\n"},
    {"a fault, and the rest comes later", usual, takes, kHead + "x\ny", "zQUIT\r\n", kHead.size() + 4, false,
     Answered, SessionEnd::Open, lines(kBareLf), with(kBareLf, ": a line feed without carriage return"),
     "QUIT\r\n"},
    {"a fault, and the client leaves in the rest", usual, takes, kHead + "x\ny", "", kHead.size() + 4, false,
     SessionEnds, SessionEnd::Broken, lines(kBareLf, kTooLate),
     with(kBareLf, ", gone: a line feed without carriage return"), ""},
    {"a refusal before the last one", usual, refuses_data, kHead + "x\r\n", "", kHead.size() + 3, false,
     Answered, SessionEnd::Open, "554 5.0.0 no\r\n", "554 5.0.0 no", ""},
    {"a refusal in the middle of one", usual, refuses_data, kHead, "x\r\nQUIT\r\n", kHead.size() + 3, false,
     Answered, SessionEnd::Open, "554 5.0.0 no\r\n", "554 5.0.0 no", "QUIT\r\n"},
    {"the client leaves", usual, takes, kHead, "x", kHead.size() + 3, true, SessionEnds, SessionEnd::Broken,
     "", with(kTooLate, ", gone: The client left before its data ended"), ""},
    {"nothing comes in time", no_time, takes, kHead, "", kHead.size() + 3, true, SessionEnds,
     SessionEnd::CutShort, lines(kTooLate), with(kTooLate, ": The client sent no more data in time"), ""},
    // Small chunks come with their commands, so that none is waited for.
    {"the time for all is over, and it is here", no_total, takes, kHead, "", kHead.size(), false, SessionEnds,
     SessionEnd::CutShort, lines(kTooLate), with(kTooLate, ": The client sent no more data in time"), kHead},
    {"the time for all is over, and it is empty", no_total, takes, "", "", 0, false, SessionEnds,
     SessionEnd::CutShort, lines(kTooLate), with(kTooLate, ": The client sent no more data in time"), ""},
};

TEST_F(DataPhaseTest, Chunks) {
  const Settings settings = settings_;
  for (const auto& row : kChunks) {
    settings_ = settings;
    row.set_up(settings_);
    open(MessageForm::Plain);
    row.prepare(*watched_);
    ends_->arrive(row.arrived);
    ends_->far.send(row.sent);
    if (row.want_how == SessionEnd::Broken) ends_->far.shut_down();
    EXPECT_EQ(chunk(row.size, row.is_last), row.want) << row.name;
    EXPECT_EQ(speaker_->how(), row.want_how) << row.name;
    EXPECT_EQ(records_, row.want_record.empty() ? std::vector<std::string>() : std::vector{row.want_record})
        << row.name;
    EXPECT_EQ(input(), row.want_rest) << row.name;
    EXPECT_FALSE(phase_->is_reading()) << row.name;
    EXPECT_EQ(said(), row.want_said) << row.name;
  }
}

TEST_F(DataPhaseTest, AnswersBeforeAChunkAreSaidBeforeItIsWaitedFor) {
  open(MessageForm::Plain);
  speaker_->say(250, "2.1.0", "Sender noted");
  std::string heard;
  run(keep(phase_->chunk(kHead.size(), true)), hear_and_send(24, heard, kHead));
  EXPECT_EQ(heard, "250 2.1.0 Sender noted\r\n");
  EXPECT_EQ(end_, Answered);
}

TEST_F(DataPhaseTest, ARefusedChunkThatDoesNotEndIsCutShort) {
  settings_.limits.message = 10;
  open(MessageForm::Plain);
  ends_->arrive(std::string((64UZ << 20) + 1, 'x'));
  EXPECT_EQ(chunk((64UZ << 20) + 2, false), SessionEnds);
  EXPECT_EQ(speaker_->how(), SessionEnd::CutShort);
  EXPECT_EQ(said(), lines(kTooLarge, kEndless));
}

TEST_F(DataPhaseTest, AMessageThatIsLeftIsRecorded) {
  for (const bool is_gone : {false, true}) {
    open(MessageForm::Plain);
    ends_->arrive(kHead);
    EXPECT_EQ(chunk(kHead.size(), false), ChunkTaken);
    phase_->leave(is_gone);
    EXPECT_THAT(records_,
                ElementsAre(is_gone ? "nothing said, gone: The client left before its data ended"
                                    : "nothing said: The client ended the message before its last chunk"));
  }
}

// A chunk that is refused before its message began.

struct SkipRow {
  std::string_view name;
  std::string arrived;
  std::string sent;
  std::uint64_t size;
  std::uint64_t most_dropped;
  DataEnd want;
  SessionEnd want_how;
  std::string want_said;
  std::string want_rest;
};

const SkipRow kSkipped[] = {
    {"an empty one", "QUIT", "", 0, 9, Answered, SessionEnd::Open, "503 no\r\n", "QUIT"},
    {"all here", "xxxxxQUIT", "", 5, 9, Answered, SessionEnd::Open, "503 no\r\n", "QUIT"},
    {"in pieces", "xxx", "xxQUIT", 5, 9, Answered, SessionEnd::Open, "503 no\r\n", "QUIT"},
    {"the client leaves", "xxx", "", 5, 9, SessionEnds, SessionEnd::Broken, lines("503 no", kTooLate), ""},
    {"as much as may be", "xxx", "xxQUIT", 5, 3, Answered, SessionEnd::Open, "503 no\r\n", "QUIT"},
    {"more than may be", "xxxx", "xQUIT", 5, 3, SessionEnds, SessionEnd::CutShort, lines("503 no", kEndless),
     ""},
};

TEST_F(DataPhaseTest, SkipsAChunk) {
  for (const auto& row : kSkipped) {
    open(MessageForm::Plain);
    ends_->arrive(row.arrived);
    ends_->far.send(row.sent);
    ends_->far.shut_down();
    DataAccount account(settings_.limits);
    account.most_dropped = row.most_dropped;
    run(keep(skip_chunk(ends_->connection, *speaker_, settings_.limits, account, row.size, {503, {}, "no"})));
    EXPECT_EQ(end_, row.want) << row.name;
    EXPECT_EQ(speaker_->how(), row.want_how) << row.name;
    EXPECT_EQ(input(), row.want_rest) << row.name;
    EXPECT_EQ(said(), row.want_said) << row.name;
  }
}

TEST_F(DataPhaseTest, ASkippedChunkHasItsTime) {
  for (const auto change : {no_time, no_total}) {
    open(MessageForm::Plain);
    Settings settings;
    change(settings);
    DataAccount account(settings.limits);
    run(keep(skip_chunk(ends_->connection, *speaker_, settings.limits, account, 5, {503, {}, "no"})));
    EXPECT_EQ(end_, SessionEnds);
    EXPECT_EQ(speaker_->how(), SessionEnd::CutShort);
    EXPECT_EQ(said(), lines("503 no", kTooLate));
  }
}

}  // namespace
}  // namespace backstop::gateway
