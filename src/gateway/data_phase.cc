#include "gateway/data_phase.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "gateway/replies.h"

namespace backstop::gateway {

namespace {

using Clock = DataAccount::Clock;

/// Data is read in pieces of the first size, and of up to the second once a client fills them.
constexpr std::size_t kFirstRoom = 8UZ * 1024;
constexpr std::size_t kMostRoom = 64UZ * 1024;
constexpr std::chrono::milliseconds kNoticeable{50};
/// At least this much of a refused message is read, however small the limit of messages is.
constexpr std::uint64_t kDroppedAlways = 64UZ * 1024 * 1024;
/// This many bytes before a fault are looked at for an end of data that began there.
constexpr std::size_t kBeforeFault = 4;
constexpr std::string_view kClientLeft = "The client left before its data ended";

}  // namespace

DataAccount::DataAccount(const Limits& limits)
    : deadline(Clock::now() + limits.data_total),
      room(kFirstRoom),
      most_dropped(limits.message == 0 ? std::numeric_limits<std::uint64_t>::max()
                                       : std::max(kDroppedAlways, 2 * limits.message)) {}

bool DataAccount::drop(std::size_t size) {
  dropped += size;
  return dropped <= most_dropped;
}

void DataAccount::grow(bool filled) {
  if (filled) room = std::min(room * 4, kMostRoom);
}

net::Task<DataEnd> skip_chunk(net::Connection& connection, Speaker& speaker, const Limits& limits,
                              DataAccount& account, std::uint64_t size, smtp::Reply refusal) {
  while (size > 0) {
    if (connection.input().empty()) {
      connection.give_time(limits.data_block, account.deadline);
      auto done = co_await connection.flush();
      if (done) done = co_await connection.fill(account.room);
      if (!done) {
        speaker.say(refusal);
        speaker.cut_short(reply_for(Exceeded::DataTime));
        if (done.error() != net::Failure::TimedOut) speaker.end(SessionEnd::Broken);
        co_return DataEnd::SessionEnds;
      }
    }
    const std::size_t part = std::min<std::uint64_t>(size, connection.input().size());
    connection.consume(part);
    size -= part;
    if (!account.drop(part) && size > 0) {
      speaker.say(refusal);
      speaker.cut_short(reply_for(Parting::NoEnd));
      co_return DataEnd::SessionEnds;
    }
  }
  speaker.say(refusal);
  co_return DataEnd::Answered;
}

DataPhase::DataPhase(DataHost& host, Speaker& speaker, net::Connection& connection, Transaction& transaction,
                     next_hop::MessageForm form, TraceFacts trace, response::Reader& reader,
                     intake::HeldMemory& memory, const intake::HeldMemory::Address& client)
    : host_(host),
      speaker_(speaker),
      connection_(connection),
      transaction_(transaction),
      path_(transaction, form, std::move(trace), reader, memory, client),
      account_(limits()) {}

void DataPhase::record(const smtp::Reply& reply, bool is_client_gone, std::string_view failure) {
  host_.record({.reply = reply,
                .is_client_gone = is_client_gone,
                .is_delivered = path_.is_delivered(),
                .is_past_limit = path_.is_past_limit(),
                .failure = failure,
                .is_kept = path_.is_kept(),
                .not_kept = path_.not_kept(),
                .author_verdict = path_.author_verdict(),
                .judge = &path_.judge(),
                .way_out = &path_.way_out(),
                .size = path_.size(),
                .message_id = path_.message_id()});
}

// Writes waiting replies first (RFC 2920 3.2): commands may have come together with BDAT, and their answers
// are due before the chunk.
net::Task<std::optional<DataEnd>> DataPhase::read() {
  auto& buffer = connection_.buffer();
  connection_.give_time(limits().data_block, account_.deadline);
  const std::size_t before = buffer.view().size();
  auto told = connection_.flush_now();
  if (!told) told = co_await connection_.flush();
  // The client may have stopped reading after it sent the whole message, so another failure ends nothing.
  if (!*told && told->error() == net::Failure::TimedOut)
    co_return co_await lose_client(net::Failure::TimedOut);
  is_reading_ = true;
  const auto done = co_await connection_.fill(account_.room);
  is_reading_ = false;
  if (!done || host_.is_stopped())
    co_return co_await lose_client(done ? net::Failure::Interrupted : done.error());
  account_.grow(buffer.view().size() - before >= account_.room);
  co_return std::nullopt;
}

// The data has not ended, so the next hop never gets its end either.
net::Task<DataEnd> DataPhase::lose_client(net::Failure failure) {
  // A stop closes all streams, so it comes here, too.
  if (host_.is_stopped()) co_return co_await break_off();
  const bool is_slow = failure == net::Failure::TimedOut;
  const auto last = reply_for(Exceeded::DataTime);
  if (path_.answer()) {
    if (is_slow) say_refusal();
    record_refusal(!is_refusal_said_);
    if (is_slow) speaker_.cut_short(last);
  } else {
    if (is_slow) speaker_.cut_short(last);
    record(last, !is_slow, is_slow ? "The client sent no more data in time" : kClientLeft);
  }
  if (!is_slow) speaker_.end(SessionEnd::Broken);
  co_return DataEnd::SessionEnds;
}

// The last reply is flushed at once, since the stream is about to be closed with all others.
net::Task<DataEnd> DataPhase::break_off() {
  const auto last = host_.why_to_end();
  speaker_.close_with(last);
  const bool is_broken = !co_await connection_.flush();
  record(last, is_broken, "Backstop was stopped before the data ended");
  if (is_broken) speaker_.end(SessionEnd::Broken);
  co_return DataEnd::SessionEnds;
}

void DataPhase::leave(bool is_client_gone) {
  record({}, is_client_gone,
         is_client_gone ? kClientLeft : "The client ended the message before its last chunk");
}

// The next hop need not wait for the end of a message that it will not get.
net::Task<void> DataPhase::give_up_delivery() {
  if (transaction_.delivery == nullptr) co_return;
  if (!path_.is_finished()) co_await transaction_.delivery->abandon();
  transaction_.delivery.reset();
}

DataEnd DataPhase::end_endless() {
  say_refusal();
  record_refusal(false);
  speaker_.cut_short(reply_for(Parting::NoEnd));
  return DataEnd::SessionEnds;
}

void DataPhase::say_refusal() {
  if (!std::exchange(is_refusal_said_, true)) speaker_.say(*path_.answer());
}

void DataPhase::record_refusal(bool is_client_gone) {
  record(*path_.answer(), is_client_gone,
         fault_ == smtp::DataFault::None ? std::string_view() : smtp::explain(fault_));
}

// A permanent refusal stays. A temporary one becomes permanent, since the client would try again in vain.
void DataPhase::refuse(smtp::DataFault fault) {
  if (path_.answer() && path_.answer()->is_permanent()) return;
  fault_ = fault;
  path_.refuse(reply_for(fault));
}

net::Task<DataEnd> DataPhase::data() {
  speaker_.say(354, {}, "Go on; end with a dot on a line by itself");
  connection_.give_time(limits().data_block);
  auto told = connection_.flush_now();
  if (!told) told = co_await connection_.flush();
  if (!*told) co_return co_await lose_client(told->error());
  smtp::DataScanner scanner;
  while (true) {
    if (connection_.input().empty()) {
      if (const auto end = co_await read()) co_return *end;
    }
    const std::string_view bytes = connection_.input();
    const auto scan = scanner.scan(bytes);
    if (scan.fault != smtp::DataFault::None) co_return co_await refuse_data(scan.fault, scan.size);
    if (scan.is_end) ended_ = Clock::now();
    co_await path_.take(bytes.substr(0, scan.size), scan.is_end, scan.dots);
    connection_.consume(scan.size);
    if (scan.is_end) co_return co_await finish();
    if (!path_.answer()) continue;
    co_await give_up_delivery();
    if (!account_.drop(scan.size)) co_return end_endless();
  }
}

// Two servers could disagree about where data with a fault ends, so nothing that follows is taken for a
// command. `at`: the place of the fault in the input.
net::Task<DataEnd> DataPhase::refuse_data(smtp::DataFault fault, std::size_t at) {
  refuse(fault);
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
    co_await give_up_delivery();
    if (!account_.drop(size)) co_return end_endless();
    // A client whose lines end in LF alone has ended its data in its own view, and waits for the answer.
    if (finder.may_have_ended()) say_refusal();
    if (const auto stop = co_await read()) co_return *stop;
  }
  say_refusal();
  record_refusal(false);
  speaker_.cut_short(reply_for(Parting::AfterFault));
  co_return DataEnd::SessionEnds;
}

