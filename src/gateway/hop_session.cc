#include "gateway/hop_session.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "net/proxy_header.h"

namespace backstop::gateway {

namespace {

constexpr std::size_t kReadRoom = 1024;

// Of the name in XCLIENT and the one in EHLO servers believe the latter. Not all take more than ASCII there.
std::string name_after_xclient(const ClientIdentity& client, const HopContext& context) {
  const std::string name = client.attributes.helo.value_or("");
  const bool is_ascii = std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F; });
  return is_ascii && !name.empty() ? name : context.hostname;
}

}  // namespace

HopSession::HopSession(std::unique_ptr<net::Stream> stream, const NextHop& hop)
    : stream_(std::move(stream)), hop_(hop) {}

NextHopTrouble HopSession::fail(net::Failure failure) {
  std::string detail(net::explain(failure));
  if (failure == net::Failure::Tls && !stream_->why().empty()) detail = stream_->why();
  return fail(trouble_of(failure), std::move(detail));
}

NextHopTrouble HopSession::fail(Trouble trouble, std::string detail) {
  is_broken_ = true;
  stream_->close();
  return {trouble, std::move(detail)};
}

std::optional<HopResult<void>> HopSession::send_now(std::string_view& first, std::string_view& second,
                                                    std::chrono::seconds limit) {
  // A reply to nothing: the next one would be taken for the answer to something else.
  if (!input_.is_empty()) return std::unexpected(fail(Trouble::Nonsense, "it answered what was not asked"));
  stream_->expires_after(limit);
  const auto done = stream_->write_now(first, second);
  if (!done) return std::nullopt;
  if (!*done) return std::unexpected(fail(done->error()));
  return HopResult<void>{};
}

net::Task<HopResult<void>> HopSession::send(std::string_view first, std::string_view second,
                                            std::chrono::seconds limit) {
  if (auto done = send_now(first, second, limit)) co_return std::move(*done);
  const auto done = co_await stream_->write(first, second);
  if (!done) co_return std::unexpected(fail(done.error()));
  co_return HopResult<void>{};
}

net::Task<HopResult<smtp::Reply>> HopSession::read_reply(std::chrono::seconds limit) {
  stream_->expires_after(limit);
  while (true) {
    if (!input_.is_empty()) {
      const auto taken = parser_.feed(input_.view());
      if (!taken) co_return std::unexpected(fail(Trouble::Nonsense, taken.error().message));
      input_.consume(*taken);
      if (parser_.is_complete()) co_return parser_.take();
    }
    const auto got = co_await stream_->read_some(input_.prepare(kReadRoom));
    if (!got) co_return std::unexpected(fail(got.error()));
    input_.commit(*got);
  }
}

net::Task<HopResult<smtp::Reply>> HopSession::read_early_reply(std::chrono::seconds limit) {
  auto reply = co_await read_reply(limit);
  if (!reply) co_return reply;
  if (!reply->is_transient() && !reply->is_permanent())
    co_return std::unexpected(fail(Trouble::Nonsense, "it answered before it was asked: " + reply->text()));
  set_broken();
  co_return reply;
}

net::Task<HopResult<std::vector<smtp::Reply>>> HopSession::ask(std::string_view commands, std::size_t replies,
                                                               std::chrono::seconds limit) {
  std::string_view nothing;
  auto sent = send_now(commands, nothing, limit);
  if (!sent) sent = co_await send(commands, {}, limit);
  if (!*sent) co_return std::unexpected(std::move(sent->error()));
  std::vector<smtp::Reply> answers;
  answers.reserve(replies);
  while (answers.size() < replies) {
    auto reply = co_await read_reply(limit);
    if (!reply) co_return std::unexpected(reply.error());
    answers.push_back(std::move(*reply));
  }
  co_return answers;
}

net::Task<HopResult<smtp::Reply>> HopSession::ask_one(std::string_view command, std::chrono::seconds limit) {
  std::string_view nothing;
  auto sent = send_now(command, nothing, limit);
  if (!sent) sent = co_await send(command, {}, limit);
  if (!*sent) co_return std::unexpected(std::move(sent->error()));
  co_return co_await read_reply(limit);
}

net::Task<HopResult<void>> HopSession::greet(const HopContext& context) {
  auto greeting = co_await read_reply(context.limits.next_hop_connect);
  if (!greeting) co_return std::unexpected(greeting.error());
  if (!greeting->is_positive()) co_return std::unexpected(fail(Trouble::Refuses, greeting->text()));
  co_return HopResult<void>{};
}

