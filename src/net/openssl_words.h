// What OpenSSL says of its last failure.
#pragma once

#include <string>

namespace backstop::net {

/// Which of the errors of one failure: a file's is told best by the one it began with, a handshake's by what
/// it came to.
enum class ErrorOrder : bool { First, Last };

/// The reason of an error in this thread's queue, which is emptied. Printable; "unknown error" when there is
/// none.
std::string openssl_words(ErrorOrder which);

}  // namespace backstop::net
