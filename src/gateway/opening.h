// Reads what comes before the commands of a session: a PROXY header and the TLS handshake. The handshake may
// also come later, by STARTTLS. The caller sets the deadline. Belongs to one session; not thread-safe.
#pragma once

#include <string>

#include "gateway/client.h"
#include "net/connection.h"
#include "net/task.h"
#include "net/tls.h"

namespace backstop::gateway {

class Opening {
 public:
  /// Both must outlive this.
  Opening(net::Connection& connection, Client& client) : connection_(connection), client_(client) {}

  /// Reads a PROXY header and tells the client of it; returns false if no good one came. `is_exact`: TLS
  /// follows at once, and its first bytes must stay in the socket, so no byte past the header is read.
  net::Task<bool> read_proxy_header(bool is_exact);
  /// Does the TLS handshake; returns false if it failed: then why() says why.
  net::Task<bool> accept_tls(net::TlsContext context);

  /// Returns why the handshake failed, as one clause for the log.
  const std::string& why() const { return why_; }
  /// True while it waits for the client.
  bool is_waiting() const { return is_waiting_; }

 private:
  net::Connection& connection_;
  Client& client_;
  std::string why_;
  bool is_waiting_ = false;
};

}  // namespace backstop::gateway