// EHLO, and HELO where the server knows only that; LHLO to LMTP, which has nothing older to fall back to.
net::Task<HopResult<void>> HopSession::introduce(const std::string& name, const HopContext& context) {
  const bool is_lmtp = hop_.protocol == NextHopProtocol::Lmtp;
  const auto limit = context.limits.next_hop_reply;
  auto reply = co_await ask_one((is_lmtp ? "LHLO " : "EHLO ") + name + "\r\n", limit);
  if (!reply) co_return std::unexpected(reply.error());
  if (reply->is_positive()) {
    extensions_ = smtp::parse_extensions(*reply);
    co_return HopResult<void>{};
  }
  extensions_ = {};
  if (!is_lmtp && reply->is_permanent()) {
    reply = co_await ask_one("HELO " + name + "\r\n", limit);
    if (!reply) co_return std::unexpected(reply.error());
    if (reply->is_positive()) co_return HopResult<void>{};
  }
  co_return std::unexpected(fail(Trouble::Refuses, reply->text()));
}

net::Task<HopResult<void>> HopSession::encrypt(const HopContext& context) {
  // What came before the handshake could have been written by anybody on the way (CVE-2011-0411).
  if (!input_.is_empty()) {
    co_return std::unexpected(fail(Trouble::Nonsense, "it spoke before the TLS handshake"));
  }
  stream_->expires_after(context.limits.next_hop_connect);
  const auto done = co_await stream_->connect_tls(context.tls, hop_.target.host);
  if (!done) co_return std::unexpected(fail(done.error()));
  co_return HopResult<void>{};
}

net::Task<HopResult<void>> HopSession::start_tls(const HopContext& context) {
  if (hop_.tls == NextHopTls::Never || hop_.implicit_tls) co_return HopResult<void>{};
  if (!extensions_.starttls) {
    if (hop_.tls == NextHopTls::Offered) co_return HopResult<void>{};
    co_return std::unexpected(fail(Trouble::Tls, "it does not offer STARTTLS"));
  }
  auto reply = co_await ask_one("STARTTLS\r\n", context.limits.next_hop_reply);
  if (!reply) co_return std::unexpected(reply.error());
  if (!reply->is_positive()) {
    // Offered and then refused: for whom TLS is no demand, the session goes on in the clear.
    if (hop_.tls == NextHopTls::Offered) co_return HopResult<void>{};
    co_return std::unexpected(fail(Trouble::Tls, reply->text()));
  }
  if (auto done = co_await encrypt(context); !done) co_return std::unexpected(done.error());
  co_return co_await introduce(context.hostname, context);
}

net::Task<HopResult<std::unique_ptr<HopSession>>> HopSession::open(const NextHop& hop,
                                                                   const ClientIdentity& client,
                                                                   HopContext context) {
  auto stream = co_await net::connect(hop.target, context.loop, context.limits.next_hop_connect);
  if (!stream) {
    const auto trouble = stream.error().is_of_name ? Trouble::NoName : Trouble::NoConnection;
    co_return std::unexpected(NextHopTrouble{trouble, std::move(stream.error().message)});
  }
  auto session = std::make_unique<HopSession>(std::move(*stream), hop);
  const auto limit = context.limits.next_hop_connect;
  if (hop.identity == Identity::Proxy) {
    session->is_personal = true;
    const std::string line = net::proxy_line(client.source, client.destination);
    if (auto done = co_await session->send(line, {}, limit); !done) co_return std::unexpected(done.error());
  }
  if (hop.implicit_tls) {
    if (auto done = co_await session->encrypt(context); !done) co_return std::unexpected(done.error());
  }
  if (auto done = co_await session->greet(context); !done) co_return std::unexpected(done.error());
  if (auto done = co_await session->introduce(context.hostname, context); !done)
    co_return std::unexpected(done.error());
  if (auto done = co_await session->start_tls(context); !done) co_return std::unexpected(done.error());
  co_return session;
}

net::Task<HopResult<void>> HopSession::announce(const ClientIdentity& client, const HopContext& context) {
  // Nobody yet: it is only asked what it offers.
  if (client.attributes == smtp::ClientAttributes()) co_return HopResult<void>{};
  const auto commands =
      smtp::attribute_commands(smtp::AttributeCommand::Xclient, client.attributes, extensions_.xclient);
  if (extensions_.xclient.empty() || commands.empty()) co_return HopResult<void>{};
  for (const auto& command : commands) {
    auto reply = co_await ask_one(command, context.limits.next_hop_reply);
    if (!reply) co_return std::unexpected(reply.error());
    // The server begins anew: with its greeting, or with why it will have nothing to do with this client.
    if (!reply->is_positive()) co_return std::unexpected(fail(Trouble::Refuses, reply->text()));
  }
  if (auto done = co_await introduce(name_after_xclient(client, context), context); !done) {
    co_return std::unexpected(done.error());
  }
  // Postfix decides who may send XCLIENT by the address that it has just been told: then there is no way back
  // from this client to another.
  if (extensions_.xclient.empty()) is_personal = true;
  co_return HopResult<void>{};
}

}  // namespace backstop::gateway
