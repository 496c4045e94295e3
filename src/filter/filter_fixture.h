// For tests of the milter: a workplace on a loop, and a mail server at the other end of a session's socket,
// which sends packets as Postfix does and notes the answers as text.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "filter/milter_server.h"
#include "filter/milter_session.h"
#include "intake/kept_fixture.h"
#include "milter/negotiation.h"
#include "milter/packet.h"
#include "net/loop_fixture.h"
#include "origin/tag_fixture.h"

namespace backstop::filter {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

inline constexpr std::uint32_t kAllActions = 0x1ff;
inline constexpr std::uint32_t kAllSteps = 0x1fffff;
inline constexpr std::chrono::sys_days kToday{std::chrono::days(20'000)};
inline std::chrono::system_clock::time_point at_noon() {
  return kToday + std::chrono::hours(12);
}

inline std::string text(std::string_view words) {
  return std::string(words) + '\0';
}
inline std::string packet(char letter, std::string_view data = {}) {
  std::string out;
  milter::append_packet(letter, {data}, out);
  return out;
}
inline std::string offer(std::uint32_t actions = kAllActions, std::uint32_t steps = kAllSteps) {
  return packet('O', milter::octets_of(6) + milter::octets_of(actions) + milter::octets_of(steps));
}
inline std::string client_data(std::string_view address) {
  return text("c.test") + (address.contains(':') ? '6' : '4') + std::string("\x19\x19", 2) + text(address);
}

/// Shows an answer: its letter, and its data with '|' for NUL and "#n " for a number.
inline std::string shown(const milter::Packet& answer) {
  std::string out(1, answer.letter);
  auto data = answer.data;
  const bool has_number = answer.letter == 'i' || answer.letter == 'm';
  if (has_number) {
    out += fmt::format(" #{}", milter::number_of(data));
    data.remove_prefix(4);
  }
  if (data.ends_with('\0')) data.remove_suffix(1);
  if (!data.empty()) out.append(" ").append(data);
  std::ranges::replace(out, '\0', '|');
  return out;
}

/// Takes whole packets off the front of `bytes`.
inline std::vector<std::string> take_shown(std::string& bytes) {
  std::vector<std::string> answers;
  for (;;) {
    const auto parsed = milter::parse_packet(bytes);
    if (!parsed || !parsed->packet) return answers;
    answers.push_back(shown(*parsed->packet));
    bytes.erase(0, parsed->size);
  }
}

class EventList : public intake::NoticeList {
 public:
  void record(store::Event event) override { events.push_back(std::move(event)); }

  std::vector<store::Event> events;
};

class FakeWorkplace : public intake::Workplace {
 public:
  FakeWorkplace(net::Loop& loop, intake::Journal& journal) : shared_(journal), loop_(loop) {
    shared_.clock = at_noon;
  }

  net::Loop& loop() override { return loop_; }
  response::Reader& reader() override { return reader_; }
  intake::Shared& shared() override { return shared_; }
  intake::CheckSources check_sources() override { return sources; }
  intake::KeyLookUps* key_look_ups() override { return nullptr; }
  std::string next_id() override { return fmt::format("id{}", ++ids_); }
  void add(intake::LiveSession& session) override { sessions.push_back(&session); }
  void remove(intake::LiveSession& session) override { std::erase(sessions, &session); }
  bool is_draining() const override { return draining || hurrying; }
  bool is_hurrying() const override { return hurrying; }
  bool is_stopped() const override { return false; }

  intake::CheckSources sources;
  std::vector<intake::LiveSession*> sessions;
  bool draining = false;
  bool hurrying = false;

 private:
  intake::Shared shared_;
  response::Reader reader_;
  net::Loop& loop_;
  int ids_ = 0;
};

struct Rcpt {
  std::string path;
  std::vector<std::string> parameters = {};
};

/// One mail, as a mail server has it.
struct Told {
  std::string sender = "<a@else.test>";
  std::vector<std::string> mail_parameters = {};
  std::vector<Rcpt> recipients = {{"<bob@example.org>"}};
  std::string message = "From: a@else.test\r\nSubject: b\r\nMessage-ID: <1@else.test>\r\n\r\nhello\r\n";
  Door door = Door::Smtp;
  std::string client = "192.0.2.1";
  std::string login = {};
  std::string daemon = {};
  std::string queue_id = {};
  bool can_discard = true;
  std::uint32_t actions = kAllActions;
  std::uint32_t steps = kAllSteps;
  std::size_t piece = 65535;  ///< of the body
};

/// What it heard. A step without an answer has none here.
struct Heard {
  std::vector<std::string> recipients;
  std::string header_end;
  std::vector<std::string> pieces;
  std::vector<std::string> end;  ///< the last one is the answer; empty if the end was not sent
  bool is_cut = false;           ///< the connection was closed
};

inline const std::string kBounce =
    "From: MAILER-DAEMON@else.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\nMIME-Version: 1.0\r\n"
    "Message-ID: <9@else.test>\r\n\r\n"
    "--x\r\nContent-Type: text/plain\r\n\r\nunknown user\r\n"
    "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; else.test\r\n\r\n"
    "Final-Recipient: rfc822; gone@else.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    "--x\r\nContent-Type: message/rfc822\r\n\r\n"
    "Received: from desk by else.test; Wed, 2 Dec 2026 10:00:01 +0000\r\nFrom: bob@example.org\r\n"
    "To: gone@else.test\r\nDate: Wed, 2 Dec 2026 10:00:00 +0000\r\nMessage-ID: <2@example.org>\r\n"
    "Subject: c\r\n\r\nd\r\n\r\n--x--\r\n";

inline Told bounce(Told more = {}) {
  more.sender = "<>";
  more.message = kBounce;
  return more;
}

/// A mail server that waits for each answer.
class MailServer {
 public:
  MailServer(net::Stream& stream, const Told& told) : stream_(stream), told_(told) {}

  net::Task<void> play(Heard& heard) {
    if (co_await begin(heard)) co_await send(heard);
    if (is_cut_) {
      heard.is_cut = true;
    } else {
      (void)co_await say('Q', {});
    }
  }

 private:
  static std::string path_data(const std::string& path, const std::vector<std::string>& parameters) {
    std::string data = text(path);
    for (const auto& one : parameters) data += text(one);
    return data;
  }
  std::string macros(char step) const {
    std::string data(1, step);
    const auto add = [&](std::string_view name, const std::string& value) {
      if (!value.empty()) data += text(name) + text(value);
    };
    add("{daemon_name}", told_.daemon);
    if (step == 'C' && !told_.can_discard) add("{backstop_no_discard}", "yes");
    if (step != 'C') add("{auth_authen}", told_.login);
    if (step != 'C' && step != 'M') add("i", told_.queue_id);
    return data;
  }

  net::Task<bool> begin(Heard& heard) {
    const auto options =
        milter::octets_of(6) + milter::octets_of(told_.actions) + milter::octets_of(told_.steps);
    (void)co_await say('O', options);
    (void)co_await say('D', macros('C'));
    (void)co_await say('C', client_data(told_.client));
    (void)co_await say('H', text("helo.test"));
    (void)co_await say('D', macros('M'));
    (void)co_await say('M', path_data(told_.sender, told_.mail_parameters));
    for (const auto& one : told_.recipients) {
      (void)co_await say('D', macros('R'));
      const auto answers = co_await say('R', path_data(one.path, one.parameters));
      heard.recipients.push_back(answers.empty() ? "none" : answers.back());
    }
    co_return !is_cut_ && std::ranges::any_of(heard.recipients, [](const auto& one) { return one == "c"; });
  }

  net::Task<void> send(Heard& heard) {
    const std::string_view message(told_.message);
    const auto end = message.find("\r\n\r\n");
    auto header = message.substr(0, end + 2);
    while (!header.empty()) {
      std::size_t line = header.find("\r\n") + 2;
      while (header.substr(line).starts_with(' ') || header.substr(line).starts_with('\t'))
        line = header.find("\r\n", line) + 2;
      (void)co_await say('L', field_data(header.substr(0, line - 2)));
      header.remove_prefix(line);
    }
    const auto ended = co_await say('N', {});
    heard.header_end = ended.empty() ? "none" : ended.back();
    if (heard.header_end != "c") co_return;
    auto body = message.substr(end + 4);
    while (!body.empty()) {
      const auto piece = body.substr(0, told_.piece);
      body.remove_prefix(piece.size());
      const auto answers = co_await say('B', std::string(piece));
      heard.pieces.push_back(answers.empty() ? "none" : answers.back());
      if (heard.pieces.back() == "s") break;
      if (heard.pieces.back() != "c") co_return;
    }
    (void)co_await say('D', macros('E'));
    heard.end = co_await say('E', {});
  }

  // Postfix sends a value with its first space only if that was agreed on, and LF between its lines.
  std::string field_data(std::string_view field) const {
    const auto colon = field.find(':');
    auto value = field.substr(colon + 1);
    if (!agreed_.has(milter::step::kLeadingSpace) && value.starts_with(' ')) value.remove_prefix(1);
    std::string lines(value);
    std::erase(lines, '\r');
    return text(field.substr(0, colon)) + text(lines);
  }

  // Returns the answers; none if the step has none, or the connection is closed.
  net::Task<std::vector<std::string>> say(char letter, std::string data) {
    std::vector<std::string> answers;
    if (is_cut_) co_return answers;
    const std::string bytes = packet(letter, data);
    if (!co_await stream_.write(bytes)) is_cut_ = true;
    if (is_cut_ || !milter::is_answered(agreed_, letter)) co_return answers;
    while (answers.empty() || !std::string_view("Ocasdyrt").contains(answers.back()[0])) {
      std::array<char, 65536> buffer;
      const auto size = co_await stream_.read_some(buffer);
      is_cut_ = !size;
      if (is_cut_) co_return answers;
      input_.append(buffer.data(), *size);
      if (letter == 'O') take_agreement();
      for (auto& one : take_shown(input_)) answers.push_back(std::move(one));
    }
    co_return answers;
  }
  void take_agreement() {
    const auto parsed = milter::parse_packet(input_);
    if (parsed && parsed->packet) agreed_ = *milter::parse_negotiation(parsed->packet->data);
  }

  net::Stream& stream_;
  const Told& told_;
  milter::Negotiation agreed_;
  std::string input_;
  bool is_cut_ = false;
};

class FilterTest : public net::LoopTest {
 protected:
  FilterTest() {
    site_.hostname = "mx.test";
    set_domains(policy::Stage::Reject);
    site_.keys = origin::ring_of(origin::key_of(0, "secret"));
    site_.watermark_keys = origin::WatermarkKeys(site_.keys);
    site_.has_watermark = true;
    site_.auth.results = intake::AuthResults::None;
  }

  static intake::DomainSettings domain(std::string name, policy::Stage stage) {
    return {.name = std::move(name), .stage = stage, .ready_since = kToday - std::chrono::days(100)};
  }
  void set_domains(policy::Stage stage) { site_.domains = {domain("example.org", stage)}; }

  std::shared_ptr<const Settings> settings() const {
    auto made = std::make_shared<Settings>(settings_);
    made->site = std::make_shared<intake::Site>(site_);
    return made;
  }

  /// Makes a place for what is kept; `keeper` is one of Shared's.
  intake::FakeQuarantine* keep_in(std::unique_ptr<intake::Keeper>& keeper) {
    auto place = std::make_unique<intake::FakeQuarantine>();
    auto* const seen = place.get();
    keeper = std::make_unique<intake::Keeper>(std::move(place), journal_, intake::Keeper::Limits{});
    return seen;
  }
  intake::FakeQuarantine* add_quarantine() {
    site_.has_quarantine = true;
    return keep_in(workplace_.shared().keeper);
  }
  intake::FakeQuarantine* add_held_store() { return keep_in(workplace_.shared().held_keeper); }

  std::unique_ptr<MilterSession> session_of(net::Peer end, Door door = Door::Smtp) {
    net::Socket socket(loop_.context(), net::asio::generic::stream_protocol(AF_INET, IPPROTO_TCP),
                       end.release());
    ++connections_;
    return std::make_unique<MilterSession>(workplace_, std::move(socket), server_,
                                           intake::Ticket(connections_), door, "192.0.2.9:1");
  }

  /// One mail on a connection of its own.
  Heard ask(const Told& told) {
    server_.reload(settings());
    auto [near, far] = net::tcp_ends();
    auto session = session_of(std::move(near), told.door);
    const auto stream = stream_of(std::move(far));
    Heard heard;
    MailServer server(*stream, told);
    run(session->run(), server.play(heard));
    return heard;
  }

  /// Sends bytes at once and returns all answers until the session ends; QUIT must be in them, or an error.
  std::vector<std::string> answers_to(const std::string& bytes, Door door = Door::Smtp) {
    server_.reload(settings());
    auto [near, far] = net::tcp_ends();
    auto session = session_of(std::move(near), door);
    far.send(bytes);
    run(session->run());
    session.reset();
    auto got = far.receive();
    auto answers = take_shown(got);
    EXPECT_EQ(got, "") << "half a packet";
    return answers;
  }

  intake::Site site_;
  Settings settings_;
  EventList journal_;
  FakeWorkplace workplace_{loop_, journal_};
  MilterServer server_{std::make_shared<const Settings>(), journal_};
  std::atomic<std::size_t> connections_ = 0;
};

}  // namespace backstop::filter
