// What the tests of DataPhase share: a session's side of a message, a client's, and a next hop that does as
// it is told.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/connection_fixture.h"
#include "gateway/data_phase.h"
#include "gateway/message_path_fixture.h"

namespace backstop::gateway {

using namespace std::chrono_literals;
using enum DataEnd;
using next_hop::MessageForm;

/// Leaves its calls behind, and does as it is told at the end of data.
class WatchedDelivery : public FakeDelivery {
 public:
  explicit WatchedDelivery(std::vector<std::string>& left) : left_(left) {}
  ~WatchedDelivery() override { left_ = calls; }

  net::Task<smtp::Reply> finish(std::string_view first, std::string_view second) override {
    if (at_finish) co_await at_finish();
    co_return co_await FakeDelivery::finish(first, second);
  }

  std::function<net::Task<void>()> at_finish;

 private:
  std::vector<std::string>& left_;
};

class DataPhaseTest : public MessagePathTest, protected DataHost {
 protected:
  ~DataPhaseTest() override { transaction_.delivery.reset(); }

  /// Another message, by another client; `set_up` may change what the next hop does.
  void open(MessageForm form) {
    begin(form);
    ends_ = std::make_unique<ClientEnds>(loop_);
    ends_->connection.stream().expires_after(60s);
    speaker_ = std::make_unique<Speaker>(ends_->connection);
    speaker_->open();
    auto delivery = std::make_unique<WatchedDelivery>(left_calls_);
    watched_ = delivery.get();
    transaction_.delivery = std::move(delivery);
    const TraceFacts trace{.helo = "c.test", .client = "[192.0.2.1]", .hostname = "mx.test", .id = "1f"};
    phase_.reset();
    phase_ = std::make_unique<DataPhase>(static_cast<DataHost&>(*this), *speaker_, ends_->connection,
                                         transaction_, form, trace, reader_, memory_, client_);
    records_.clear();
    is_stopped_ = false;
  }

  net::Task<void> keep(net::Task<DataEnd> task) { end_ = co_await std::move(task); }
  DataEnd data() {
    run(keep(phase_->data()));
    return end_;
  }
  DataEnd chunk(std::uint64_t size, bool is_last) {
    run(keep(phase_->chunk(size, is_last)));
    return end_;
  }

  net::Task<void> stop_later(bool& was_reading) {
    co_await tick();
    was_reading = phase_->is_reading();
    is_stopped_ = true;
    ends_->connection.stream().interrupt();
  }
  net::Task<void> hear_and_send(std::size_t size, std::string& heard, std::string_view bytes) {
    while (!phase_->is_reading()) co_await net::asio::post(net::kUseTask);
    heard = ends_->far.receive(size);
    ends_->far.send(bytes);
  }
  net::Task<void> say_the_rest() {
    (void)co_await ends_->connection.flush();
    co_await ends_->connection.stream().shut_down();
  }
  /// All that the client hears; the connection ends with it.
  std::string said() {
    run(say_the_rest());
    return ends_->far.receive();
  }
  const std::vector<std::string>& calls() const {
    return transaction_.delivery ? watched_->calls : left_calls_;
  }
  std::string_view input() const { return ends_->connection.input(); }

  void record(const intake::Outcome& outcome) override {
    std::string text = outcome.reply.code == 0 ? "nothing said" : outcome.reply.text();
    if (outcome.is_delivered) text += ", delivered";
    if (outcome.is_client_gone) text += ", gone";
    if (outcome.is_past_limit) text += ", past a limit";
    if (!outcome.failure.empty()) text.append(": ").append(outcome.failure);
    records_.push_back(text);
    recorded_size_ = outcome.size;
    recorded_id_ = outcome.message_id;
  }
  bool is_stopped() const override { return is_stopped_; }
  smtp::Reply why_to_end() const override { return reply_for(Ending::Stopping); }

  std::unique_ptr<ClientEnds> ends_;
  std::unique_ptr<Speaker> speaker_;
  WatchedDelivery* watched_ = nullptr;  ///< of transaction_
  std::vector<std::string> left_calls_;
  std::unique_ptr<DataPhase> phase_;
  DataEnd end_{};
  std::vector<std::string> records_;
  std::uint64_t recorded_size_ = 0;
  std::string recorded_id_;
  bool is_stopped_ = false;
};

inline constexpr std::string_view kGoOn = "354 Go on; end with a dot on a line by itself\r\n";
inline constexpr std::string_view kTooLate = "421 4.4.2 The message did not come in time, closing";
inline constexpr std::string_view kStopping = "421 4.3.2 This server is shutting down, try again later";
inline constexpr std::string_view kAfterFault = "421 4.7.0 What follows such a message is not read, closing";
inline constexpr std::string_view kEndless = "421 4.7.0 The refused message does not end, closing";
inline constexpr std::string_view kBareLf =
    "550 5.5.2 This message holds a line feed without carriage return, which no mail may hold";
inline constexpr std::string_view kBareCr =
    "550 5.5.2 This message holds a carriage return without line feed, which no mail may hold";
inline constexpr std::string_view kTooLarge = "552 5.3.4 This message is too large";

inline std::string lines(std::string_view first, std::string_view second = {}) {
  std::string text = std::string(first) + "\r\n";
  return second.empty() ? text : text + std::string(second) + "\r\n";
}

inline std::string with(std::string_view reply, std::string_view more) {
  return std::string(reply) + std::string(more);
}

inline void usual(Settings&) {}
inline void takes(FakeDelivery&) {}
inline void refuses_data(FakeDelivery& delivery) {
  delivery.begin_reply = {554, "5.0.0", "no"};
}
inline void defers_data(FakeDelivery& delivery) {
  delivery.begin_reply = {450, "4.0.0", "later"};
}
inline void refuses_at_the_end(FakeDelivery& delivery) {
  delivery.final_reply = {550, "5.0.0", "no"};
}
inline void small(Settings& settings) {
  settings.limits.message = kHeader.size();
}
inline void no_time(Settings& settings) {
  settings.limits.data_block = 0s;
}
inline void no_total(Settings& settings) {
  settings.limits.data_total = -1s;
}

inline const std::string kHead(kHeader);

}  // namespace backstop::gateway
