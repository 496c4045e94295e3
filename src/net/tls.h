// TLS contexts (OpenSSL 3): TLS 1.2 and up, no compression, no renegotiation.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/error.h"

namespace backstop::net {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// Reads the chain (PEM, our certificate first) and its key; refuses a key that others can read, a pair that
/// does not match, and what is no PEM. Errors name the file.
base::Result<TlsContext> server_tls(const std::string& certificate_file, const std::string& key_file);

enum class TlsVerify : bool { No, Yes };

/// For connections that we open. With verification against `ca_file`, or the system's store where that is
/// empty.
base::Result<TlsContext> client_tls(TlsVerify verify, const std::string& ca_file = {});

}  // namespace backstop::net