net::Task<DataEnd> DataPhase::finish() {
  const smtp::Reply answer = *path_.answer();
  // A client that was answered at once was still there; only after a slow answer is it worth checking.
  const bool was_slow = Clock::now() - ended_ > kNoticeable;
  const bool is_client_gone = was_slow && connection_.stream().is_peer_gone();
  speaker_.say(answer);
  connection_.give_time(limits().command);
  auto told = connection_.flush_now();
  if (!told) told = co_await connection_.flush();
  const bool is_told = told->has_value();
  if (path_.is_finished()) transaction_.delivery.reset();
  record(answer, is_client_gone || !is_told, {});
  if (!is_told) speaker_.end(SessionEnd::Broken);
  co_return is_told ? DataEnd::Answered : DataEnd::SessionEnds;
}

net::Task<DataEnd> DataPhase::chunk(std::uint64_t size, bool is_last) {
  // Chunks that come with their commands never wait, so no wait would notice the deadline.
  if (Clock::now() > account_.deadline) co_return co_await lose_client(net::Failure::TimedOut);
  do {
    if (size > 0 && connection_.input().empty()) {
      if (const auto end = co_await read()) co_return *end;
    }
    const std::string_view bytes = connection_.input().substr(0, std::min<std::uint64_t>(size, SIZE_MAX));
    size -= bytes.size();
    const bool is_end = is_last && size == 0;
    auto fault = chunks_.scan(bytes).fault;
    if (fault == smtp::DataFault::None && is_end) fault = chunks_.finish();
    if (fault != smtp::DataFault::None) {
      connection_.consume(bytes.size());
      co_return co_await refuse_chunk(fault, size);
    }
    if (is_end) ended_ = Clock::now();
    co_await path_.take(bytes, is_end, 0);
    connection_.consume(bytes.size());
    if (size == 0 || !path_.answer()) continue;
    co_await give_up_delivery();
    if (!account_.drop(bytes.size())) co_return end_endless();
  } while (size > 0);
  // A refusal before the last chunk is said now: the rest of the message is not wanted.
  if (is_last || path_.answer()) co_return co_await finish();
  speaker_.say(250, "2.0.0", "Chunk taken");
  co_return DataEnd::ChunkTaken;
}

// A chunk says how long it is, so there is no doubt about where the next command begins.
net::Task<DataEnd> DataPhase::refuse_chunk(smtp::DataFault fault, std::uint64_t rest) {
  refuse(fault);
  if (rest > 0) co_await give_up_delivery();
  auto end = co_await skip_chunk(connection_, speaker_, limits(), account_, rest, *path_.answer());
  // The client need not wait until the next hop has answered RSET.
  connection_.stream().expires_after(limits().command);
  if (!co_await connection_.flush()) {
    speaker_.end(SessionEnd::Broken);
    end = DataEnd::SessionEnds;
  }
  record_refusal(speaker_.how() == SessionEnd::Broken);
  co_return end;
}

}  // namespace backstop::gateway
