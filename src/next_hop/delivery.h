// One transaction at a next hop, whatever the next hop is: a server of SMTP or LMTP, or a Maildir.
//
//   recipients() ... recipients()  begin()  write() ... write()  finish()      or abandon() at any point
//
// All answers are replies for our client: those of the next hop, or ours where it gives none (451, never
// 250).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "net/task.h"
#include "smtp/path_command.h"
#include "smtp/reply.h"

namespace backstop::next_hop {

/// How the bytes of a message look.
enum class MessageForm : std::uint8_t {
  Stuffed,  ///< as after DATA: dots doubled, and the last piece holds the end of data
  Plain,    ///< as in BDAT: as they are
};

class Delivery {
 public:
  virtual ~Delivery() = default;

  /// Offers them, in one go where the next hop allows it: an answer each, in their order.
  virtual net::Task<std::vector<smtp::Reply>> recipients(std::span<const smtp::RcptCommand> batch) = 0;
  /// Before the first byte: 354, or why the message is not taken.
  virtual net::Task<smtp::Reply> begin(MessageForm form) = 0;
  /// Two pieces that follow each other. False when the next hop is gone: finish() says why.
  virtual net::Task<bool> write(std::string_view first, std::string_view second) = 0;
  /// The last two pieces, which may be empty, and the answer to the whole message. A positive one is the only
  /// thing on which a client may ever be told 250.
  virtual net::Task<smtp::Reply> finish(std::string_view first, std::string_view second) = 0;
  /// Nothing of the message is delivered: within data the connection is cut, else the transaction is reset.
  /// To be called when finish() was not; the delivery is of no use afterwards.
  virtual net::Task<void> abandon() = 0;
};

}  // namespace backstop::next_hop
