// A worker that gets no memory: the Nth allocation of its thread fails, for all N until a dialogue passes
// untouched. In a program of its own, since it replaces the allocator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/time.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iterator>
#include <latch>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/folder_fixture.h"
#include "gateway/session.h"
#include "net/loop_fixture.h"

namespace {

thread_local std::size_t allocations_left = 0;  ///< the last of them fails; 0: none does

void* allocate(std::size_t size) {
  if (allocations_left > 0 && --allocations_left == 0) return nullptr;
  return std::malloc(size);
}

void* allocate(std::size_t size, std::align_val_t alignment) {
  if (allocations_left > 0 && --allocations_left == 0) return nullptr;
  const auto unit = static_cast<std::size_t>(alignment);
  return std::aligned_alloc(unit, (size + unit - 1) / unit * unit);
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) {
  return or_throw(allocate(size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return or_throw(allocate(size, alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace backstop::gateway {
namespace {

constexpr std::string_view kMail =
    "From: a@else.test\r\nSubject: b\r\nMessage-ID: <1@else.test>\r\n\r\nbody\r\n";
constexpr std::string_view kBounce =
    "From: MAILER-DAEMON@else.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\nMIME-Version: 1.0\r\n\r\n"
    "--x\r\nContent-Type: text/plain\r\n\r\nunknown user\r\n"
    "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; else.test\r\n\r\n"
    "Final-Recipient: rfc822; gone@else.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x--\r\n";

class Told : public intake::Journal {
 public:
  void record(store::Event) override {}
  void notice(base::LogLevel level, std::string_view line) override {
    if (level != base::LogLevel::Error) return;
    const std::scoped_lock lock(mutex_);
    errors_.emplace_back(line);
  }
  std::vector<std::string> errors() {
    const std::scoped_lock lock(mutex_);
    return errors_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> errors_;
};

/// A client that sends its commands, and gives up if the other end is gone.
class Client {
 public:
  explicit Client(std::uint16_t port) : peer_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval most{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(peer_.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    EXPECT_EQ(::connect(peer_.descriptor(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }

  /// Returns the code of the reply; 0 if the connection has ended.
  int read() {
    std::string line;
    do {
      line.clear();
      for (char c = 0; c != '\n'; line += c) {
        const auto size = ::recv(peer_.descriptor(), &c, 1, 0);
        EXPECT_FALSE(size < 0 && errno == EAGAIN) << "it is kept waiting";
        if (size <= 0) return 0;
      }
    } while (line.size() > 3 && line[3] == '-');
    return std::atoi(line.c_str());
  }
  int say(std::string_view text) {
    ::send(peer_.descriptor(), text.data(), text.size(), MSG_NOSIGNAL);
    return read();
  }
  /// Mails one after the other, each with another sender; how many were answered 250.
  int send_all() {
    int taken = 0;
    if (read() != 220 || say("EHLO c.test\r\n") != 250) return taken;
    for (const std::string_view mail : {kMail, kBounce}) {
      if (say(mail == kMail ? "MAIL FROM:<a@else.test>\r\n" : "MAIL FROM:<>\r\n") != 250) return taken;
      if (say("RCPT TO:<bob@example.org>\r\n") != 250 || say("DATA\r\n") != 354) return taken;
      if (say(std::string(mail) + ".\r\n") == 250) ++taken;
    }
    if (say("QUIT\r\n") == 221) is_whole = true;
    return taken;
  }
  bool is_whole = false;

 private:
  net::Peer peer_;
};

class ShortMemoryTest : public testing::Test {
 protected:
  ShortMemoryTest() {
    auto settings = std::make_shared<Settings>();
    settings->hostname = "mx.test";
    settings->domains.push_back({.name = "example.org", .stage = policy::Stage::Label});
    auto& gateway = settings->gateways.emplace_back();
    gateway.name = "in";
    gateway.next_hop = *next_hop::parse_next_hop("maildir:" + folder_.path("%n"));
    shared_.emplace(settings, told_);
    worker_.emplace(0, *shared_, &Session::make);
    auto sockets = net::listen(*net::parse_endpoint("127.0.0.1:0"), 1);
    if (!sockets) std::abort();
    port_ = sockets->front().endpoint().port;
    const auto listening = std::make_shared<std::vector<Listening>>();
    const auto& endpoint = sockets->front().endpoint();
    listening->push_back({.gateway = "in", .endpoint = endpoint, .wanted = endpoint, .number = 1});
    Worker::Addresses addresses{
        .settings = settings, .listening = listening, .opened = {}, .done = std::make_shared<std::latch>(1)};
    addresses.opened.push_back({1, std::move(sockets->front())});
    worker_->listen(std::move(addresses));
    worker_->start();
  }
  ~ShortMemoryTest() override {
    worker_->stop();
    worker_->join();
    shared_->blocking.join();
    worker_.reset();
  }

  /// Fails the `number`th allocation of the worker's thread from now on; returns what was left of the last.
  std::size_t fail_at(std::size_t number) {
    std::promise<std::size_t> before;
    net::asio::post(worker_->loop().context(), [&] {
      const auto left = std::exchange(allocations_left, number);
      before.set_value(left);
    });
    return before.get_future().get();
  }
  std::ptrdiff_t delivered() const {
    const auto place = folder_.path() / "bob" / "new";
    if (!std::filesystem::exists(place)) return 0;
    return std::distance(std::filesystem::directory_iterator(place), {});
  }

  base::TemporaryFolder folder_;
  Told told_;
  std::optional<Shared> shared_;
  std::optional<Worker> worker_;
  std::uint16_t port_ = 0;
};

TEST_F(ShortMemoryTest, OneSessionEndsAndTheOthersGoOn) {
  std::ptrdiff_t promised = 0;
  int failures = 0;
  bool is_untouched = false;
  for (std::size_t number = 1; !is_untouched && number < 5000; ++number) {
    SCOPED_TRACE(number);
    fail_at(number);
    Client client(port_);
    promised += client.send_all();
    is_untouched = fail_at(0) > 0;
    if (!client.is_whole) ++failures;
    EXPECT_TRUE(client.is_whole || !is_untouched);
    // Every 250 was true, and the next client is served.
    EXPECT_GE(delivered(), promised);
    Client next(port_);
    EXPECT_EQ(next.send_all(), 2);
    EXPECT_TRUE(next.is_whole);
    promised += 2;
    if (HasFailure()) break;
  }
  EXPECT_TRUE(is_untouched);
  EXPECT_GT(failures, 50);
  EXPECT_THAT(told_.errors(), testing::Contains("a session failed and was closed: std::bad_alloc"));
  EXPECT_THAT(told_.errors(), testing::Each(testing::EndsWith(": std::bad_alloc")));
}

class QuarantineMemoryTest : public net::LoopTest {
 protected:
  /// Says how the `number`th allocation of this thread that fails ends it. Empty: it was kept; "thrown": an
  /// exception.
  template <typename Call>
  std::string fail(std::size_t number, Call call) {
    std::string why;
    allocations_left = number;
    try {
      const base::Result<void> done = call();
      is_untouched = std::exchange(allocations_left, 0) > 0;
      if (!done) why = done.error().message;
    } catch (const std::bad_alloc&) {
      allocations_left = 0;
      why = "thrown";
    }
    return why;
  }
  static std::shared_ptr<store::KeptResponse> response(std::size_t number) {
    auto response = std::make_shared<store::KeptResponse>();
    response->envelope = {.id = std::to_string(number), .time = {}, .recipients = {"bob@example.org"}};
    response->message = "Subject: a\r\n\r\nb\r\n";
    return response;
  }
  /// Does the same for the keeper; "no answer": its coroutine was destroyed.
  std::string fail_keeper(std::size_t number) {
    std::string why = "no answer";
    is_over_ = false;
    auto& loop = loop_.context();
    net::asio::co_spawn(loop, ask(number, why), net::asio::detached);
    loop.restart();
    while (!is_over_) {
      try {
        if (loop.run_one() == 0) loop.restart();
      } catch (const std::bad_alloc&) {
        // It was the loop's own.
      }
    }
    allocations_left = 0;
    return why;
  }

  base::TemporaryFolder folder_;
  std::unique_ptr<store::Quarantine> quarantine_ =
      *store::open_quarantine({.url = "sqlite:" + folder_.path("quarantine.db")});
  Told told_;
  intake::Keeper keeper_{*store::open_quarantine({.url = "sqlite:" + folder_.path("another.db")}), told_,
                         intake::Keeper::Limits{.waiting = 1}};
  bool is_untouched = false;

 private:
  struct End {
    bool& is_over;
    ~End() { is_over = true; }
  };

  net::Task<void> ask(std::size_t number, std::string& why) {
    const End end{is_over_};
    const auto kept = response(number);
    const store::SealKey key{.number = 1, .secret = std::string(100, 'x')};
    allocations_left = number;
    try {
      const auto done = co_await keeper_.keep(kept, key);
      is_untouched = std::exchange(allocations_left, 0) > 0;
      why = done ? "" : done.error().message;
    } catch (const std::bad_alloc&) {
      why = "thrown";
    }
  }

  bool is_over_ = false;
};

// Its calls run on the thread of a pool, where an exception would end the program.
TEST_F(QuarantineMemoryTest, NothingIsThrownOnTheThreadOfAPool) {
  int failures = 0;
  for (std::size_t number = 1; !is_untouched && number < 1000; ++number) {
    const auto kept = response(number);
    const auto why = fail(number, [&] { return quarantine_->keep(*kept, {1, "secret"}); });
    EXPECT_THAT(why, testing::AnyOf("", "no memory left")) << number;
    EXPECT_EQ(is_untouched, why.empty()) << number;
    if (!why.empty()) ++failures;
  }
  EXPECT_TRUE(is_untouched);
  EXPECT_GT(failures, 5);
  EXPECT_TRUE(quarantine_->keep(*response(0), {1, "secret"}));
}

// The limit is one, so that a place that is lost is missed at once.
TEST_F(QuarantineMemoryTest, APlaceOfTheKeeperIsGivenBack) {
  int failures = 0;
  for (std::size_t number = 1; !is_untouched && number < 1000; ++number) {
    const auto why = fail_keeper(number);
    EXPECT_THAT(why, testing::AnyOf("", "thrown", "no answer")) << number;
    if (!why.empty()) ++failures;
  }
  EXPECT_TRUE(is_untouched);
  EXPECT_GT(failures, 2);
}

}  // namespace
}  // namespace backstop::gateway
