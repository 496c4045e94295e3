#include "service/status_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/folder_fixture.h"

namespace backstop::service {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kUnknown = "{\"error\":\"the only question is: status\"}\n";

/// A client that says what the test wants, and closes itself.
class RawClient {
 public:
  explicit RawClient(const std::string& path) : descriptor_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, std::begin(address.sun_path));
    EXPECT_EQ(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const timeval patience{.tv_sec = 60, .tv_usec = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  RawClient(RawClient&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  void send(std::string_view text) const {
    (void)::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
  }
  void end() const { ::shutdown(descriptor_, SHUT_WR); }
  std::string receive() const {
    std::string all;
    char room[4096];
    while (true) {
      const auto got = ::recv(descriptor_, room, sizeof room, 0);
      if (got <= 0) return all;
      all.append(room, static_cast<std::size_t>(got));
    }
  }

 private:
  int descriptor_;
};

class StatusServerTest : public testing::Test {
 protected:
  void start(StatusServer::Answer answer, const StatusServer::Limits& limits = {}) {
    auto socket = net::listen_local(path_);
    ASSERT_TRUE(socket) << socket.error().message;
    server_.emplace(std::move(*socket), std::move(answer), limits);
  }

  base::TemporaryFolder folder_;
  std::string path_ = folder_.path("socket");
  std::optional<StatusServer> server_;
};

TEST_F(StatusServerTest, AnswersTheQuestionAndNothingElse) {
  std::atomic<int> asked = 0;
  start([&] { return ++asked, "{\"a\":1}\n"; });
  struct Row {
    std::string_view name;
    std::string text;
    std::string_view want;
  };
  const Row rows[] = {
      {"the question", "status\n", "{\"a\":1}\n"},
      {"with CRLF", "status\r\n", "{\"a\":1}\n"},
      {"with more after it", "status\nstatus\n", "{\"a\":1}\n"},
      {"another word", "stop\n", kUnknown},
      {"nothing in the line", "\n", kUnknown},
      {"HTTP", "GET / HTTP/1.1\r\n\r\n", kUnknown},
      {"bytes", std::string("\0\xFF\x80\n", 4), kUnknown},
      {"a line that is cut", "status", kUnknown},
      {"a line at the limit", std::string(57, ' ') + "status\n", "{\"a\":1}\n"},
      {"a line past the limit", std::string(58, ' ') + "status\n", kUnknown},
      {"a line without an end", std::string(100'000, 'x'), kUnknown},
      {"nothing", "", ""},
  };
  for (const auto& row : rows) {
    const RawClient client(path_);
    client.send(row.text);
    client.end();
    EXPECT_EQ(client.receive(), row.want) << row.name;
  }
  EXPECT_EQ(asked, 4);
}

TEST_F(StatusServerTest, TakesAQuestionInPieces) {
  start([] { return "yes\n"; });
  const RawClient client(path_);
  for (const char c : std::string_view("status\n")) client.send({&c, 1});
  EXPECT_EQ(client.receive(), "yes\n");
}

TEST_F(StatusServerTest, ASilentClientIsCut) {
  start([] { return "yes\n"; }, {.time = 1s});
  const RawClient silent(path_);
  const RawClient slow(path_);
  slow.send("sta");
  EXPECT_EQ(silent.receive(), "");
  EXPECT_EQ(slow.receive(), kUnknown);
}

TEST_F(StatusServerTest, ALongAnswerArrivesWhole) {
  const std::string answer(3'000'000, 'a');
  start([&] { return answer; });
  EXPECT_EQ(net::ask_local(path_, "status\n"), answer);
}

TEST_F(StatusServerTest, MoreClientsThanThereArePlacesWaitForTheirTurn) {
  std::promise<void> asked;
  std::promise<void> go_on;
  std::atomic<bool> is_first = true;
  start(
      [&] {
        if (is_first.exchange(false)) {
          asked.set_value();
          go_on.get_future().wait();
        }
        return "yes\n";
      },
      {.clients = 1, .time = 60s});
  const RawClient first(path_);
  first.send("status\n");
  asked.get_future().wait();
  auto second = std::async(std::launch::async, [&] { return net::ask_local(path_, "status\n"); });
  EXPECT_EQ(second.wait_for(100ms), std::future_status::timeout);
  go_on.set_value();
  EXPECT_EQ(first.receive(), "yes\n");
  EXPECT_EQ(second.get(), "yes\n");
}

TEST_F(StatusServerTest, SilentClientsBlockNobody) {
  start([] { return "yes\n"; }, {.clients = 2, .time = 60s});
  std::vector<RawClient> silent;
  for (int i = 0; i < 20; ++i) silent.emplace_back(path_);
  EXPECT_EQ(net::ask_local(path_, "status\n"), "yes\n");
  EXPECT_EQ(silent.front().receive(), "") << "the one that was silent for longest is cut";
  silent.back().send("status\n");
  EXPECT_EQ(silent.back().receive(), "yes\n") << "the one that came last is served";
}

TEST_F(StatusServerTest, ManyAskAtOnce) {
  std::atomic<int> at_once = 0;
  std::atomic<int> most = 0;
  start([&] {
    most = std::max(most.load(), ++at_once);
    --at_once;
    return "yes\n";
  });
  std::vector<std::future<std::expected<std::string, net::NoAnswer>>> clients;
  for (int i = 0; i < 100; ++i)
    clients.push_back(std::async(std::launch::async, [&] { return net::ask_local(path_, "status\n"); }));
  for (auto& client : clients) EXPECT_EQ(client.get(), "yes\n");
  EXPECT_EQ(most, 1) << "one answer at a time";
}

TEST_F(StatusServerTest, AClientThatLeavesHarmsNobody) {
  std::promise<void> asked;
  std::promise<void> go_on;
  std::atomic<bool> is_first = true;
  start([&] {
    if (is_first.exchange(false)) {
      asked.set_value();
      go_on.get_future().wait();
    }
    return "yes\n";
  });
  {
    const RawClient client(path_);
    client.send("status\n");
    asked.get_future().wait();
  }
  go_on.set_value();
  EXPECT_EQ(net::ask_local(path_, "status\n"), "yes\n");
}

TEST_F(StatusServerTest, AnAnswerThatCanNotBeMadeIsSaid) {
  start([]() -> std::string { throw std::bad_alloc(); });
  EXPECT_EQ(net::ask_local(path_, "status\n"), "{\"error\":\"there is no memory for an answer\"}\n");
}

TEST_F(StatusServerTest, EndsWithClientsThatAreStillThere) {
  start([] { return "yes\n"; }, {.time = 60s});
  const RawClient silent(path_);
  EXPECT_EQ(net::ask_local(path_, "status\n"), "yes\n") << "so the silent one is served, too";
  server_.reset();
  EXPECT_EQ(silent.receive(), "");
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace backstop::service
