// Our side of one connection to a next hop that speaks SMTP or LMTP: greeting, EHLO or LHLO, STARTTLS, who
// the client is, and then commands and replies in order. Not copied, not shared: it is leased from a HopPool.
#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/client_counts.h"
#include "gateway/connection.h"
#include "gateway/hop_directory.h"
#include "gateway/replies.h"
#include "gateway/settings.h"
#include "smtp/client_attributes.h"
#include "smtp/extensions.h"
#include "smtp/reply_parser.h"

namespace backstop::gateway {

/// Whom we speak for.
struct ClientIdentity {
  /// The client that a leased session counts for; null if it counts for nobody.
  const ClientCounts::Ticket* counted = nullptr;
  smtp::ClientAttributes attributes;
  net::Endpoint source;       ///< of the client, for a PROXY header
  net::Endpoint destination;  ///< what it connected to
};

struct HopContext {
  net::Deadlines& deadlines;
  std::string hostname;  ///< ours, for EHLO
  const Limits& limits;
  net::TlsContext tls;  ///< for STARTTLS and smtps; made for the hop's NextHopTls
};

template <typename T>
using HopResult = std::expected<T, NextHopTrouble>;

class HopSession {
 public:
  HopSession(std::unique_ptr<net::Stream> stream, const NextHop& hop);

  /// Connects and speaks until the next hop is ready for MAIL; `client` is told with a PROXY header where the
  /// hop wants it.
  static net::Task<HopResult<std::unique_ptr<HopSession>>> open(const NextHop& hop,
                                                                const ClientIdentity& client,
                                                                HopContext context);

  /// XCLIENT, and EHLO again. Nothing to do where the next hop does not offer it.
  net::Task<HopResult<void>> announce(const ClientIdentity& client, const HopContext& context);

  /// Writes, and reads that many replies. A trouble ends the session.
  net::Task<HopResult<std::vector<smtp::Reply>>> ask(std::string_view commands, std::size_t replies,
                                                     std::chrono::seconds limit);
  net::Task<HopResult<smtp::Reply>> ask_one(std::string_view command, std::chrono::seconds limit);
  net::Task<HopResult<void>> send(std::string_view first, std::string_view second,
                                  std::chrono::seconds limit);
  /// As net::Stream::write_now() is to write().
  std::optional<HopResult<void>> send_now(std::string_view& first, std::string_view& second,
                                          std::chrono::seconds limit);
  net::Task<HopResult<smtp::Reply>> read_reply(std::chrono::seconds limit);
  /// What it says before it was asked, or why the session ended: to be called where it is not quiet. A
  /// refusal is one, and ends the session; anything else is nonsense.
  net::Task<HopResult<smtp::Reply>> read_early_reply(std::chrono::seconds limit);

  /// Nothing that it said is unread, and it is not gone: what comes next is its answer to what it is told
  /// next.
  bool is_quiet() { return input_.is_empty() && stream_->is_quiet(); }
  /// The same as far as can be told without a system call.
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
  HopDirectory::Place place;
  /// The part that it is of its client's share, while it is leased.
  ClientCounts::HopUse use;

 private:
  NextHopTrouble fail(net::Failure failure);
  NextHopTrouble fail(Trouble trouble, std::string detail);
  net::Task<HopResult<void>> greet(const HopContext& context);
  net::Task<HopResult<void>> introduce(const std::string& name, const HopContext& context);
  net::Task<HopResult<void>> start_tls(const HopContext& context);
  net::Task<HopResult<void>> encrypt(const HopContext& context);

  std::unique_ptr<net::Stream> stream_;
  InputBuffer input_;
  NextHop hop_;
  smtp::Extensions extensions_;
  smtp::ReplyParser parser_;
  bool is_broken_ = false;
};

}  // namespace backstop::gateway
