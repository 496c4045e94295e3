// Receives one message by DATA or BDAT (RFC 5321 4.1.1.4, RFC 3030), and gives the client its answer. Belongs
// to one session, for one message; not thread-safe.
//
// Refused data is read to its end, within limits, so that the client gets the refusal as the answer to it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/message_path.h"
#include "gateway/speaker.h"
#include "gateway/trace_field.h"
#include "gateway/transaction.h"
#include "intake/event_of.h"
#include "intake/held_memory.h"
#include "net/connection.h"
#include "net/task.h"
#include "response/reader.h"
#include "smtp/data_scanner.h"

namespace backstop::gateway {

/// How DATA or one chunk ended. Its reply is in the output by then, unless the client is gone. A message that
/// is over is recorded.
enum class DataEnd : std::uint8_t {
  ChunkTaken,   ///< the message goes on with another chunk
  Answered,     ///< the message is over, and the session goes on
  SessionEnds,  ///< the message and the session are over; the speaker knows how
};

/// The session, as its data phase sees it.
class DataHost {
 public:
  virtual void record(const intake::Outcome& outcome) = 0;
  /// True if every stream is closed, or about to be.
  virtual bool is_stopped() const = 0;
  /// Returns the last reply of a session that must end.
  virtual smtp::Reply why_to_end() const = 0;

 protected:
  ~DataHost() = default;
};

/// The time limit of a message's data, and how much data came after it was refused.
struct DataAccount {
  using Clock = std::chrono::steady_clock;

  explicit DataAccount(const Limits& limits);
  /// Adds to the data that came after a refusal; returns false if that is too much.
  bool drop(std::size_t size);
  /// Gives the next read more room if the last one filled its room.
  void grow(bool filled);

  Clock::time_point deadline;
  std::size_t room;  ///< octets: data is read in pieces of this size
  std::uint64_t dropped = 0;
  std::uint64_t most_dropped;
};

/// Reads a refused chunk of `size` octets, which come whatever we say (RFC 3030 4.2), and then says
/// `refusal`. Returns Answered or SessionEnds.
net::Task<DataEnd> skip_chunk(net::Connection& connection, Speaker& speaker, const Limits& limits,
                              DataAccount& account, std::uint64_t size, smtp::Reply refusal);

class DataPhase {
 public:
  /// All must outlive this. Held memory counts for the network of `client`.
  DataPhase(DataHost& host, Speaker& speaker, net::Connection& connection, Transaction& transaction,
            next_hop::MessageForm form, TraceFacts trace, response::Reader& reader,
            intake::HeldMemory& memory, const intake::HeldMemory::Address& client);

  /// Carries DATA out, from 354 to the answer.
  net::Task<DataEnd> data();
  /// Carries one BDAT out: reads a chunk of `size` octets.
  net::Task<DataEnd> chunk(std::uint64_t size, bool is_last);
  /// Records that the client ended the message before its last chunk (as with RSET), or is gone.
  void leave(bool is_client_gone);

  /// Returns when the whole message must have come.
  DataAccount::Clock::time_point deadline() const { return account_.deadline; }
  /// True while it waits for the client's bytes.
  bool is_reading() const { return is_reading_; }
  bool is_delivered() const { return path_.is_delivered(); }
  bool is_kept() const { return path_.is_kept(); }

 private:
  /// Reads more of the message; returns nullopt, or how the data phase ends instead.
  net::Task<std::optional<DataEnd>> read();
  net::Task<DataEnd> finish();
  net::Task<DataEnd> lose_client(net::Failure failure);
  net::Task<DataEnd> break_off();
  net::Task<void> give_up_delivery();
  void refuse(smtp::DataFault fault);
  net::Task<DataEnd> refuse_data(smtp::DataFault fault, std::size_t at);
  net::Task<DataEnd> refuse_chunk(smtp::DataFault fault, std::uint64_t rest);
  DataEnd end_endless();
  void say_refusal();
  void record_refusal(bool is_client_gone);
  void record(const smtp::Reply& reply, bool is_client_gone, std::string_view failure);
  const Limits& limits() const { return transaction_.settings->limits; }

  DataHost& host_;
  Speaker& speaker_;
  net::Connection& connection_;
  Transaction& transaction_;
  MessagePath path_;
  DataAccount account_;
  smtp::ChunkScanner chunks_;
  DataAccount::Clock::time_point ended_{};         ///< when the last byte of the message had come
  smtp::DataFault fault_ = smtp::DataFault::None;  ///< found in the message
  bool is_refusal_said_ = false;                   ///< before its data ended
  bool is_reading_ = false;
};

}  // namespace backstop::gateway
