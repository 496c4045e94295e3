// Our side of one connection to a next hop that speaks SMTP or LMTP: greeting, EHLO or LHLO, STARTTLS, the
// client's identity, and then commands and replies in order. It is leased from a Pool, never copied or
// shared, and belongs to one worker. Each `limit` is the time for one send or one reply.
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
  /// Counts the sessions that the client uses; null if they are not counted.
  ClientCount count;
  smtp::ClientAttributes attributes;
  net::Endpoint source;       ///< of the client, for a PROXY header
  net::Endpoint destination;  ///< what it connected to
};

/// Settings of ours that every session with a next hop needs. A view: what it refers to must outlive its use.
struct Context {
  const std::string& hostname;  ///< ours, for EHLO
  const Limits& limits;
  const net::TlsContext& tls;           ///< doesn't check certificates
  const net::TlsContext& tls_verified;  ///< checks them; null if no next hop is `verified`
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

  /// Writes `commands`, and reads as many replies as `replies` says. A trouble ends the session.
  net::Task<Result<std::vector<smtp::Reply>>> ask(std::string_view commands, std::size_t replies,
                                                  std::chrono::seconds limit);
  net::Task<Result<smtp::Reply>> ask_one(std::string_view command, std::chrono::seconds limit);
  net::Task<Result<void>> send(std::string_view first, std::string_view second, std::chrono::seconds limit);
  /// Sends what the socket takes without waiting. Returns nullopt if bytes are left; call send() with what
  /// remains in the two views.
  std::optional<Result<void>> send_now(std::string_view& first, std::string_view& second,
                                       std::chrono::seconds limit);
  net::Task<Result<smtp::Reply>> read_reply(std::chrono::seconds limit);
  /// Reads what the next hop said before it was asked; fails if the connection ended instead. Call it if
  /// is_quiet() is false. A refusal is returned, and ends the session. Any other reply is Trouble::Nonsense.
  net::Task<Result<smtp::Reply>> read_early_reply(std::chrono::seconds limit);

  /// True if the next hop is there, and all that it said was read: its next reply answers our next command.
  bool is_quiet() { return input_.is_empty() && stream_->is_quiet(); }

  const smtp::Extensions& extensions() const { return extensions_; }
  const NextHop& hop() const { return hop_; }
  net::Stream& stream() { return *stream_; }

  bool is_broken() const { return is_broken_; }
  void set_broken() { is_broken_ = true; }
  /// True if a transaction was begun, and neither ended nor was reset.
  bool needs_reset = false;
  /// True if it is bound to one client by AUTH, PROXY, or an XCLIENT after which we may send no other: the
  /// pool doesn't keep it.
  bool is_personal = false;
  /// The command that the hop's identity needs and that its first EHLO did not offer; else empty.
  std::string_view lacking = {};
  std::chrono::steady_clock::time_point idle_since{};
  /// Its place among the sessions that are open to the next hop, held while its connection may be open.
  Directory::Place place;
  /// Counts it in its client's share while it is leased.
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
