// A whole session of the milter: a mail server sends anything. What it gets are whole packets; changes come
// only at the end of a message, only those that were agreed on, and with an answer behind them; mail of the
// server's own is never refused for good. When the session has ended, nothing is held any more.
//
// The first byte is the kind of installation, the others are what the server sends.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "filter/milter_server.h"
#include "filter/milter_session.h"
#include "milter/negotiation.h"
#include "milter/packet.h"

namespace {

using namespace backstop;

constexpr std::size_t kMostInput = 32UZ * 1024;  // less than a socket takes at once

void require(bool holds) {
  if (!holds) std::abort();
}

class Events : public intake::Journal {
 public:
  void record(store::Event event) override { require(event.gateway == intake::kMilterName); }
  void notice(base::LogLevel, std::string_view line) override { require(!line.contains('\n')); }
};

class Place : public intake::Workplace {
 public:
  explicit Place(intake::Journal& events) : shared_(events) {}

  net::Loop& loop() override { return loop_; }
  response::Reader& reader() override {
    static response::Reader reader;
    return reader;
  }
  intake::Shared& shared() override { return shared_; }
  intake::CheckSources check_sources() override { return {}; }
  intake::KeyLookUps* key_look_ups() override { return nullptr; }
  std::string next_id() override { return "1f"; }
  void add(intake::LiveSession&) override { ++sessions; }
  void remove(intake::LiveSession&) override { --sessions; }
  bool is_draining() const override { return false; }
  bool is_hurrying() const override { return false; }
  bool is_stopped() const override { return false; }

  int sessions = 0;

 private:
  intake::Shared shared_;
  net::Loop loop_{1};
};

std::shared_ptr<const filter::Settings> settings_of(std::uint8_t kind) {
  auto site = std::make_shared<intake::Site>();
  site->hostname = "mx.example.org";
  site->has_tags = (kind & 4) != 0;
  site->has_watermark = (kind & 8) != 0;
  const auto stage = static_cast<policy::Stage>(kind & 3);
  site->domains = {{.name = "example.org",
                    .stage = stage,
                    .ready_since = std::chrono::sys_days{std::chrono::days(100)},
                    .never_sends = {"noc"}},
                   {.name = "example.net", .stage = policy::Stage::Label}};
  origin::Key key;
  key.use = origin::KeyUse::Sign;
  key.secret = "secret";
  require(site->keys.add(key).has_value());
  site->watermark_keys = origin::WatermarkKeys(site->keys);
  site->way_out.stage = (kind & 16) != 0 ? policy::WayOutStage::Strict : policy::WayOutStage::Observe;
  site->auth.spf = site->auth.dmarc = site->auth.sender_domain = intake::AuthUse::Off;
  site->auth.results = intake::AuthResults::None;
  auto settings = std::make_shared<filter::Settings>();
  settings->site = std::move(site);
  settings->limits.header = settings->limits.held = 4096;
  settings->recipients = 8;
  return settings;
}

// What the server gets, packet by packet.
class Heard {
 public:
  explicit Heard(bool is_internal) : is_internal_(is_internal) {}

  void take(const milter::Packet& packet) {
    if (packet.letter == 'O') return agree(packet.data);
    require(agreed_.has_value());
    if (std::string_view("ime+2-q").contains(packet.letter)) return change(packet.letter);
    require(std::string_view("casdy").contains(packet.letter));
    require(!has_changes_ || packet.letter == 'a');
    require(packet.letter != 's' || agreed_->has(milter::step::kSkip));
    if (packet.letter == 'y') refuse(packet.data);
    has_changes_ = false;
    ++answers_;
  }
  void end(std::size_t sent) const {
    require(!has_changes_);
    require(answers_ <= sent);
  }

 private:
  void agree(std::string_view data) {
    require(!agreed_.has_value());
    const auto read = milter::parse_negotiation(data);
    require(read.has_value());
    agreed_ = *read;
  }
  void change(char letter) {
    const auto needed = [&] {
      switch (letter) {
        case 'i':
          return milter::action::kAddHeader;
        case 'm':
          return milter::action::kChangeHeader;
        case 'e':
          return milter::action::kChangeSender;
        case '+':
          return milter::action::kAddRecipient;
        case '2':
          return milter::action::kAddRecipientWithParameters;
        case '-':
          return milter::action::kDeleteRecipient;
        default:
          return milter::action::kQuarantine;
      }
    }();
    require(agreed_->may(needed));
    has_changes_ = true;
  }
  void refuse(std::string_view data) const {
    require(data.starts_with('4') || data.starts_with('5'));
    require(!is_internal_ || data.starts_with('4'));
    require(data.ends_with('\0') && data.find('\0') == data.size() - 1);
  }

  bool is_internal_;
  std::optional<milter::Negotiation> agreed_;
  bool has_changes_ = false;
  std::size_t answers_ = 0;
};

net::Task<void> serve(std::unique_ptr<filter::MilterSession> session) {
  co_await session->run();
}

std::size_t packets_in(std::string_view bytes) {
  std::size_t count = 0;
  for (;;) {
    const auto parsed = milter::parse_packet(bytes);
    if (!parsed || !parsed->packet) return count;
    bytes.remove_prefix(parsed->size);
    ++count;
  }
}

std::string all_of(int descriptor) {
  std::string got;
  std::array<char, 65536> buffer;
  ssize_t size = 0;
  while ((size = ::recv(descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0)
    got.append(buffer.data(), static_cast<std::size_t>(size));
  return got;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > kMostInput) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool is_internal = (data[0] & 32) != 0;
  Events events;
  Place place(events);
  filter::MilterServer server(settings_of(data[0]), events);
  std::array<int, 2> ends{};
  require(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  require(::send(ends[0], bytes.data(), bytes.size(), MSG_DONTWAIT) == static_cast<ssize_t>(bytes.size()));
  ::shutdown(ends[0], SHUT_WR);
  std::atomic<std::size_t> connections = 1;
  bool has_ended = false;
  net::Socket socket(place.loop().context(), net::asio::generic::stream_protocol(AF_UNIX, 0), ends[1]);
  auto session = std::make_unique<filter::MilterSession>(
      place, std::move(socket), server, intake::Ticket(connections),
      is_internal ? filter::Door::Internal : filter::Door::Smtp, "a server");
  net::asio::co_spawn(place.loop().context(), serve(std::move(session)),
                      [&has_ended](const std::exception_ptr& failed) {
                        require(failed == nullptr);
                        has_ended = true;
                      });
  Heard heard(is_internal);
  std::string got;
  const auto listen = [&] {
    got += all_of(ends[0]);
    std::size_t taken = 0;
    for (;;) {
      const auto parsed = milter::parse_packet(std::string_view(got).substr(taken));
      require(parsed.has_value());
      if (!parsed->packet) break;
      heard.take(*parsed->packet);
      taken += parsed->size;
    }
    got.erase(0, taken);
  };
  while (place.loop().context().poll() > 0) {
    place.loop().context().restart();
    listen();
  }
  listen();
  ::close(ends[0]);
  require(has_ended && got.empty());
  heard.end(packets_in(bytes));
  require(connections == 0 && place.sessions == 0);
  require(place.shared().held.total() == 0);
  return 0;
}
