#include "net/stream.h"

#include <netinet/tcp.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <cassert>
#include <cerrno>
#include <utility>

#include "net/tls_session.h"

namespace backstop::net {

namespace {

// After a read that filled its buffer, this many reads try the socket at once, which saves a turn of the loop
// each. Then the other streams of the worker have their turn.
constexpr std::uint8_t kEagerReads = 8;

// Repeats a call that a signal interrupted.
template <typename Call>
ssize_t without_interruption(Call call) {
  ssize_t result = 0;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

ssize_t receive(int descriptor, std::span<char> into, int flags) {
  return without_interruption(
      [&] { return ::recv(descriptor, into.data(), into.size(), flags | MSG_DONTWAIT); });
}

ssize_t send(int descriptor, std::string_view first, std::string_view second) {
  constexpr int kFlags = MSG_NOSIGNAL | MSG_DONTWAIT;
  if (second.empty()) {
    return without_interruption([&] { return ::send(descriptor, first.data(), first.size(), kFlags); });
  }
  std::array<iovec, 2> pieces{
      {{const_cast<char*>(first.data()), first.size()}, {const_cast<char*>(second.data()), second.size()}}};
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = pieces.size();
  return without_interruption([&] { return ::sendmsg(descriptor, &message, kFlags); });
}

// Takes the first `size` bytes off the two pieces.
void drop(std::size_t size, std::string_view& first, std::string_view& second) {
  const auto of_first = std::min(size, first.size());
  first.remove_prefix(of_first);
  second.remove_prefix(size - of_first);
}

// Drops what the peer has sent and the system has received; only a part of it if the peer sends faster than
// we drop.
void drop_unread(int descriptor) {
  std::array<char, 4096> dropped;
  for (int i = 0; i < 16; ++i) {
    if (receive(descriptor, dropped, 0) < static_cast<ssize_t>(dropped.size())) return;
  }
}

// The most bytes in one record (RFC 8446 5.1).
constexpr std::size_t kMostInRecord = 16384;

const std::string kNothing;

Failure failure_of_step(TlsStep step) {
  if (step == TlsStep::Closed) return Failure::Closed;
  return step == TlsStep::Cut ? Failure::Reset : Failure::Tls;
}

}  // namespace

std::string_view explain(Failure failure) {
  switch (failure) {
    case Failure::Closed:
      return "the connection was closed";
    case Failure::Reset:
      return "the connection was lost";
    case Failure::TimedOut:
      return "no answer in time";
    case Failure::Interrupted:
      return "the wait was interrupted";
    case Failure::Tls:
      return "TLS failed";
  }
  std::unreachable();
}

Stream::Stream(Socket socket, Deadlines& deadlines) : socket_(std::move(socket)) {
  deadlines.streams_.push_back(*this);
}

Stream::~Stream() {
  assert(count == 0);
}

void Stream::expires_after(std::chrono::steady_clock::duration time) {
  const auto now = Deadlines::now();
  const auto most = Deadlines::Clock::time_point::max();
  expires_at(time < most - now ? now + time : most);
}

void Stream::expires_at(std::chrono::steady_clock::time_point time) {
  until = time;
}

void Stream::expires_by(std::chrono::steady_clock::time_point time) {
  until = std::min(until, time);
}

void Stream::expire() {
  has_timed_out_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

// The deadline or interrupt() ended a wait only if it was cancelled and the stream is still open. If bytes or
// an end came at the same moment, those count.
Failure Stream::failure_of(const boost::system::error_code& error) const {
  if (error == asio::error::operation_aborted && is_open()) {
    if (has_timed_out_) return Failure::TimedOut;
    if (is_interrupted_) return Failure::Interrupted;
  }
  return error == asio::error::eof ? Failure::Closed : Failure::Reset;
}

// Never waits. Returns 0 if there is nothing to read yet.
Outcome<std::size_t> Stream::read_now(std::span<char> into) {
  const auto size = receive(socket_.native_handle(), into, 0);
  if (size > 0) return static_cast<std::size_t>(size);
  if (size == 0) return std::unexpected(Failure::Closed);
  if (would_block()) return 0;
  return std::unexpected(Failure::Reset);
}

Task<Outcome<std::size_t>> Stream::read_some(std::span<char> into) {
  assert(!into.empty());
  if (tls_) co_return co_await read_tls(into);
  if (eager_reads_ > 0 && is_open()) {
    const auto size = read_now(into);
    eager_reads_ = size == into.size() ? eager_reads_ - 1 : 0;
    if (size != 0) co_return size;
  }
  const Wait wait(*this);
  const auto [error, size] =
      co_await socket_.async_read_some(asio::buffer(into.data(), into.size()), kUseTask);
  if (error) co_return std::unexpected(failure_of(error));
  if (size == into.size()) eager_reads_ = kEagerReads;
  co_return size;
}

std::optional<Outcome<void>> Stream::write_now(std::string_view& first, std::string_view& second) {
  if (first.empty() && second.empty()) return Outcome<void>();
  if (tls_) return std::nullopt;
  if (!is_open()) return std::unexpected(failure_of({}));
  const auto size = send(socket_.native_handle(), first, second);
  if (size < 0 && !would_block()) return std::unexpected(Failure::Reset);
  if (size > 0) drop(static_cast<std::size_t>(size), first, second);
  if (first.empty() && second.empty()) return Outcome<void>();
  return std::nullopt;
}

Task<Outcome<void>> Stream::write(std::string_view first, std::string_view second) {
  if (const auto done = write_now(first, second)) co_return *done;
  if (tls_) co_return co_await write_tls(first, second);
  co_return co_await write_rest(first, second);
}

Task<Outcome<void>> Stream::write_rest(std::string_view first, std::string_view second) {
  const Wait wait(*this);
  while (!first.empty() || !second.empty()) {
    const std::array pieces{asio::const_buffer(first.data(), first.size()),
                            asio::const_buffer(second.data(), second.size())};
    const auto [error, size] = co_await socket_.async_write_some(pieces, kUseTask);
    if (error) co_return std::unexpected(failure_of(error));
    drop(size, first, second);
  }
  co_return Outcome<void>();
}

Task<boost::system::error_code> Stream::dial(asio::generic::stream_protocol::endpoint endpoint) {
  const Wait wait(*this);
  boost::system::error_code error;
  socket_.open(endpoint.protocol(), error);
  if (!error && endpoint.protocol().family() != AF_UNIX) {
    socket_.set_option(asio::ip::tcp::no_delay(true), error);
  }
  if (error) co_return error;
  std::tie(error) = co_await socket_.async_connect(endpoint, kUseTask);
  if (error == asio::error::operation_aborted && has_timed_out_) co_return asio::error::timed_out;
  if (!error) watch_reads_only(endpoint.protocol(), error);
  co_return error;
}

// While it waited for the connection, Asio told epoll to report whenever the socket takes bytes, and epoll
// would go on to do so for each acknowledgement. Registered anew, the socket reports bytes to read, and room
// to write only once a write had to wait.
void Stream::watch_reads_only(const asio::generic::stream_protocol& protocol,
                              boost::system::error_code& error) {
  const int descriptor = socket_.release(error);
  if (!error) socket_.assign(protocol, descriptor, error);
}

bool Stream::is_quiet() {
  assert(count == 0);
  if (!is_open()) return false;
  if (tls_ && !tls_->is_quiet()) return false;
  char byte = 0;
  return receive(socket_.native_handle(), {&byte, 1}, MSG_PEEK) < 0 && would_block();
}

// POLLRDHUP tells of the end even if there are unread bytes before it.
bool Stream::is_peer_gone() {
  if (!is_open() || (tls_ && tls_->is_closed_by_peer())) return true;
  pollfd look{socket_.native_handle(), POLLRDHUP, 0};
  return ::poll(&look, 1, 0) > 0 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void Stream::acknowledge_now() {
  const int on = 1;
  (void)::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

bool Stream::is_open() const {
  return socket_.is_open();
}

void Stream::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Stream::interrupt() {
  if (count == 0 || !is_open()) return;
  is_interrupted_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

Task<void> Stream::shut_down() {
  if (!is_open()) co_return;
  if (tls_) tls_->shut_down();
  ::shutdown(socket_.native_handle(), SHUT_WR);
  drop_unread(socket_.native_handle());
}

Task<void> Stream::drain(std::size_t most) {
  std::array<char, 4096> dropped;
  const Wait wait(*this);
  for (std::size_t count = 0; count < most && is_open();) {
    const auto [error, size] = co_await socket_.async_read_some(asio::buffer(dropped), kUseTask);
    if (error) co_return;
    count += size;
  }
}

Task<Outcome<void>> Stream::accept_tls(std::shared_ptr<asio::ssl::context> context) {
  assert(!tls_);
  if (!is_open()) co_return std::unexpected(failure_of({}));
  tls_ = std::make_unique<TlsSession>(std::move(context), socket_.native_handle());
  tls_->accept();
  co_return co_await shake_hands();
}

Task<Outcome<void>> Stream::connect_tls(std::shared_ptr<asio::ssl::context> context, std::string host) {
  assert(!tls_);
  if (!is_open()) co_return std::unexpected(failure_of({}));
  tls_ = std::make_unique<TlsSession>(std::move(context), socket_.native_handle());
  if (!tls_->connect(host)) co_return std::unexpected(Failure::Tls);
  co_return co_await shake_hands();
}

Task<Outcome<void>> Stream::shake_hands() {
  for (;;) {
    const auto step = tls_->shake_hands();
    if (step == TlsStep::Done) co_return Outcome<void>();
    if (auto waited = co_await wait_for(step); !waited) co_return waited;
  }
}

Task<Outcome<std::size_t>> Stream::read_tls(std::span<char> into) {
  for (;;) {
    if (!is_open()) co_return std::unexpected(failure_of({}));
    const auto moved = tls_->read(into);
    if (moved.step == TlsStep::Done) co_return moved.size;
    if (auto waited = co_await wait_for(moved.step); !waited) co_return std::unexpected(waited.error());
  }
}

// Two pieces that fit into one record are sent as one.
Task<Outcome<void>> Stream::write_tls(std::string_view first, std::string_view second) {
  if (second.empty() || first.empty() || first.size() + second.size() > kMostInRecord) {
    if (auto written = co_await write_records(first); !written) co_return written;
    co_return co_await write_records(second);
  }
  const auto joined = std::string(first).append(second);
  co_return co_await write_records(joined);
}

Task<Outcome<void>> Stream::write_records(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!is_open()) co_return std::unexpected(failure_of({}));
    const auto moved = tls_->write(bytes);
    bytes.remove_prefix(moved.size);
    if (moved.step == TlsStep::Done) continue;
    if (auto waited = co_await wait_for(moved.step); !waited) co_return waited;
  }
  co_return Outcome<void>();
}

// Waits for what an unfinished operation wants, or says why it can't go on.
Task<Outcome<void>> Stream::wait_for(TlsStep wanted) {
  const Wait wait(*this);
  boost::system::error_code error;
  if (wanted == TlsStep::WantRead) {
    std::size_t size = 0;
    const auto inbox = tls_->inbox();
    std::tie(error, size) =
        co_await socket_.async_read_some(asio::buffer(inbox.data(), inbox.size()), kUseTask);
    tls_->filled(size);
    if (error == asio::error::eof) co_return std::unexpected(Failure::Reset);  // without close_notify
  } else if (wanted == TlsStep::WantWrite) {
    std::tie(error) = co_await socket_.async_wait(Socket::wait_write, kUseTask);
  } else {
    co_return std::unexpected(failure_of_step(wanted));
  }
  if (error) co_return std::unexpected(failure_of(error));
  co_return Outcome<void>();
}

bool Stream::is_tls() const {
  return tls_ && tls_->is_established();
}

std::string Stream::tls_description() const {
  return is_tls() ? tls_->description() : std::string();
}

const std::string& Stream::why() const {
  return tls_ ? tls_->why() : kNothing;
}

}  // namespace backstop::net
