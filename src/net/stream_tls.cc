// The half of Stream that waits for what its TlsSession wants.
#include <boost/asio/buffer.hpp>
#include <cassert>
#include <utility>

#include "net/stream.h"
#include "net/tls_session.h"

namespace backstop::net {

namespace {

// What a record carries at most (RFC 8446 5.1).
constexpr std::size_t kMostInRecord = 16384;

const std::string kNothing;

Failure failure_of_step(TlsStep step) {
  if (step == TlsStep::Closed) return Failure::Closed;
  return step == TlsStep::Cut ? Failure::Reset : Failure::Tls;
}

}  // namespace

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

// Two pieces that fit into one record go as one.
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

// One turn of an operation that is not done: waits for what it wants, or says why it can't be done.
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
