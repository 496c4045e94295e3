#include "net/dns.h"

// c-ares calls ares_query() old from 1.28 on; what replaces it is missing in 1.18, which Debian 12 has.
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <arpa/nameser.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "net/deadlines.h"

namespace backstop::net {

namespace {

using boost::system::error_code;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

constexpr int kTries = 2;            // the second waits twice as long as the first
constexpr int kMostDatagram = 1232;  // bytes of an answer over UDP that no network cuts up (RFC 9715)
constexpr std::size_t kMostName = 253;

/// One socket of c-ares, which opens and closes it.
struct Watch {
  Watch(const Executor& loop, int number) : descriptor(loop, number) {}

  Descriptor descriptor;
  bool wants[2] = {false, false};  ///< by Descriptor::wait_read and wait_write
  bool waits[2] = {false, false};
  bool is_closed = false;
};

/// One look-up, shared by the coroutine that waits and by c-ares.
struct LookUp {
  LookUp(Question asked, const Executor& loop) : question(std::move(asked)), answered(loop) {}

  const Question question;
  Timer answered;  ///< ends at the limit, or when there is an answer
  std::optional<DnsAnswer> answer;
};

DnsAnswer failed(std::string why) {
  return {.why = std::move(why)};
}

bool is_name(std::string_view text) {
  const auto is_fit = [](char c) { return c > ' ' && c < '\x7F' && c != '\\'; };
  return !text.empty() && text.size() <= kMostName && std::ranges::all_of(text, is_fit);
}

/// What c-ares says in its callback. It checked that the answer is one to our question.
DnsAnswer answer_of(int status, std::span<const unsigned char> message, const Question& question) {
  const bool is_none = status == ARES_ENOTFOUND || status == ARES_ENODATA;
  if ((status == ARES_SUCCESS || is_none) && !message.empty()) return read_dns_answer(message, question);
  if (status == ARES_ENODATA) return {.kind = DnsAnswer::Kind::NoData};
  if (is_none || status == ARES_EBADNAME) return {.kind = DnsAnswer::Kind::NoName};
  if (status == ARES_EDESTRUCTION) return failed("the look-ups were stopped");
  return failed(base::printable(ares_strerror(status)));
}

}  // namespace

class Dns::Channel : public std::enable_shared_from_this<Channel> {
 public:
  Channel(asio::io_context& loop, DnsSettings settings)
      : settings_(std::move(settings)), loop_(loop.get_executor()), timer_(loop_) {}
  ~Channel() { stop(); }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  base::Result<void> open();
  std::shared_ptr<LookUp> ask(Question question);
  void stop();
  std::chrono::milliseconds limit() const { return settings_.limit; }

 private:
  struct Asked {
    Channel& channel;
    std::shared_ptr<LookUp> look_up;
  };

  static void on_socket(void* channel, ares_socket_t number, int readable, int writable);
  static void on_answer(void* asked, int status, int timeouts, unsigned char* message, int size);

  void update(ares_socket_t number, bool readable, bool writable);
  void wait(const std::shared_ptr<Watch>& watch, Descriptor::wait_type what);
  void process(ares_socket_t readable, ares_socket_t writable);
  void arm();

