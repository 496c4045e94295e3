// For tests: OpenSMTPD on one side of a session, and a milter on the other.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "milter/answer.h"
#include "milter/negotiation.h"
#include "milter/packet.h"
#include "opensmtpd/session.h"
#include "smtp/reply.h"

namespace backstop::opensmtpd {

using namespace std::string_literals;

// The milter answers each step as `answers` says, else as ours
// does with ordinary mail: Continue, and Skip to a piece of the body.
class SessionTest : public testing::Test, public Outside {
 protected:
  void say(std::string_view lines) override {
    EXPECT_TRUE(lines.ends_with('\n'));
    std::string_view rest = lines;
    while (!rest.empty()) {
      said_.emplace_back(rest.substr(0, rest.find('\n')));
      rest.remove_prefix(said_.back().size() + 1);
    }
  }
  void open(bool is_local) override {
    is_local_ = is_local;
    ++opened_;
    is_opening_ = true;
  }
  void send(std::string_view packets) override { sent_ += packets; }
  void close() override {
    ++closed_;
    sent_.clear();
  }
  void tell(std::string_view text) override { told_.emplace_back(text); }

  void report(std::string_view event, std::string_view rest) {
    line("report|0.6|1.1|smtp-in|" + std::string(event) + "|" + kId + (rest.empty() ? "" : "|") +
         std::string(rest));
  }
  void ask(std::string_view phase, std::string_view rest) {
    line("filter|0.6|1.1|smtp-in|" + std::string(phase) + "|" + kId + "|" + kToken + "|" + std::string(rest));
  }
  void line(const std::string& text) {
    const auto parsed = parse_line(text);
    ASSERT_TRUE(parsed) << text;
    session_->take(*parsed);
    run();
  }

  // Lets the milter do all that it can.
  void run() {
    for (;;) {
      if (std::exchange(is_opening_, false)) {
        if (is_down_) {
          session_->lost("connection refused");
        } else {
          session_->connected();
        }
        continue;
      }
      const auto parsed = milter::parse_packet(sent_);
      if (!parsed || !parsed->packet || is_silent_) return;
      const std::string data(parsed->packet->data);
      const char letter = parsed->packet->letter;
      sent_.erase(0, parsed->size);
      if (letter != 'D') seen_ += letter;
      seen_data_.push_back(letter + data);
      if (letter == 'O') offered_ = milter::parse_negotiation(data).value_or(milter::Negotiation());
      answer(letter);
    }
  }
  void answer(char letter) {
    std::string bytes;
    if (!answers_[letter].empty()) {
      const auto one = answers_[letter].front();
      answers_[letter].pop_front();
      if (one == nullptr) {
        sent_.clear();
        return session_->lost("the connection was closed");
      }
      one(bytes);
    } else if (letter == 'O') {
      milter::append_negotiation(*milter::agree(offered_, {.actions = 0x1ff, .steps = agreed_steps_}), {},
                                 bytes);
    } else if (milter::is_answered({.steps = agreed_steps_}, letter)) {
      milter::append_answer(letter == 'B'   ? milter::Answer::Skip
                            : letter == 'E' ? milter::Answer::Accept
                                            : milter::Answer::Continue,
                            bytes);
    }
    hear(bytes);
  }
  void hear(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto parsed = milter::parse_packet(bytes);
      ASSERT_TRUE(parsed && parsed->packet);
      session_->heard(*parsed->packet);
      bytes.remove_prefix(parsed->size);
    }
  }

  using Answer = std::function<void(std::string&)>;
  static Answer simply(milter::Answer answer) {
    return [answer](std::string& out) { milter::append_answer(answer, out); };
  }
  static Answer refusal(int code, std::string_view text) {
    return
        [=](std::string& out) { milter::append_refusal({code, code < 500 ? "4.5.3" : "5.7.1", text}, out); };
  }

  void connect(std::string_view source = "192.0.2.1:2525") {
    report("link-connect", "mx.example.net|pass|" + std::string(source) + "|198.51.100.1:25");
    report("link-identify", "EHLO|client.example.net");
  }
  void mail(std::string_view sender = "bob@example.net") {
    report("protocol-client", "MAIL FROM:<" + std::string(sender) + "> SIZE=10");
    report("tx-begin", "1a2b3c4d");
    report("tx-mail", "1a2b3c4d|ok|" + std::string(sender));
  }
  void recipient(std::string_view address, std::string_view result = "ok") {
    report("protocol-client", "RCPT TO:<" + std::string(address) + ">");
    ask("rcpt-to", address);
    report("tx-rcpt", "1a2b3c4d|" + std::string(result) + "|" + std::string(address));
  }
  void data(const std::vector<std::string>& lines) {
    ask("data", "");
    for (const auto& one : lines) ask("data-line", one);
  }
  void whole_mail() {
    connect();
    mail();
    recipient("ann@example.org");
    data(kMail);
    ask("commit", "");
  }
  static std::string proceed() { return "filter-result|"s + kId + "|" + kToken + "|proceed"; }
  static std::string reject(std::string_view reply) {
    return "filter-result|"s + kId + "|" + kToken + "|reject|" + std::string(reply);
  }
  static std::vector<std::string> returned(const std::vector<std::string>& lines) {
    std::vector<std::string> all;
    for (const auto& one : lines) all.push_back("filter-dataline|"s + kId + "|" + kToken + "|" + one);
    return all;
  }
  std::vector<std::string> data_of(char letter) const {
    std::vector<std::string> all;
    for (const auto& one : seen_data_)
      if (one[0] == letter) all.push_back(one.substr(1));
    return all;
  }
  void begin() { session_.emplace(kId, settings_, *this); }
  void SetUp() override { begin(); }

  static constexpr const char* kId = "7641dfb3798eb5bf";
  static constexpr const char* kToken = "1ef1c203cc576e5d";
  inline static const std::vector<std::string> kMail = {
      "Received: from a", "\tby b", "Subject: one", "X-A: old", "", "first", "..dots", "last", "."};

  Settings settings_;
  std::optional<Session> session_;
  std::vector<std::string> said_;
  std::vector<std::string> told_;
  std::string sent_;
  std::string seen_;  ///< the letters of the packets, without 'D'
  std::vector<std::string> seen_data_;
  std::map<char, std::deque<Answer>> answers_;
  milter::Negotiation offered_;
  std::uint32_t agreed_steps_ = milter::step::kNoUnknown | milter::step::kNoData | milter::step::kSkip |
                                milter::step::kUnansweredConnect | milter::step::kUnansweredHello |
                                milter::step::kUnansweredMail | milter::step::kUnansweredHeader |
                                milter::step::kLeadingSpace;
  int opened_ = 0;
  int closed_ = 0;
  bool is_local_ = false;
  bool is_opening_ = false;
  bool is_down_ = false;
  bool is_silent_ = false;
};

}  // namespace backstop::opensmtpd
