#include "gateway/command_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "gateway/connection_fixture.h"

namespace backstop::gateway {
namespace {

using namespace std::chrono_literals;
using enum CommandReader::Outcome;

constexpr std::size_t kMost = 20;

/// What was read, with the text in a copy.
struct Read {
  CommandReader::Outcome outcome{};
  std::string text;
  net::Failure failure{};
};

class CommandReaderTest : public net::LoopTest {
 protected:
  CommandReaderTest() { begin(); }

  /// Another connection, with nothing read.
  void begin() {
    reader_.reset();
    ends_ = std::make_unique<ClientEnds>(loop_);
    reader_ = std::make_unique<CommandReader>(ends_->connection, [this] { return is_to_end_; });
    read_ = {};
    is_read_ = false;
  }

  net::Task<void> next(std::chrono::seconds time, CommandReader::Time last) {
    const auto next = co_await reader_->next(kMost, time, last);
    read_ = {next.outcome, std::string(next.text), next.failure};
    is_read_ = true;
  }
  Read read(std::chrono::seconds time = 60s, CommandReader::Time last = CommandReader::Time::max()) {
    run(next(time, last));
    return read_;
  }
  /// The first piece is there already; the others come one after the other.
  Read read(smtp::Pieces pieces) {
    begin();
    ends_->arrive(pieces.front());
    const std::size_t before = pieces.front().size();
    pieces.erase(pieces.begin());
    run(next(60s, CommandReader::Time::max()), send_slowly(*ends_, before, std::move(pieces), is_read_));
    return read_;
  }
  net::Task<void> interrupt_later(bool& was_waiting) {
    co_await tick();
    was_waiting = reader_->is_waiting();
    ends_->connection.stream().interrupt();
  }
  net::Task<void> drip() {
    for (std::size_t i = 0; i <= kMost && !is_read_; ++i) {
      ends_->far.send("x");
      co_await tick(1);
    }
  }
  std::string_view input() const { return ends_->connection.input(); }

