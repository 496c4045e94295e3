// What OpenSSL says of its last failure.
#pragma once

#include <string>

namespace backstop::net {

/// The reason of the oldest error in this thread's queue, which is emptied. Printable; "unknown error" when
/// there is none.
std::string openssl_words();

}  // namespace backstop::net
