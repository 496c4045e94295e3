// TLS contexts (OpenSSL 3): TLS 1.2 and up, no compression, no renegotiation.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/error.h"

namespace backstop::net {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// Reads the chain (PEM, our certificate first) and its key. Refuses a key that others can read, a pair that
/// does not match, and files that are not PEM. Errors name the file.
base::Result<TlsContext> server_tls(const std::string& certificate_file, const std::string& key_file);

enum class TlsVerify : bool { No, Yes };

/// For connections that we open. Verifies against `ca_file`, or against the system's store if that is empty.
base::Result<TlsContext> client_tls(TlsVerify verify, const std::string& ca_file = {});

/// Which of the errors that one failure left: the first tells best what is wrong with a file, the last what a
/// handshake came to.
enum class ErrorOrder : bool { First, Last };

/// Returns OpenSSL's reason for an error in this thread's queue, and empties the queue. Printable; "unknown
/// error" if there is none.
std::string openssl_words(ErrorOrder which);

}  // namespace backstop::net