  std::unique_ptr<ClientEnds> ends_;
  std::unique_ptr<CommandReader> reader_;
  bool is_to_end_ = false;
  Read read_;
  bool is_read_ = false;
};

struct LineRow {
  std::string_view name;
  std::string_view wire;
  CommandReader::Outcome want;
  std::string_view want_text;
  std::string_view want_rest = {};
};

constexpr std::string_view kNul{"NO\0OP\r\n", 7};

const LineRow kLines[] = {
    {"a command", "NOOP\r\n", Line, "NOOP"},
    {"an empty line", "\r\n", Line, ""},
    {"more than ASCII", "N\xc3\xb6\r\n", Line, "N\xc3\xb6"},
    {"as long as may be", "xxxxxxxxxxxxxxxxxx\r\n", Line, "xxxxxxxxxxxxxxxxxx"},
    {"one octet too long", "xxxxxxxxxxxxxxxxxxx\r\n", TooLong, "", "xxxxxxxxxxxxxxxxxxx\r\n"},
    {"a line feed alone", "NOOP\n", NotText, "NOOP\n"},
    {"nothing but that", "\n", NotText, "\n"},
    {"a carriage return in the line", "NO\rOP\r\n", NotText, "NO\rOP\r\n"},
    {"one at its start", "\rNOOP\r\n", NotText, "\rNOOP\r\n"},
    {"two at its end", "NOOP\r\r\n", NotText, "NOOP\r\r\n"},
    {"a NUL", kNul, NotText, kNul},
};

TEST_F(CommandReaderTest, ReadsALine) {
  for (const auto& row : kLines) {
    smtp::in_pieces(row.wire, [&](const smtp::Pieces& pieces, const std::string& how) {
      const auto got = read(pieces);
      EXPECT_EQ(got.outcome, row.want) << row.name << ", " << how;
      EXPECT_EQ(got.text, row.want_text) << row.name << ", " << how;
      EXPECT_EQ(input(), row.want_rest) << row.name << ", " << how;
    });
  }
}

TEST_F(CommandReaderTest, WaitsForTheEndOfALineUpToItsLimit) {
  ends_->far.send(std::string(kMost, 'x'));
  ends_->far.shut_down();
  EXPECT_EQ(read().outcome, Failed) << "one more octet could have ended it";
  EXPECT_EQ(read_.failure, net::Failure::Closed);
  begin();
  ends_->far.send(std::string(kMost + 1, 'x'));
  ends_->far.shut_down();
  EXPECT_EQ(read().outcome, TooLong);
}

TEST_F(CommandReaderTest, LeavesWhatFollowsALine) {
  ends_->far.send("NOOP\r\nRSET\r\nQU");
  EXPECT_EQ(read().text, "NOOP");
  EXPECT_EQ(input(), "RSET\r\nQU");
  EXPECT_EQ(read().text, "RSET");
  ends_->far.send("IT\r\n");
  EXPECT_EQ(read().text, "QUIT");
  EXPECT_EQ(input(), "");
}

TEST_F(CommandReaderTest, WritesWhatWaitsBeforeItWaitsItself) {
  ends_->connection.output() = "250 ok\r\n";
  ends_->arrive("NOOP\r\n");
  EXPECT_EQ(read().text, "NOOP");
  EXPECT_EQ(ends_->connection.output(), "250 ok\r\n")
      << "the next command is here: its answer goes with this";
  ends_->far.send("RSET\r\n");
  EXPECT_EQ(read().text, "RSET");
  EXPECT_EQ(ends_->connection.output(), "");
  EXPECT_EQ(ends_->far.receive(8), "250 ok\r\n");
}

TEST_F(CommandReaderTest, EndsBeforeAWaitAndNotBeforeALineThatIsThere) {
  is_to_end_ = true;
  ends_->connection.output() = "250 ok\r\n";
  ends_->arrive("NOOP\r\nQU");
  EXPECT_EQ(read().text, "NOOP");
  ends_->far.send("IT\r\n");
  EXPECT_EQ(read().outcome, Ending);
  EXPECT_EQ(input(), "QU") << "nothing was read";
  EXPECT_EQ(ends_->connection.output(), "250 ok\r\n") << "the last reply goes with it";
}

TEST_F(CommandReaderTest, IsWaitingOnlyWhileItWaits) {
  EXPECT_FALSE(reader_->is_waiting());
  ends_->far.send("NOOP\r\n");
  EXPECT_EQ(read().outcome, Line);
  EXPECT_FALSE(reader_->is_waiting());
  ends_->far.close();
  EXPECT_EQ(read().outcome, Failed);
  EXPECT_FALSE(reader_->is_waiting());
}

TEST_F(CommandReaderTest, CanBeInterruptedWhileItWaits) {
  bool was_waiting = false;
  run(next(60s, CommandReader::Time::max()), interrupt_later(was_waiting));
  EXPECT_TRUE(was_waiting);
  EXPECT_EQ(read_.outcome, Failed);
  EXPECT_EQ(read_.failure, net::Failure::Interrupted);
}

TEST_F(CommandReaderTest, HasTimeUntilItsDeadline) {
  const auto now = std::chrono::steady_clock::now();
  const struct {
    std::string_view name;
    std::chrono::seconds time;
    CommandReader::Time last;
  } rows[] = {{"its time is over", 0s, CommandReader::Time::max()},
              {"the last moment is over", 60s, now},
              {"both", 0s, now}};
  for (const auto& row : rows) {
    begin();
    EXPECT_EQ(read(row.time, row.last).outcome, Failed) << row.name;
    EXPECT_EQ(read_.failure, net::Failure::TimedOut) << row.name;
    ends_->arrive("NOOP\r\n");
    EXPECT_EQ(read(row.time, row.last).outcome, Line) << row.name << ": a line that is here takes no time";
  }
}

// Each octet would otherwise begin the time anew.
TEST_F(CommandReaderTest, ItsTimeIsForTheWholeLine) {
  run(next(1s, CommandReader::Time::max()), drip());
  EXPECT_EQ(read_.outcome, Failed) << "it came to an end before the line was full";
  EXPECT_EQ(read_.failure, net::Failure::TimedOut);
}

TEST_F(CommandReaderTest, KeepsNoLargeBufferWhileItWaits) {
  const std::string much(64UZ * 1024, 'x');
  ends_->arrive(much);
  ends_->connection.consume(much.size());
  ends_->far.send("NOOP\r\n");
  EXPECT_EQ(read().text, "NOOP");
  EXPECT_LE(ends_->connection.buffer().prepare(1).size(), 2 * CommandReader::kIdleRoom);
}

struct BufferedRow {
  std::string_view name;
  std::string_view input;
  std::optional<std::string_view> want;
};

const BufferedRow kBuffered[] = {
    {"a whole line", "RCPT x\r\nNOOP\r\n", "RCPT x"},
    {"in any case", "rcpt x\r\n", "rcpt x"},
    {"nothing", "", {}},
    {"no line end", "RCPT x", {}},
    {"half a line end", "RCPT x\r", {}},
    {"another command", "NOOP\r\nRCPT x\r\n", {}},
    {"a name that only begins alike", "RCPTS x\r\n", {}},
    {"as long as may be", "RCPT xxxxxxxxxxxxx\r\n", "RCPT xxxxxxxxxxxxx"},
    {"one octet too long", "RCPT xxxxxxxxxxxxxx\r\n", {}},
    {"a line feed alone", "RCPT x\n", {}},
    {"a carriage return in the line", "RCPT\r x\r\n", {}},
    {"an HTTP request", "RCPT / HTTP/1.1\r\n", {}},
};

TEST_F(CommandReaderTest, TakesALineThatHasComeWithoutAWait) {
  for (const auto& row : kBuffered) {
    begin();
    ends_->arrive(row.input);
    EXPECT_EQ(reader_->take_buffered("RCPT ", kMost), row.want) << row.name;
    EXPECT_EQ(input(), row.input.substr(row.want ? row.want->size() + 2 : 0)) << row.name;
  }
}

}  // namespace
}  // namespace backstop::gateway
