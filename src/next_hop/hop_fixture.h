// For tests: a next hop on the loop of the test, which answers each command as it is told to.
#pragma once

#include <gtest/gtest.h>

#include <charconv>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/listener.h"
#include "net/loop_fixture.h"
#include "next_hop/pool.h"

namespace backstop::next_hop {

/// Answers are found by the verb, by "connect" and by "dot"; an empty one ends the connection, and kSilence
/// is none. A list of answers is used up but for its last.
class FakeHop {
 public:
  static constexpr std::string_view kSilence = "silence";

  explicit FakeHop(net::Loop& loop)
      : loop_(loop), listener_(loop.context(), bound(), [this](net::Socket socket, auto, auto) {
          net::asio::co_spawn(loop_.context(),
                              serve(std::make_unique<net::Stream>(std::move(socket), loop_.deadlines())),
                              net::asio::detached);
        }) {
    net::asio::co_spawn(loop.context(), listener_.run(), net::asio::detached);
  }
  ~FakeHop() { listener_.stop(); }

  NextHop hop(std::string_view scheme = "smtp") const {
    return *parse_next_hop(std::string(scheme) + "://127.0.0.1:" + std::to_string(listener_.endpoint().port));
  }
  void answer(const std::string& verb, std::vector<std::string> answers) {
    answers_[verb] = std::move(answers);
  }

  std::vector<std::string> commands;
  std::vector<std::string> mails;       ///< as they came, without the end of data
  std::vector<std::string> unfinished;  ///< mails whose end never came
  int connections = 0;

 private:
  static net::ListeningSocket bound() {
    auto sockets = net::listen(*net::parse_endpoint("127.0.0.1:0"), 1);
    if (!sockets) std::abort();
    return std::move(sockets->front());
  }

  std::string next_answer(const std::string& verb) {
    auto& answers = answers_[verb];
    if (answers.empty()) return "250 ok";
    std::string answer = answers.front();
    if (answers.size() > 1) answers.erase(answers.begin());
    return answer;
  }

  net::Task<void> serve(std::unique_ptr<net::Stream> stream) {
    ++connections;
    std::string input;
    std::string chunks;
    bool is_in_data = false;
    if (!co_await say(*stream, "connect")) co_return;
    for (;;) {
      const std::string_view end = is_in_data ? "\r\n.\r\n" : "\r\n";
      std::size_t at = 0;
      while ((at = input.find(end)) == std::string::npos) {
        if (co_await more(*stream, input)) continue;
        if (is_in_data) unfinished.push_back(input);
        co_return;
      }
      std::string line = input.substr(0, at);
      input.erase(0, at + end.size());
      std::string verb = is_in_data ? "dot" : line.substr(0, line.find(' '));
      if (is_in_data) {
        mails.push_back(line + "\r\n");
      } else {
        commands.push_back(line);
      }
      if (verb == "BDAT") {
        std::size_t size = 0;
        std::from_chars(line.data() + 5, line.data() + line.size(), size);
        while (input.size() < size) {
          if (!co_await more(*stream, input)) co_return;
        }
        chunks += input.substr(0, size);
        input.erase(0, size);
        if (line.ends_with("LAST")) {
          mails.push_back(std::exchange(chunks, {}));
          verb = "dot";
        }
      }
      const std::string answer = next_answer(verb);
      if (answer == kSilence) continue;
      if (answer.empty() || !co_await stream->write(answer, "\r\n")) co_return;
      is_in_data = verb == "DATA" && answer.starts_with('3') && !answer.starts_with("334");
    }
  }
  net::Task<bool> say(net::Stream& stream, std::string verb) {
    const std::string answer = next_answer(verb);
    co_return !answer.empty() && (co_await stream.write(answer, "\r\n")).has_value();
  }
  static net::Task<bool> more(net::Stream& stream, std::string& input) {
    std::array<char, 4096> buffer;
    const auto size = co_await stream.read_some(buffer);
    if (size) input.append(buffer.data(), *size);
    co_return size.has_value();
  }

  net::Loop& loop_;
  std::map<std::string, std::vector<std::string>> answers_ = {
      {"connect", {"220 hop.test ESMTP"}},
      {"EHLO", {"250-hop.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-DSN\r\n250 SIZE"}},
      {"LHLO", {"250-hop.test\r\n250 PIPELINING"}},
      {"DATA", {"354 go on"}},
      {"dot", {"250 2.0.0 taken"}}};
  net::Listener listener_;
};

class HopTest : public net::LoopTest {
 protected:
  HopTest() {
    limits_.next_hop_connect = limits_.next_hop_reply = limits_.next_hop_final = std::chrono::seconds(5);
  }

  /// The value of a task.
  template <typename T>
  T wait(net::Task<T> task) {
    std::optional<T> value;
    run(keep(std::move(task), value));
    return std::move(*value);
  }
  void wait(net::Task<void> task) { run(std::move(task)); }

  std::vector<std::string> notices_;
  Alarm alarm_{[this](os::LogLevel, std::string_view line) { notices_.emplace_back(line); }};
  Directory directory_;
  std::string hostname_ = "mx.test";
  Limits limits_;
  net::TlsContext no_tls_;
  Context context_{hostname_, limits_, no_tls_, no_tls_};
  FakeHop fake_{loop_};
  Pool pool_{loop_, directory_, alarm_};

 private:
  template <typename T>
  static net::Task<void> keep(net::Task<T> task, std::optional<T>& value) {
    value.emplace(co_await std::move(task));
  }
};

}  // namespace backstop::next_hop
