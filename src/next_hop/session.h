// Our side of one connection to a next hop that speaks SMTP or LMTP: greeting, EHLO or LHLO, STARTTLS, the
// client's identity, and then commands and replies in order. It is leased from a Pool, never copied or
// shared.
#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/connection.h"
#include "net/endpoint.h"
#include "net/loop.h"
#include "net/tls.h"
#include "next_hop/client_use.h"
#include "next_hop/directory.h"
#include "next_hop/limits.h"
#include "next_hop/next_hop.h"
#include "next_hop/trouble.h"
#include "smtp/client_attributes.h"
#include "smtp/extensions.h"
#include "smtp/reply_parser.h"

namespace backstop::next_hop {

/// The client that we speak for.
struct ClientIdentity {
  /// What counts the sessions that it uses; null if it counts for nobody.
  ClientCount count;
  smtp::ClientAttributes attributes;
  net::Endpoint source;       ///< of the client, for a PROXY header
  net::Endpoint destination;  ///< what it connected to
};

/// Settings of ours that every session with a next hop needs. A view: what it refers to must outlive its use.
struct Context {
  const std::string& hostname;  ///< ours, for EHLO
  const Limits& limits;
  const net::TlsContext& tls;           ///< without a look at certificates
  const net::TlsContext& tls_verified;  ///< with one; null if no next hop asks for it
};

template <typename T>
using Result = std::expected<T, Failed>;

class Session {
 public:
  Session(std::unique_ptr<net::Stream> stream, const NextHop& hop);

  /// Connects, and speaks until the next hop is ready for MAIL. `client` is told with a PROXY header if the
  /// hop wants one.
  static net::Task<Result<std::unique_ptr<Session>>> open(const NextHop& hop, const ClientIdentity& client,
                                                          const Context& context, net::Loop& loop);

  /// Sends XCLIENT, and EHLO again. Does nothing if the next hop does not offer XCLIENT.
  net::Task<Result<void>> announce(const ClientIdentity& client, const Context& context);

  /// Writes `commands`, and reads that many replies. A trouble ends the session.
  net::Task<Result<std::vector<smtp::Reply>>> ask(std::string_view commands, std::size_t replies,
                                                  std::chrono::seconds limit);
  net::Task<Result<smtp::Reply>> ask_one(std::string_view command, std::chrono::seconds limit);
  net::Task<Result<void>> send(std::string_view first, std::string_view second, std::chrono::seconds limit);
  /// Is to send() as net::Stream::write_now() is to write().
  std::optional<Result<void>> send_now(std::string_view& first, std::string_view& second,
                                       std::chrono::seconds limit);
  net::Task<Result<smtp::Reply>> read_reply(std::chrono::seconds limit);
  /// Reads what it said before it was asked, or why the session ended; to be called if it is not quiet. A
  /// refusal ends the session; anything else is nonsense.
  net::Task<Result<smtp::Reply>> read_early_reply(std::chrono::seconds limit);

  /// True if nothing that it said is unread, and it is not gone: what it says next answers our next command.
  bool is_quiet() { return input_.is_empty() && stream_->is_quiet(); }
  /// Answers like is_quiet(), as far as can be told without a system call.
  bool is_read() const { return input_.is_empty(); }

  const smtp::Extensions& extensions() const { return extensions_; }
  const NextHop& hop() const { return hop_; }
  net::Stream& stream() { return *stream_; }

  bool is_broken() const { return is_broken_; }
  void set_broken() { is_broken_ = true; }
  /// A transaction was begun and neither ended nor reset.
  bool needs_reset = false;
  /// Bound to one client by AUTH, XCLIENT without a way back, or PROXY: not for the pool.
  bool is_personal = false;
  std::chrono::steady_clock::time_point idle_since{};
  /// Its own among those of the next hop, for as long as its connection may be open.
  Directory::Place place;
  /// While it is leased it counts in its client's share.
  ClientUse use;

 private:
  Failed fail(net::Failure failure);
  Failed fail(Trouble trouble, std::string detail);
  net::Task<Result<void>> greet(const Context& context);
  net::Task<Result<void>> introduce(const std::string& name, const Context& context);
  net::Task<Result<void>> start_tls(const Context& context);
  net::Task<Result<void>> encrypt(const Context& context);

  std::unique_ptr<net::Stream> stream_;
  net::InputBuffer input_;
  NextHop hop_;
  smtp::Extensions extensions_;
  smtp::ReplyParser parser_;
  bool is_broken_ = false;
};

}  // namespace backstop::next_hop
