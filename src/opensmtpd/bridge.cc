#include "opensmtpd/bridge.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <utility>

#include "net/stream.h"

namespace backstop::opensmtpd {
namespace {

using Clock = std::chrono::steady_clock;
using Descriptor = net::asio::posix::basic_stream_descriptor<net::Executor>;

constexpr std::size_t kRoom = std::size_t{64} * 1024;
constexpr std::size_t kFlush = std::size_t{64} * 1024;
constexpr std::chrono::seconds kAskAgain{10};
/// The same line is told once in this time: with the service down, every mail has it.
constexpr std::chrono::seconds kTellAgain{60};

}  // namespace

/// A milter connection. Its coroutines hold it while it is in use.
struct Bridge::Wire {
  Link* link = nullptr;  ///< nullptr: nobody listens any more
  std::unique_ptr<net::Stream> stream = nullptr;
  std::string output = {};
  bool is_writing = false;
};

/// A session with its milter connection.
class Bridge::Link : public Outside {
 public:
  Link(Bridge& bridge, std::string id)
      : bridge_(bridge), session_(std::move(id), bridge.settings_.session, *this) {}
  ~Link() override { close(); }

  Session& session() { return session_; }

  void say(std::string_view lines) override { bridge_.say(lines); }
  void tell(std::string_view text) override { bridge_.tell(text); }

  void open(bool is_local) override {
    close();
    wire_ = std::make_shared<Wire>(Wire{.link = this});
    net::asio::co_spawn(bridge_.loop_.context(), talk(bridge_, wire_, bridge_.place_of(is_local)),
                        net::asio::detached);
  }

  void send(std::string_view packets) override {
    if (!wire_ || !wire_->stream) return;
    wire_->output += packets;
    set_time();
    if (wire_->is_writing) return;
    std::string_view first = wire_->output;
    std::string_view second;
    const auto done = wire_->stream->write_now(first, second);
    wire_->output.erase(0, wire_->output.size() - (done ? 0 : first.size()));
    // A connection that has failed is found by the coroutine that reads.
    if (done) return;
    wire_->is_writing = true;
    net::asio::co_spawn(bridge_.loop_.context(), write(wire_), net::asio::detached);
  }

  void close() override {
    if (!wire_) return;
    wire_->link = nullptr;
    if (wire_->stream) wire_->stream->close();
    wire_.reset();
  }

  /// Once something was asked or answered. A connection that is asked nothing may wait for ever.
  void set_time() {
    if (!wire_ || !wire_->stream) return;
    if (session_.is_waiting()) {
      wire_->stream->expires_after(bridge_.settings_.answer_time);
    } else {
      wire_->stream->expires_at(Clock::time_point::max());
    }
  }

  void lost(std::string_view why) {
    close();
    session_.lost(why);
  }

