// What a held message takes in memory, against what is counted of it. In a program of its own, since it
// replaces the allocator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/message_path.h"
#include "net/loop_fixture.h"
#include "smtp/data_scanner.h"

namespace {

thread_local std::size_t in_use = 0;       ///< bytes of this thread
thread_local std::size_t most_in_use = 0;  ///< at any time since it was last set

void* count(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  in_use += ::malloc_usable_size(memory);
  most_in_use = std::max(most_in_use, in_use);
  return memory;
}

void give_back(void* memory) {
  in_use -= ::malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  return count(std::malloc(size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return count(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  void* const memory = std::malloc(size);
  return memory == nullptr ? nullptr : count(memory);
}
void operator delete(void* memory) noexcept {
  give_back(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  give_back(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  give_back(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  give_back(memory);
}

namespace backstop::gateway {
namespace {

constexpr std::size_t kSize = 16UZ * 1024 * 1024;
// Room for everything else: frames, the findings of the reader and what it decodes.
constexpr std::size_t kSlack = 4UZ * 1024 * 1024;

/// A next hop that notes what is in use while it is waited for.
class NotingDelivery : public next_hop::Delivery {
 public:
  explicit NotingDelivery(std::size_t& noted) : noted_(noted) {}

  net::Task<std::vector<smtp::Reply>> recipients(std::span<const smtp::RcptCommand>) override {
    co_return std::vector<smtp::Reply>{};
  }
  net::Task<smtp::Reply> begin(next_hop::MessageForm) override {
    noted_ = std::max(noted_, in_use);
    co_return smtp::Reply(354, {}, "go on");
  }
  net::Task<bool> write(std::string_view, std::string_view) override {
    noted_ = std::max(noted_, in_use);
    co_return true;
  }
  net::Task<smtp::Reply> finish(std::string_view, std::string_view) override {
    noted_ = std::max(noted_, in_use);
    co_return smtp::Reply(250, "2.0.0", "taken");
  }
  net::Task<void> abandon() override { co_return; }

 private:
  std::size_t& noted_;
};

std::string bounce(std::string_view line) {
  std::string text =
      "From: MAILER-DAEMON@else.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\nMIME-Version: 1.0\r\n\r\n"
      "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; else.test\r\n\r\n"
      "Final-Recipient: rfc822; gone@else.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
      "--x\r\nContent-Type: message/rfc822\r\n\r\nSubject: a\r\n\r\n";
  text.reserve(kSize + line.size() + 16);
  while (text.size() < kSize) text += line;
  return text + "--x--\r\n.\r\n";
}

struct Use {
  std::size_t most = 0;              ///< at any time
  std::size_t while_the_hop_is = 0;  ///< at most, while the next hop was waited for
};

class HeldMemoryTest : public net::LoopTest {
 protected:
  HeldMemoryTest() {
    settings_->hostname = "mx.test";
    settings_->domains.push_back({.name = "example.org", .stage = policy::Stage::Label});
    settings_->gateways.emplace_back().name = "in";
    settings_->limits.held = settings_->limits.message = 4 * kSize;
    settings_->limits.held_total = 8 * kSize;
  }

  Use send(const std::vector<std::string_view>& pieces) {
    Transaction transaction;
    transaction.settings = settings_;
    transaction.gateway = &settings_->gateways.front();
    transaction.site = settings_.get();
    transaction.recipients.push_back(
        {.given = "bob@example.org",
         .domain = &settings_->domains[0],
         .claim = origin::Recipient{.address = {"bob", "example.org"}, .tag = {}}});
    transaction.today = std::chrono::sys_days(std::chrono::days(20'000));
    transaction.route = Route{.next_hop = &transaction.gateway->next_hop, .domain = &settings_->domains[0]};
    std::size_t noted = 0;
    transaction.delivery = std::make_unique<NotingDelivery>(noted);
    const TraceFacts trace{.helo = "c.test", .client = "[192.0.2.1]", .hostname = "mx.test", .id = "1f"};
    MessagePath path(transaction, next_hop::MessageForm::Stuffed, trace, reader_, memory_,
                     boost::asio::ip::make_address("192.0.2.1"));
    smtp::DataScanner scanner;
    const std::size_t before = in_use;
    most_in_use = in_use;
    for (const auto& piece : pieces) {
      run(path.take(piece, piece.data() == pieces.back().data(), scanner.scan(piece).dots));
    }
    EXPECT_TRUE(path.is_delivered());
    EXPECT_EQ(path.judge().response()->kind, response::Kind::DsnFailed);
    EXPECT_LE(in_use - before, kSlack);
    return {.most = most_in_use - before, .while_the_hop_is = noted - before};
  }

  std::shared_ptr<Settings> settings_ = std::make_shared<Settings>();
  intake::HeldMemory memory_;
  response::Reader reader_;
};

TEST_F(HeldMemoryTest, AMessageWithoutDotsIsNotCopied) {
  const std::string message = bounce(std::string(76, 'a') + "\r\n");
  const auto use = send({message});
  EXPECT_LT(use.most, kSlack);
}

TEST_F(HeldMemoryTest, ACopyForTheReaderIsGoneBeforeTheNextHopIsAsked) {
  const std::string message = bounce(".." + std::string(74, 'a') + "\r\n");
  const auto use = send({message});
  EXPECT_GT(use.most, kSize / 2) << "there is none: this shows nothing";
  EXPECT_LT(use.while_the_hop_is, kSlack);
}

TEST_F(HeldMemoryTest, AMessageIsHeldOnce) {
  const std::string message = bounce(".." + std::string(74, 'a') + "\r\n");
  const std::string_view whole = message;
  const std::size_t half = whole.size() / 2;
  // Whole, and as far as the share of a network goes.
  for (const std::uint64_t total : {32 * kSize, 6 * kSize}) {
    settings_->limits.held_total = total;
    const auto use = send({whole.substr(0, half), whole.substr(half)});
    EXPECT_GT(use.while_the_hop_is, kSize - 1) << "it is not held: this shows nothing";
    EXPECT_LT(use.while_the_hop_is, message.size() + kSlack) << total;
  }
}

}  // namespace
}  // namespace backstop::gateway
