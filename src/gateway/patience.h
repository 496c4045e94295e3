// How long we put up with a client that brings no mail forward. A delivered message, or another client by
// XCLIENT, resets the counts. Belongs to one session.
#pragma once

#include <cstddef>

#include "gateway/limits.h"
#include "smtp/command.h"

namespace backstop::gateway {

class Patience {
 public:
  /// This many deferred recipients are no error: a large list has many of them, and more than fit into one
  /// transaction.
  static constexpr std::size_t kMostUntaken = 1000;

  /// Counts a command that came.
  void command(smtp::Verb verb);
  /// Counts the reply to anything but a recipient.
  void reply(int code) {
    if (code >= 500) ++errors_;
  }
  /// Counts the reply to a recipient. `is_excused`: a refusal is no error of the client.
  void recipient(int code, bool is_excused);

  bool has_too_many_commands(const Limits& limits) const { return commands_ > limits.commands_without_mail; }
  bool has_too_many_errors(const Limits& limits) const { return errors_ > limits.errors; }

 private:
  std::size_t commands_ = 0;  ///< those that bring no message forward
  std::size_t errors_ = 0;
  std::size_t untaken_ = 0;  ///< recipients that were not taken, without those that are errors already
};

}  // namespace backstop::gateway