  DnsSettings settings_;
  Executor loop_;
  Timer timer_;
  ares_channel channel_ = nullptr;  ///< null before open() and after stop()
  std::vector<std::shared_ptr<Watch>> watches_;
  std::size_t count_ = 0;  ///< questions that c-ares has
};

base::Result<void> Dns::Channel::open() {
  static const int library = ares_library_init(ARES_LIB_INIT_ALL);
  if (library != ARES_SUCCESS) return std::unexpected(base::Error{ares_strerror(library)});
  ares_options options{};
  options.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH;
  options.ednspsz = kMostDatagram;
  options.timeout = std::max(1, static_cast<int>(settings_.limit.count() / ((1 << kTries) - 1)));
  options.tries = kTries;
  options.sock_state_cb = on_socket;
  options.sock_state_cb_data = this;
  int status = ares_init_options(
      &channel_, &options,
      ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
  std::string servers;
  for (const auto& server : settings_.servers) servers += (servers.empty() ? "" : ",") + server.text();
  if (status == ARES_SUCCESS && !servers.empty())
    status = ares_set_servers_ports_csv(channel_, servers.c_str());
  if (status == ARES_SUCCESS) return {};
  return std::unexpected(base::Error{fmt::format("can't set up look-ups in DNS: {}", ares_strerror(status))});
}

std::shared_ptr<LookUp> Dns::Channel::ask(Question question) {
  const auto look_up = std::make_shared<LookUp>(std::move(question), loop_);
  const auto& [type, name] = look_up->question;
  if (!is_name(name)) {
    look_up->answer = {.kind = DnsAnswer::Kind::NoName};
  } else if (channel_ == nullptr) {
    look_up->answer = failed("the look-ups were stopped");
  } else if (count_ >= settings_.most) {
    look_up->answer = failed("too many names are being looked up");
  } else {
    ++count_;
    ares_query(channel_, name.c_str(), ns_c_in, std::to_underlying(type), on_answer,
               new Asked{*this, look_up});
    arm();
  }
  return look_up;
}

/// c-ares calls this from within any of its functions. The coroutine goes on later, when the loop has ended
/// its wait.
void Dns::Channel::on_answer(void* given, int status, int, unsigned char* message, int size) try {
  const std::unique_ptr<Asked> asked(static_cast<Asked*>(given));
  --asked->channel.count_;
  auto& look_up = *asked->look_up;
  const auto length = message == nullptr ? 0 : static_cast<std::size_t>(std::max(size, 0));
  look_up.answer = answer_of(status, {message, length}, look_up.question);
  look_up.answered.cancel();
} catch (...) {
  // No memory to tell. The one who waits times out.
}

void Dns::Channel::on_socket(void* channel, ares_socket_t number, int readable, int writable) {
  static_cast<Channel*>(channel)->update(number, readable != 0, writable != 0);
}

void Dns::Channel::update(ares_socket_t number, bool readable, bool writable) {
  auto found = std::ranges::find_if(
      watches_, [number](const auto& one) { return one->descriptor.native_handle() == number; });
  if (!readable && !writable) {
    if (found == watches_.end()) return;
    (*found)->is_closed = true;
    // The socket is closed by c-ares, which has just opened it as well.
    (*found)->descriptor.release();
    watches_.erase(found);
    return;
  }
  if (found == watches_.end()) {
    watches_.push_back(std::make_shared<Watch>(loop_, number));
    found = watches_.end() - 1;
  }
  const auto watch = *found;
  watch->wants[Descriptor::wait_read] = readable;
  watch->wants[Descriptor::wait_write] = writable;
  wait(watch, Descriptor::wait_read);
  wait(watch, Descriptor::wait_write);
}

void Dns::Channel::wait(const std::shared_ptr<Watch>& watch, Descriptor::wait_type what) {
  if (watch->is_closed || !watch->wants[what] || watch->waits[what]) return;
  watch->waits[what] = true;
  watch->descriptor.async_wait(what, [self = shared_from_this(), watch, what](const error_code& error) {
    watch->waits[what] = false;
    if (error || watch->is_closed || !watch->wants[what]) return;
    const int number = watch->descriptor.native_handle();
    self->process(what == Descriptor::wait_read ? number : ARES_SOCKET_BAD,
                  what == Descriptor::wait_write ? number : ARES_SOCKET_BAD);
    self->wait(watch, what);
  });
}

void Dns::Channel::process(ares_socket_t readable, ares_socket_t writable) {
  if (channel_ == nullptr) return;
  ares_process_fd(channel_, readable, writable);
  arm();
}

/// Wakes c-ares when it has to try again or to give up.
void Dns::Channel::arm() {
  timeval room{};
  const timeval* const left = ares_timeout(channel_, nullptr, &room);
  if (left == nullptr) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::chrono::seconds(left->tv_sec) + std::chrono::microseconds(left->tv_usec));
  timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error) self->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  });
}

void Dns::Channel::stop() {
  timer_.cancel();
  // Calls on_answer() for each question and on_socket() for each socket.
  if (channel_ != nullptr) ares_destroy(std::exchange(channel_, nullptr));
}

Dns::Dns(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) {}
Dns::Dns(Dns&&) noexcept = default;
Dns::~Dns() {
  if (channel_) channel_->stop();
}

base::Result<Dns> Dns::open(asio::io_context& loop, DnsSettings settings) {
  auto channel = std::make_shared<Channel>(loop, std::move(settings));
  if (auto opened = channel->open(); !opened) return std::unexpected(opened.error());
  return Dns(std::move(channel));
}

Task<DnsAnswer> Dns::ask(Question question) {
  const auto look_up = channel_->ask(std::move(question));
  const auto limit = channel_->limit();
  if (!look_up->answer) {
    look_up->answered.expires_after(limit);
    co_await look_up->answered.async_wait(kUseTask);
  }
  if (look_up->answer) co_return std::move(*look_up->answer);
  co_return failed(fmt::format("no answer in {} ms", limit.count()));
}

void Dns::stop() {
  channel_->stop();
}

}  // namespace backstop::net
