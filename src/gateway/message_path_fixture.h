// What the tests of MessagePath share: a next hop that does as it is told, mails, and a path between them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/message_path.h"
#include "net/loop_fixture.h"
#include "smtp/data_scanner.h"
#include "smtp/pieces_test.h"
#include "smtp/stuffing.h"

namespace backstop::gateway {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;
using Account = intake::HeldMemory::Account;

/// A next hop that says what it is told to, and keeps what it gets. Its `fails_at`th operation, counted from
/// one, goes wrong.
class FakeDelivery : public next_hop::Delivery {
 public:
  net::Task<std::vector<smtp::Reply>> recipients(std::span<const smtp::RcptCommand>) override {
    ADD_FAILURE() << "a message has its recipients already";
    co_return std::vector<smtp::Reply>{};
  }
  net::Task<smtp::Reply> begin(next_hop::MessageForm) override {
    calls.emplace_back("begin");
    co_return next_fails() ? smtp::Reply(451, "4.4.2", "gone at DATA") : begin_reply;
  }
  net::Task<bool> write(std::string_view first, std::string_view second) override {
    calls.emplace_back("write");
    if (next_fails()) is_gone = true;
    taken.append(first).append(second);
    co_return !is_gone;
  }
  net::Task<smtp::Reply> finish(std::string_view first, std::string_view second) override {
    calls.emplace_back("finish");
    if (is_gone || next_fails()) co_return smtp::Reply(451, "4.4.2", "gone at the end");
    taken.append(first).append(second);
    is_taken = final_reply.is_positive();
    co_return final_reply;
  }
  net::Task<void> abandon() override {
    calls.emplace_back("abandon");
    co_return;
  }

  smtp::Reply begin_reply{354, {}, "go on"};
  smtp::Reply final_reply{250, "2.0.0", "taken"};
  int fails_at = 0;
  int operations = 0;
  bool is_gone = false;
  bool is_taken = false;
  std::string taken;
  std::vector<std::string> calls;

 private:
  bool next_fails() { return ++operations == fails_at; }
};

inline constexpr std::string_view kHeader =
    "From: a@else.test\r\nSubject: b\r\nMessage-ID: <1@else.test>\r\n\r\n";
inline constexpr std::string_view kBounce =
    "From: MAILER-DAEMON@else.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\nMIME-Version: 1.0\r\n\r\n"
    "--x\r\nContent-Type: text/plain\r\n\r\nunknown user\r\n"
    "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; else.test\r\n\r\n"
    "Final-Recipient: rfc822; gone@else.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x--\r\n";

// The same with the start of what it returns.
inline constexpr std::string_view kReturning =
    "From: MAILER-DAEMON@else.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\nMIME-Version: 1.0\r\n\r\n"
    "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; else.test\r\n\r\n"
    "Final-Recipient: rfc822; gone@else.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    "--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: bob@example.org\r\nMessage-ID: <2@example.org>\r\n"
    "Subject: c\r\n\r\nd\r\n";

enum class Sender : std::uint8_t { Somebody, Nobody };

inline constexpr std::chrono::sys_days kToday{std::chrono::days(20'000)};
inline constexpr std::chrono::sys_days kReadySince{std::chrono::days(19'000)};

class MessagePathTest : public net::LoopTest {
 protected:
  MessagePathTest() {
    settings_.hostname = "mx.test";
    settings_.has_tags = true;
    set_domain(policy::Stage::Reject);
    origin::Key key;
    key.use = origin::KeyUse::Sign;
    key.secret = "secret";
    EXPECT_TRUE(settings_.keys.add(key));
    settings_.gateways.emplace_back().name = "in";
  }

  /// The only domain, which is ready.
  void set_domain(policy::Stage stage, std::vector<std::string> never_sends = {}) {
    settings_.domains = {{.name = "example.org",
                          .stage = stage,
                          .ready_since = kReadySince,
                          .never_sends = std::move(never_sends)}};
  }

  void begin(next_hop::MessageForm form, Sender sender = Sender::Somebody) {
    form_ = form;
    scanner_.reset();
    transaction_ = Transaction{};
    transaction_.settings = std::make_shared<Settings>(settings_);
    transaction_.gateway = &transaction_.settings->gateways.front();
    transaction_.site = transaction_.settings.get();
    transaction_.direction = transaction_.gateway->direction;
    if (sender == Sender::Somebody) transaction_.mail.reverse_path = {mail::Address{"a", "else.test"}};
    add_recipient(mail::Address{"bob", "example.org"});
    transaction_.today = kToday;
    transaction_.route =
        Route{.next_hop = &transaction_.gateway->next_hop, .domain = &transaction_.settings->domains[0]};
    auto delivery = std::make_unique<FakeDelivery>();
    delivery_ = delivery.get();
    transaction_.delivery = std::move(delivery);
    const TraceFacts trace{.helo = "c.test", .client = "[192.0.2.1]", .hostname = "mx.test", .id = "1f"};
    path_.reset();
    path_ = std::make_unique<MessagePath>(transaction_, form, trace, reader_, memory_, client_);
  }

  void add_recipient(const mail::Address& address) {
    auto tag = origin::verify(address, settings_.keys, kToday);
    transaction_.recipients.push_back({.given = address.text(),
                                       .domain = &transaction_.settings->domains[0],
                                       .claim = origin::Recipient{address, std::move(tag)}});
  }

  void take(std::string_view bytes, bool is_end) {
    const std::size_t dots = form_ == next_hop::MessageForm::Stuffed ? scanner_.scan(bytes).dots : 0;
    run(path_->take(bytes, is_end, dots));
  }

  /// A message as its form has it on the wire, with its end.
  static std::string on_the_wire(std::string_view message, next_hop::MessageForm form) {
    if (form == next_hop::MessageForm::Plain) return std::string(message);
    std::string out;
    smtp::Stuffer stuffer;
    stuffer.append(message, out);
    stuffer.finish(out);
    return out;
  }
  void send(const smtp::Pieces& pieces) {
    for (std::size_t i = 0; i < pieces.size(); ++i) take(pieces[i], i + 1 == pieces.size());
  }
  void send(std::string_view message) { send(smtp::Pieces{on_the_wire(message, form_)}); }

  /// What the next hop got, behind the Received field, which must be there.
  std::string behind_trace(std::string_view front = {}) const {
    EXPECT_THAT(
        delivery_->taken,
        testing::StartsWith(std::string(front) + "Received: from c.test ([192.0.2.1])\r\n\tby mx.test "));
    const std::size_t last = delivery_->taken.find("+0000\r\n");
    return last == std::string::npos ? std::string() : delivery_->taken.substr(last + 7);
  }
  std::string answer() const { return path_->answer() ? path_->answer()->text() : "none yet"; }

  Settings settings_;
  Transaction transaction_;
  intake::HeldMemory memory_;
  intake::HeldMemory::Address client_ = boost::asio::ip::make_address("192.0.2.1");
  response::Reader reader_;
  FakeDelivery* delivery_ = nullptr;  ///< of transaction_
  std::unique_ptr<MessagePath> path_;
  next_hop::MessageForm form_ = next_hop::MessageForm::Stuffed;
  smtp::DataScanner scanner_;
};

inline constexpr next_hop::MessageForm kForms[] = {next_hop::MessageForm::Stuffed,
                                                   next_hop::MessageForm::Plain};

}  // namespace backstop::gateway
