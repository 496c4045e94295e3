// DATA and BDAT: the message, from the client's bytes to the answer of the next hop.

#include <algorithm>
#include <limits>
#include <utility>

#include "gateway/replies.h"
#include "gateway/session.h"
#include "gateway/worker.h"

namespace backstop::gateway {

namespace {

// Read in pieces of the first size, of the second once a client has shown that it fills them.
constexpr std::size_t kFirstRoom = 8UZ * 1024;
constexpr std::size_t kMostRoom = 64UZ * 1024;
constexpr std::size_t kIdleBuffer = 1024;
constexpr std::chrono::milliseconds kNoticeable{50};
// What is read of a refused message at least, however small messages have to be.
constexpr std::uint64_t kDroppedAlways = 64UZ * 1024 * 1024;
// Of an end of data, so that one that began before a fault is seen.
constexpr std::size_t kBeforeFault = 4;

}  // namespace

TraceFacts Session::trace_facts() const {
  const auto& transaction = *transaction_;
  return {.helo = helo_,
          .client_name = told_.name ? *told_.name : std::string_view(),
          .client = peer_literal_,
          .hostname = settings_->hostname,
          .is_extended = is_extended(),
          .is_tls = state_.is_tls,
          .is_authenticated = state_.is_authenticated,
          .is_smtputf8 = transaction.mail.smtputf8,
          .tls = tls_,
          .id = transaction.id,
          .recipient = transaction.recipients.size() == 1
                           ? std::string_view(transaction.recipients.front().given)
                           : std::string_view()};
}

void Session::begin_message(next_hop::MessageForm form) {
  path_ = std::make_unique<MessagePath>(*transaction_, form, trace_facts(), worker_.reader(),
                                        worker_.shared().held, peer_.address);
  data_deadline_ = Clock::now() + limits().data_total;
  data_room_ = kFirstRoom;
  dropped_ = 0;
  fault_ = smtp::DataFault::None;
  is_refusal_said_ = false;
}

// More of the message; false when the client is gone or too slow. Who waits is told what is known (RFC 2920
// 3.2): the commands before BDAT may have come with it, and their answers are due before the chunk.
net::Task<bool> Session::read_data() {
  auto& buffer = connection_.buffer();
  give_time(limits().data_block, data_deadline_);
  const std::size_t before = buffer.view().size();
  auto told = connection_.flush_now();
  if (!told) told = co_await connection_.flush();
  if (!*told && told->error() == net::Failure::TimedOut) {
    co_await lose_client(net::Failure::TimedOut);
    co_return false;
  }
  // One that is gone, and no longer listens, may have sent its mail whole all the same.
  is_reading_data_ = true;
  const auto done = co_await connection_.fill(data_room_);
  is_reading_data_ = false;
  if (!done || worker_.is_stopped()) {
    co_await lose_client(done ? net::Failure::Interrupted : done.error());
    co_return false;
  }
  if (buffer.view().size() - before >= data_room_) data_room_ = std::min(data_room_ * 4, kMostRoom);
  co_return true;
}

// The data has not ended, so the next hop never gets its end either.
net::Task<void> Session::lose_client(net::Failure failure) {
  is_closing_ = true;
  // Also where the stream was closed with all others.
  if (worker_.is_stopped()) co_return co_await break_off();
  const bool is_slow = failure == net::Failure::TimedOut;
  const auto last = reply_for(Exceeded::DataTime);
  is_broken_ = !is_slow;
  if (path_->answer()) {
    if (is_slow) say_refusal();
    record_refusal(!is_refusal_said_);
    if (is_slow) cut_short(last);
    co_return;
  }
  if (is_slow) cut_short(last);
  record_message(last, !is_slow, is_slow ? "The client sent no more data in time" : kClientLeft);
}

// The last word leaves at once, since the stream is about to be closed with all others.
net::Task<void> Session::break_off() {
  const auto last = why_to_end();
  reply(last);
  is_broken_ = !co_await connection_.flush();
  record_message(last, is_broken_, "Backstop was stopped before the data ended");
}

net::Task<void> Session::handle_data() {
  reply(354, {}, "Go on; end with a dot on a line by itself");
  give_time(limits().data_block);
  begin_message(next_hop::MessageForm::Stuffed);
  auto told = connection_.flush_now();
  if (!told) told = co_await connection_.flush();
  if (!*told) co_return co_await lose_client(told->error());
  if (!co_await receive_data()) co_return;
  co_await finish_message();
  co_await end_transaction();
  connection_.buffer().shrink(kIdleBuffer);
}

net::Task<bool> Session::receive_data() {
  smtp::DataScanner scanner;
  while (true) {
    if (connection_.input().empty() && !co_await read_data()) co_return false;
    const std::string_view bytes = connection_.input();
    const auto scan = scanner.scan(bytes);
    if (scan.fault != smtp::DataFault::None) {
      co_await refuse_data(scan.fault, scan.size);
      co_return false;
    }
    if (scan.is_end) data_ended_ = Clock::now();
    co_await path_->take(bytes.substr(0, scan.size), scan.is_end, scan.dots);
    connection_.consume(scan.size);
    if (scan.is_end) co_return true;
    if (path_->answer() && !co_await drop_data(scan.size)) co_return false;
  }
}

std::uint64_t Session::most_dropped() const {
  if (limits().message == 0) return std::numeric_limits<std::uint64_t>::max();
  return std::max(kDroppedAlways, 2 * limits().message);
}

// The next hop is not kept waiting for the end of data that is of no use to it.
net::Task<void> Session::give_up_delivery() {
  if (transaction_->delivery == nullptr) co_return;
  if (!path_->is_finished()) co_await transaction_->delivery->abandon();
  transaction_->delivery.reset();
}

net::Task<bool> Session::drop_data(std::size_t size) {
  co_await give_up_delivery();
  dropped_ += size;
  if (dropped_ <= most_dropped()) co_return true;
  say_refusal();
  record_refusal(false);
  cut_short(reply_for(Parting::NoEnd));
  co_return false;
}

void Session::say_refusal() {
  if (!std::exchange(is_refusal_said_, true)) reply(*path_->answer());
}

void Session::record_refusal(bool is_client_gone) {
  const smtp::Reply refusal = *path_->answer();
  record_message(refusal, is_client_gone,
                 fault_ == smtp::DataFault::None ? std::string_view() : smtp::explain(fault_));
}

// What was refused for good already stays so; who is told to come again would come in vain.
void Session::refuse_message(smtp::DataFault fault) {
  if (path_->answer() && path_->answer()->is_permanent()) return;
  fault_ = fault;
  path_->refuse(reply_for(fault));
}

// The data is read to its end, so that the client hears the refusal as the answer to it. Two servers could
// disagree about where such data ends, so nothing that follows is believed to be a command. `at`: of the
// fault, in what was read.
net::Task<void> Session::refuse_data(smtp::DataFault fault, std::size_t at) {
  refuse_message(fault);
  smtp::EndFinder finder;
  const std::size_t before = std::min(at, kBeforeFault);
  (void)finder.find(connection_.input().substr(at - before, before));
  connection_.consume(at);
  while (true) {
    const std::string_view bytes = connection_.input();
    const auto end = finder.find(bytes);
    const std::size_t size = end.value_or(bytes.size());
    connection_.consume(size);
    if (end) break;
    if (!co_await drop_data(size)) co_return;
    // A client whose lines end in LF alone says so, and then waits.
    if (finder.may_have_ended()) say_refusal();
    if (!co_await read_data()) co_return;
  }
  say_refusal();
  record_refusal(false);
  cut_short(reply_for(Parting::AfterFault));
}

net::Task<void> Session::finish_message() {
  const smtp::Reply answer = *path_->answer();
  // Who had its answer at once was there to hear it.
  const bool was_slow = Clock::now() - data_ended_ > kNoticeable;
  const bool is_client_gone = was_slow && connection_.stream().is_peer_gone();
  reply(answer);
  give_time(limits().command);
  auto told = connection_.flush_now();
  if (!told) told = co_await connection_.flush();
  const bool is_told = told->has_value();
  if (!is_told) is_broken_ = is_closing_ = true;
  if (path_->is_finished()) transaction_->delivery.reset();
  // Who brings mail may go on for as long as mail comes.
  if (path_->is_delivered()) idle_commands_ = errors_ = untaken_ = 0;
  record_message(answer, is_client_gone || !is_told, {});
}

// Refuses a chunk once its bytes have been read, which follow whatever we say (RFC 3030 4.2).
net::Task<void> Session::answer_behind(std::uint64_t size, smtp::Reply refusal) {
  while (size > 0) {
    if (connection_.input().empty()) {
      give_time(limits().data_block, data_deadline_);
      auto done = co_await connection_.flush();
      if (done) done = co_await connection_.fill(data_room_);
      if (!done) {
        is_broken_ = done.error() != net::Failure::TimedOut;
        reply(refusal);
        co_return cut_short(reply_for(Exceeded::DataTime));
      }
    }
    const std::size_t part = std::min<std::uint64_t>(size, connection_.input().size());
    connection_.consume(part);
    size -= part;
    dropped_ += part;
    if (size > 0 && dropped_ > most_dropped()) {
      reply(refusal);
      co_return cut_short(reply_for(Parting::NoEnd));
    }
  }
  reply(refusal);
}

net::Task<void> Session::handle_chunk(std::string_view argument) {
  const auto chunk = smtp::parse_bdat(argument);
  // Without its size there is no telling where the chunk ends and the next command begins.
  if (!chunk) co_return cut_short(chunk.error());
  if (const auto refusal = smtp::why_not_now(state_, {smtp::Verb::Bdat, argument})) {
    data_deadline_ = Clock::now() + limits().data_total;
    data_room_ = kFirstRoom;
    dropped_ = 0;
    co_return co_await answer_behind(chunk->size, *refusal);
  }
  if (path_ == nullptr) {
    begin_message(next_hop::MessageForm::Plain);
    chunks_.reset();
    state_.phase = smtp::Phase::Chunks;
  } else if (Clock::now() > data_deadline_) {
    // Small chunks come with their commands, so that none is waited for.
    co_return co_await lose_client(net::Failure::TimedOut);
  }
  if (!co_await receive_chunk(chunk->size, chunk->is_last)) co_return;
  if (chunk->is_last) {
    co_await finish_message();
    co_await end_transaction();
  } else if (path_->answer()) {
    // A refusal: the rest of the message is not wanted, and the client hears it now.
    co_await finish_message();
    co_await end_transaction();
  } else {
    reply(250, "2.0.0", "Chunk taken");
  }
  connection_.buffer().shrink(kIdleBuffer);
}

net::Task<bool> Session::receive_chunk(std::uint64_t size, bool is_last) {
  do {
    if (size > 0 && connection_.input().empty() && !co_await read_data()) co_return false;
    const std::string_view bytes = connection_.input().substr(0, std::min<std::uint64_t>(size, SIZE_MAX));
    size -= bytes.size();
    const bool is_end = is_last && size == 0;
    auto fault = chunks_.scan(bytes).fault;
    if (fault == smtp::DataFault::None && is_end) fault = chunks_.finish();
    if (fault != smtp::DataFault::None) {
      connection_.consume(bytes.size());
      co_await refuse_chunk(fault, size);
      co_return false;
    }
    if (is_end) data_ended_ = Clock::now();
    co_await path_->take(bytes, is_end, 0);
    connection_.consume(bytes.size());
    if (size > 0 && path_->answer() && !co_await drop_data(bytes.size())) co_return false;
  } while (size > 0);
  co_return true;
}

// A chunk says how long it is, so there is no doubt about where the next command begins.
net::Task<void> Session::refuse_chunk(smtp::DataFault fault, std::uint64_t rest) {
  refuse_message(fault);
  if (rest > 0) co_await give_up_delivery();
  co_await answer_behind(rest, *path_->answer());
  // The client need not wait until the next hop has answered RSET.
  connection_.stream().expires_after(limits().command);
  if (!co_await connection_.flush()) is_broken_ = is_closing_ = true;
  record_refusal(is_broken_);
  co_await end_transaction();
}

}  // namespace backstop::gateway
