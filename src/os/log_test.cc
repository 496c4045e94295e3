#include "os/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/folder_fixture.h"
#include "os/byte_source.h"

namespace backstop::os {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr auto kTime = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z";

class LogTest : public testing::Test {
 protected:
  std::string path(const std::string& name = "log") const { return folder_.path(name); }
  LogSettings settings(LogFormat format = LogFormat::Human, LogLevel level = LogLevel::Debug) const {
    return {.level = level, .format = format, .file = path()};
  }
  std::vector<std::string> lines(const std::string& name = "log") const {
    std::ifstream file(path(name));
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }

  base::TemporaryFolder folder_;
};

TEST_F(LogTest, ALineHasItsTimeItsLevelAndItsMessage) {
  {
    const auto log = Log::open(settings());
    ASSERT_TRUE(log) << log.error().message;
    (*log)->tell(LogLevel::Debug, "one");
    (*log)->tell(LogLevel::Info, "two");
    (*log)->tell(LogLevel::Warning, "three");
    (*log)->tell(LogLevel::Error, "four");
    (*log)->add_json("five");
  }
  const std::string time = kTime;
  EXPECT_THAT(lines(),
              ElementsAre(MatchesRegex(time + " debug one"), MatchesRegex(time + " info two"),
                          MatchesRegex(time + " warning three"), MatchesRegex(time + " error four"), "five"));
}

TEST_F(LogTest, ANewFileHasItsModeUnderAnyUmaskAndAnOldOneKeepsIts) {
  for (const mode_t umask : {0077U, 0022U, 0U}) {
    const mode_t before = ::umask(umask);
    const auto log = Log::open(settings());
    ::umask(before);
    ASSERT_TRUE(log) << log.error().message;
    struct stat status{};
    ASSERT_EQ(::stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0640u) << umask;
    std::filesystem::remove(path());
  }
  std::ofstream(path()) << "";
  ASSERT_EQ(::chmod(path().c_str(), 0604), 0);
  ASSERT_TRUE(Log::open(settings()));
  struct stat status{};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0604u);
}

TEST_F(LogTest, TheJournalHasTheTimeItselfAndTakesTheLevelAsANumber) {
  // Standard error is a file that the variable names as the journal's, as systemd does it.
  const FileDescriptor before(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
  const FileDescriptor file(::open(path().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  struct stat status{};
  ASSERT_EQ(::fstat(file.number(), &status), 0);
  const auto tell = [&](const std::string& stream) {
    ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
    ::dup2(file.number(), STDERR_FILENO);
    {
      const auto log = Log::open({.level = LogLevel::Debug, .format = LogFormat::Human, .file = ""});
      EXPECT_TRUE(log);
      (*log)->tell(LogLevel::Debug, "one");
      (*log)->tell(LogLevel::Warning, "two");
      (*log)->add(LogLevel::Info, Log::Time(), "three");
      (*log)->tell(LogLevel::Error, "four");
    }
    ::dup2(before.number(), STDERR_FILENO);
    ::unsetenv("JOURNAL_STREAM");
  };
  tell(std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino));
  EXPECT_THAT(lines(), ElementsAre("<7>one", "<4>two", "<6>three", "<3>four"));
  tell("1:1");
  EXPECT_EQ(lines().size(), 8u);
  EXPECT_EQ(lines()[6], "1970-01-01T00:00:00.000Z info three");
}

TEST_F(LogTest, EachLevelLeavesOutTheLesserOnes) {
  constexpr LogLevel kLevels[] = {LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error};
  for (const auto least : kLevels) {
    std::filesystem::remove(path());
    {
      const auto log = Log::open(settings(LogFormat::Human, least));
      ASSERT_TRUE(log);
      for (const auto level : kLevels) {
        EXPECT_EQ((*log)->takes(level), level >= least);
        (*log)->tell(level, "x");
      }
    }
    EXPECT_EQ(lines().size(), 4 - static_cast<std::size_t>(least)) << name(least);
  }
}

TEST_F(LogTest, JsonIsAnObjectALine) {
  const std::string hostile = "a\r\nb \"c\" \xff \x1b[31m \\";
  {
    const auto log = Log::open(settings(LogFormat::Json));
    ASSERT_TRUE(log);
    (*log)->tell(LogLevel::Warning, hostile);
  }
  ASSERT_EQ(lines().size(), 1u);
  const auto object = boost::json::parse(lines()[0]).as_object();
  EXPECT_EQ(object.size(), 3u);
  EXPECT_THAT(std::string(object.at("time").as_string()), MatchesRegex(kTime));
  EXPECT_EQ(object.at("level"), "warning");
  EXPECT_EQ(object.at("message"), "a  b \"c\" \xEF\xBF\xBD \xEF\xBF\xBD[31m \\");
}

TEST_F(LogTest, AMessageCannotBeginAnotherLine) {
  {
    const auto log = Log::open(settings());
    ASSERT_TRUE(log);
    (*log)->tell(LogLevel::Info, "one\n2026-01-01T00:00:00.000Z error two\r\nthree");
    (*log)->tell(LogLevel::Info, std::string(10'000, 'x'));
  }
  ASSERT_EQ(lines().size(), 2u);
  EXPECT_THAT(lines()[0], HasSubstr("one 2026-01-01T00:00:00.000Z error two  three"));
  EXPECT_LT(lines()[1].size(), 2100u);
}

TEST_F(LogTest, LinesAreAddedToAFileThatIsThere) {
  std::ofstream(path()) << "before\n";
  {
    const auto log = Log::open(settings());
    ASSERT_TRUE(log);
    (*log)->add_json("after");
  }
  EXPECT_THAT(lines(), ElementsAre("before", "after"));
}

TEST_F(LogTest, ReopenedItGoesOnInANewFileWithNewSettings) {
  {
    const auto log = Log::open(settings());
    ASSERT_TRUE(log);
    (*log)->add_json("one");
    (*log)->flush(seconds(10));
    std::filesystem::rename(path(), path("log.1"));
    (*log)->add_json("two");
    (*log)->flush(seconds(10));
    const auto done = (*log)->reopen(settings(LogFormat::Json, LogLevel::Error));
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ((*log)->format(), LogFormat::Json);
    EXPECT_FALSE((*log)->takes(LogLevel::Warning));
    (*log)->add_json("three");
  }
  EXPECT_THAT(lines("log.1"), ElementsAre("one", "two"));
  EXPECT_THAT(lines(), ElementsAre("three"));
}

TEST_F(LogTest, AFileThatCannotBeOpenedIsReportedAndTheOldOneStays) {
  auto bad = settings();
  bad.file = path("gone/log");
  const auto none = Log::open(bad);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, "can't write the log " + bad.file + ": No such file or directory");
  {
    const auto log = Log::open(settings());
    ASSERT_TRUE(log);
    EXPECT_FALSE((*log)->reopen(bad));
    (*log)->add_json("still here");
  }
  EXPECT_THAT(lines(), ElementsAre("still here"));
}

TEST_F(LogTest, APipeWhoseReaderIsGoneKillsNobody) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  FileDescriptor reader(::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const auto log = Log::open(settings());
  ASSERT_TRUE(log);
  reader = FileDescriptor();
  (*log)->add_json("to nobody");
  (*log)->flush(seconds(10));
  auto file = settings();
  file.file = path("file");
  ASSERT_TRUE((*log)->reopen(file));
  (*log)->add_json("kept");
  (*log)->flush(seconds(10));
  (*log)->flush(seconds(10));
  EXPECT_THAT(lines("file"),
              ElementsAre("kept", HasSubstr(" warning 1 line of the log was lost: Broken pipe")));
}

TEST_F(LogTest, LinesOfManyThreadsStayWhole) {
  constexpr int kThreads = 8;
  constexpr int kLines = 500;
  {
    const auto log = Log::open(settings());
    ASSERT_TRUE(log);
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        for (int j = 0; j < kLines; ++j) (*log)->add_json(std::string(100, static_cast<char>('a' + i)));
      });
    }
  }
  const auto all = lines();
  EXPECT_EQ(all.size(), 4000u);
  for (const auto& line : all) ASSERT_EQ(line, std::string(100, line[0]));
}