 private:
  Bridge& bridge_;
  Session session_;
  std::shared_ptr<Wire> wire_;
};

Bridge::Bridge(net::Loop& loop, int in, int out, BridgeSettings settings)
    : loop_(loop), in_(in), out_(out), settings_(std::move(settings)) {}

Bridge::~Bridge() = default;

net::Task<base::Result<void>> Bridge::run() {
  Descriptor input(loop_.context(), ::dup(in_));
  std::string buffer;
  std::size_t have = 0;
  for (;;) {
    buffer.resize(have + kRoom);
    const auto [failed, size] =
        co_await input.async_read_some(net::asio::buffer(buffer.data() + have, kRoom), net::kUseTask);
    if (failed) co_return base::Result<void>();
    std::string_view rest(buffer.data(), have + size);
    std::size_t sought = have;
    for (auto end = rest.find('\n', sought); end != std::string_view::npos; end = rest.find('\n')) {
      take(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    flush();
    have = rest.size();
    if (have > kMostLine) co_return std::unexpected(base::Error{"OpenSMTPD sent a line without an end"});
    buffer.erase(0, static_cast<std::size_t>(rest.data() - buffer.data()));
  }
}

void Bridge::take(std::string_view text) {
  const auto line = parse_line(text);
  if (!line) return tell(line.error().message);
  if (line->stream == Stream::Config) {
    take_config(*line);
  } else if (line->is_report("link-disconnect")) {
    if (const auto found = links_.find(line->session); found != links_.end()) links_.erase(found);
  } else {
    link_of(*line).session().take(*line);
  }
}

// A filter that no listener uses may not ask for anything.
void Bridge::take_config(const Line& line) {
  if (line.name == "smtpd-version") settings_.session.limits = limits_of(line.rest);
  if (line.name == "subsystem") has_subsystems_ = true;
  if (line.name == "subsystem" && line.rest == "smtp-in") has_smtp_in_ = true;
  if (line.name != "ready") return;
  append_registration(has_smtp_in_ || !has_subsystems_, output_);
}

Bridge::Link& Bridge::link_of(const Line& line) {
  const auto found = links_.find(line.session);
  if (found != links_.end()) return *found->second;
  auto link = std::make_unique<Link>(*this, std::string(line.session));
  return *links_.emplace(line.session, std::move(link)).first->second;
}

std::optional<net::Target> Bridge::place_of(bool is_local) {
  const auto now = Clock::now();
  if (!places_ && now - places_asked_ >= kAskAgain) {
    places_asked_ = now;
    auto found = settings_.find_places();
    if (found) {
      places_ = std::move(*found);
    } else {
      tell(found.error().message);
    }
  }
  if (!places_) return std::nullopt;
  return is_local ? places_->internal : places_->smtp;
}

// The configuration may have changed.
void Bridge::forget_places() {
  if (Clock::now() - places_asked_ >= kAskAgain) places_.reset();
}

net::Task<void> Bridge::talk(Bridge& bridge, std::shared_ptr<Wire> wire, std::optional<net::Target> target) {
  // Who opened the connection has to return first.
  co_await net::asio::post(bridge.loop_.context(), net::kUseTask);
  if (wire->link == nullptr) co_return;
  if (!target) {
    wire->link->lost("it is not known where the milter listens for this mail");
    co_return bridge.flush();
  }
  auto stream = co_await net::connect(*target, bridge.loop_, bridge.settings_.connect_time);
  if (wire->link == nullptr) co_return;
  if (!stream) {
    bridge.forget_places();
    wire->link->lost(target->text() + ": " + stream.error().message);
    co_return bridge.flush();
  }
  wire->stream = std::move(*stream);
  wire->link->session().connected();
  std::string input;
  std::array<char, 8192> room;
  for (;;) {
    if (wire->link != nullptr) wire->link->set_time();
    bridge.flush();
    if (wire->link == nullptr) co_return;
    const auto got = co_await wire->stream->read_some(room);
    if (wire->link == nullptr) co_return;
    if (!got) {
      wire->link->lost("the milter: " + std::string(net::explain(got.error())));
      continue;
    }
    input.append(room.data(), *got);
    std::size_t taken = 0;
    while (wire->link != nullptr) {
      const auto parsed = milter::parse_packet(std::string_view(input).substr(taken));
      if (!parsed) wire->link->lost(parsed.error().message);
      if (!parsed || !parsed->packet) break;
      wire->link->session().heard(*parsed->packet);
      taken += parsed->size;
    }
    input.erase(0, taken);
  }
}

net::Task<void> Bridge::write(std::shared_ptr<Wire> wire) {
  while (!wire->output.empty()) {
    const auto part = std::exchange(wire->output, {});
    if (!co_await wire->stream->write(part)) break;
  }
  wire->is_writing = false;
}

void Bridge::say(std::string_view lines) {
  output_ += lines;
  if (output_.size() >= kFlush) flush();
}

// OpenSMTPD takes what a filter says at once and puts it aside, so that this doesn't wait for its clients.
void Bridge::flush() {
  std::string_view rest = output_;
  while (!rest.empty()) {
    const auto done = ::write(out_, rest.data(), rest.size());
    if (done > 0) {
      rest.remove_prefix(static_cast<std::size_t>(done));
    } else if (done < 0 && (errno == EAGAIN || errno == EINTR)) {
      pollfd wanted{.fd = out_, .events = POLLOUT, .revents = 0};
      ::poll(&wanted, 1, -1);
    } else {
      break;  // nobody is there, which run() finds, too
    }
  }
  output_.clear();
}

void Bridge::tell(std::string_view text) {
  const auto now = Clock::now();
  if (text == last_told_ && now - told_at_ < kTellAgain) return;
  last_told_ = text;
  told_at_ = now;
  settings_.tell(text);
}

}  // namespace backstop::opensmtpd
