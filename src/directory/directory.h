// Does a recipient exist? A source that knows: a file (file_directory.h); others pass the same tests
// (directory_contract_fixture.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "mail/address.h"
#include "net/task.h"

namespace backstop::directory {

/// The recipient that is looked for, with its tag taken off.
struct Question {
  mail::Address recipient;  ///< as the client gave it, in any case
  /// The same without a sub-address or a tag of another product; the local part in lower case. Often equal.
  mail::Address mailbox;
};

enum class Existence : std::uint8_t {
  Exists,
  Unknown,  ///< it certainly does not exist
  Failed,   ///< nobody knows: the source is down, too slow, or was never read
};

struct Answer {
  Existence existence = Existence::Failed;
  std::string why{};  ///< of Failed: for the log, in plain words, without a full stop
};

/// Thread-safe: all workers ask the same one.
class Directory {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  virtual ~Directory() = default;

  /// Returns Exists if the directory knows the recipient, its mailbox, or every address of its domain.
  /// Neither the case of ASCII letters nor the form of the domain (A-label, U-label) counts. A source that
  /// has to wait answers Failed at the deadline at the latest. Throws nothing but std::bad_alloc.
  virtual net::Task<Answer> look_up(Question question, Deadline deadline) = 0;
};

}  // namespace backstop::directory