TEST_F(LogTest, AFullDiskLosesLinesAndSaysSoOnceItCan) {
  auto full = settings();
  full.file = "/dev/full";
  const auto log = Log::open(full);
  ASSERT_TRUE(log) << log.error().message;
  for (int i = 0; i < 3; ++i) {
    (*log)->add_json("lost");
    (*log)->flush(seconds(10));
  }
  ASSERT_TRUE((*log)->reopen(settings()));
  (*log)->add_json("kept");
  (*log)->flush(seconds(10));
  (*log)->flush(seconds(10));
  EXPECT_THAT(
      lines(),
      ElementsAre("kept", HasSubstr(" warning 3 lines of the log were lost: No space left on device")));
}

// Nobody reads the pipe: it fills, then the buffer does, and nobody who tells waits for either.
TEST_F(LogTest, APipeThatNobodyReadsBlocksNobody) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const FileDescriptor reader(::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(reader.is_open());
  const std::string line(1023, 'x');
  constexpr std::size_t kLines = 3 * Log::kMostWaiting / 1024;
  {
    const auto log = Log::open(settings());
    ASSERT_TRUE(log);
    for (std::size_t i = 0; i < kLines; ++i) (*log)->add_json(line);
    // What was lost is said once there is room: read until it is.
    std::string read;
    std::vector<char> room(65536);
    const auto deadline = std::chrono::steady_clock::now() + seconds(30);
    while (!read.contains("of the log were lost: it did not keep up") &&
           std::chrono::steady_clock::now() < deadline) {
      const ssize_t got = ::read(reader.number(), room.data(), room.size());
      if (got > 0) read.append(room.data(), static_cast<std::size_t>(got));
      if (got <= 0) std::this_thread::yield();
    }
    EXPECT_THAT(read, HasSubstr("of the log were lost: it did not keep up"));
  }
}

TEST_F(LogTest, APipeThatNobodyReadsDelaysTheEndForTwoSecondsAtMost) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const FileDescriptor reader(::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(reader.is_open());
  std::chrono::steady_clock::time_point begun;
  {
    const auto log = Log::open(settings());
    ASSERT_TRUE(log);
    for (int i = 0; i < 200; ++i) (*log)->add_json(std::string(1023, 'x'));
    begun = std::chrono::steady_clock::now();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(10));
}

}  // namespace
}  // namespace backstop::os
