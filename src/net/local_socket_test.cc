#include "net/local_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/folder_fixture.h"

namespace backstop::net {
namespace {

using namespace std::chrono_literals;

class LocalSocketTest : public testing::Test {
 protected:
  LocalSocket listen() {
    auto socket = listen_local(path_);
    EXPECT_TRUE(socket) << socket.error().message;
    return std::move(*socket);
  }

  /// Leaves a socket behind, as a process does that is killed.
  void leave_one() {
    auto socket = listen();
    std::filesystem::rename(path_, path_ + ".kept");
    {
      const LocalSocket gone = std::move(socket);
    }
    std::filesystem::rename(path_ + ".kept", path_);
  }

  /// Takes one client, reads until a line end, and sends this.
  static std::string answer(const LocalSocket& socket, std::string_view text) {
    std::string question;
    int client = -1;
    while ((client = ::accept(socket.descriptor(), nullptr, nullptr)) < 0) std::this_thread::sleep_for(1ms);
    char c = 0;
    while (::recv(client, &c, 1, 0) == 1 && c != '\n') question += c;
    EXPECT_EQ(::send(client, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    ::close(client);
    return question;
  }

  static NoAnswer failure(const std::expected<std::string, NoAnswer>& answer) {
    EXPECT_FALSE(answer) << *answer;
    return answer ? NoAnswer{} : answer.error();
  }

  base::TemporaryFolder folder_;
  std::string path_ = folder_.path("socket");
};

TEST_F(LocalSocketTest, OnlyUserAndGroupMayConnect) {
  const auto socket = listen();
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0660u);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
}

TEST_F(LocalSocketTest, TheFileGoesWithIt) {
  {
    const auto socket = listen();
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(LocalSocketTest, AnotherFileInItsPlaceStays) {
  {
    const auto socket = listen();
    std::filesystem::remove(path_);
    std::ofstream(path_) << "mine";
  }
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(LocalSocketTest, OneThatWasLeftBehindIsReplaced) {
  leave_one();
  ASSERT_TRUE(std::filesystem::exists(path_));
  const auto socket = listen();
  std::jthread server([&] { answer(socket, "yes"); });
  EXPECT_EQ(ask_local(path_, "?\n"), "yes");
}

TEST_F(LocalSocketTest, OneThatLivesIsNotTouched) {
  const auto socket = listen();
  const auto again = listen_local(path_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, "can't listen at " + path_ + ": another server answers there already");
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(LocalSocketTest, AFileThatIsNoSocketIsNotTouched) {
  std::ofstream(path_) << "mine";
  const auto socket = listen_local(path_);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().message, "can't listen at " + path_ + ": there is a file that is no socket");
  EXPECT_EQ(std::filesystem::file_size(path_), 4u);
}

TEST_F(LocalSocketTest, APathHasALimit) {
  const std::string front = folder_.path("");
  const std::string longest = front + std::string(kMostLocalPath - front.size(), 'x');
  EXPECT_TRUE(listen_local(longest));
  const auto socket = listen_local(longest + "x");
  ASSERT_FALSE(socket);
  EXPECT_TRUE(socket.error().message.ends_with("107 bytes, and this one has more")) << socket.error().message;
  EXPECT_EQ(failure(ask_local(longest + "x", "?\n")).kind, NoAnswer::Kind::NoServer);
}

TEST_F(LocalSocketTest, AMissingFolderIsAnError) {
  const auto socket = listen_local(folder_.path("none/socket"));
  ASSERT_FALSE(socket);
  EXPECT_TRUE(socket.error().message.ends_with(": no such file or directory")) << socket.error().message;
}

TEST_F(LocalSocketTest, AQuestionIsAnswered) {
  const auto socket = listen();
  std::string question;
  const std::string long_answer(300'000, 'a');
  {
    std::jthread server([&] {
      question = answer(socket, "first");
      // More than a socket holds at a time.
      int client = -1;
      while ((client = ::accept(socket.descriptor(), nullptr, nullptr)) < 0) std::this_thread::sleep_for(1ms);
      std::string_view rest = long_answer;
      while (!rest.empty()) {
        const auto sent = ::send(client, rest.data(), rest.size(), MSG_NOSIGNAL);
        ASSERT_GT(sent, 0);
        rest.remove_prefix(static_cast<std::size_t>(sent));
      }
      ::close(client);
    });
    EXPECT_EQ(ask_local(path_, "how are you\n"), "first");
    EXPECT_EQ(ask_local(path_, ""), long_answer);
  }
  EXPECT_EQ(question, "how are you");
}

TEST_F(LocalSocketTest, NobodyAnswers) {
  EXPECT_EQ(failure(ask_local(path_, "?\n")).kind, NoAnswer::Kind::NoServer);
  leave_one();
  const auto left = failure(ask_local(path_, "?\n"));
  EXPECT_EQ(left.kind, NoAnswer::Kind::NoServer);
  EXPECT_EQ(left.message, "no server answers at " + path_);
}

TEST_F(LocalSocketTest, AServerThatSaysNothingIsNotWaitedForLong) {
  const auto socket = listen();
  const auto failed = failure(ask_local(path_, "?\n", {.time = 50ms}));
  EXPECT_EQ(failed.kind, NoAnswer::Kind::Failed);
  EXPECT_EQ(failed.message, path_ + ": the server has not answered in time");
}

TEST_F(LocalSocketTest, ABacklogThatIsFullIsNotWaitedForLong) {
  const auto socket = listen();
  std::vector<std::jthread> waiting;
  for (int i = 0; i < 100; ++i) waiting.emplace_back([&] { (void)ask_local(path_, "?\n", {.time = 300ms}); });
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(failure(ask_local(path_, "?\n", {.time = 50ms})).message,
            path_ + ": the server has not answered in time");
  // It lives, however long its backlog is.
  EXPECT_FALSE(listen_local(path_));
}

TEST_F(LocalSocketTest, AnAnswerHasALimit) {
  const auto socket = listen();
  std::jthread server([&] {
    answer(socket, "1234");
    answer(socket, "12345");
  });
  EXPECT_EQ(ask_local(path_, "?\n", {.answer = 4}), "1234");
  EXPECT_EQ(failure(ask_local(path_, "?\n", {.answer = 4})).message,
            path_ + ": the server's answer is too long");
}

}  // namespace
}  // namespace backstop::net
