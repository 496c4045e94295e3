// One transaction at a next hop, whatever the next hop is: a server of SMTP or LMTP, or a Maildir.
//
//   recipients() ... recipients()  begin()  write() ... write()  finish()      or abandon() at any point
//
// All answers are replies for our client: those of the next hop, or our own if it gives none (trouble.h;
// never 250). Belongs to one transaction; not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "net/task.h"
#include "smtp/path_command.h"
#include "smtp/reply.h"

namespace backstop::next_hop {

/// The form of a message's bytes.
enum class MessageForm : std::uint8_t {
  Stuffed,  ///< as after DATA: dots doubled, and the last piece holds the end of data
  Plain,    ///< as in BDAT: as they are
};

class Delivery {
 public:
  virtual ~Delivery() = default;

  /// Offers the recipients, in one go if the next hop allows it. Returns an answer for each, in their order.
  virtual net::Task<std::vector<smtp::Reply>> recipients(std::span<const smtp::RcptCommand> batch) = 0;
  /// Begins the message, before its first byte. Returns 354, or why the message is not taken.
  virtual net::Task<smtp::Reply> begin(MessageForm form) = 0;
  /// Writes two pieces that follow each other. Returns false if the next hop is gone: finish() says why.
  virtual net::Task<bool> write(std::string_view first, std::string_view second) = 0;
  /// Writes the last two pieces, which may be empty, and returns the answer to the whole message. Only if
  /// that is positive may a client ever be told 250.
  virtual net::Task<smtp::Reply> finish(std::string_view first, std::string_view second) = 0;
  /// Ends the transaction without a delivery: within data the connection is cut, else the transaction is
  /// reset. Must be called if finish() was not; the delivery can't be used afterwards.
  virtual net::Task<void> abandon() = 0;
};

}  // namespace backstop::next_hop
