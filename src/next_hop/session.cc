#include "next_hop/session.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "net/proxy_header.h"

namespace backstop::next_hop {

namespace {

constexpr std::size_t kReadRoom = 1024;

// Servers trust the name in EHLO over the one in XCLIENT, and some accept only ASCII in it.
std::string name_after_xclient(const ClientIdentity& client, const Context& context) {
  const std::string name = client.attributes.helo.value_or("");
  const bool is_ascii = std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F; });
  return is_ascii && !name.empty() ? name : context.hostname;
}

std::string_view lacking_of(Identity identity, const smtp::Extensions& offered) {
  if (identity == Identity::Xclient && offered.xclient.empty()) return "XCLIENT";
  if (identity == Identity::Xforward && offered.xforward.empty()) return "XFORWARD";
  return {};
}

}  // namespace

Session::Session(std::unique_ptr<net::Stream> stream, const NextHop& hop)
    : stream_(std::move(stream)), hop_(hop) {}

Failed Session::fail(net::Failure failure) {
  std::string detail(net::explain(failure));
  if (failure == net::Failure::Tls && !stream_->why().empty()) detail = stream_->why();
  return fail(trouble_of(failure), std::move(detail));
}

Failed Session::fail(Trouble trouble, std::string detail) {
  is_broken_ = true;
  stream_->close();
  return {trouble, std::move(detail)};
}

std::optional<Result<void>> Session::send_now(std::string_view& first, std::string_view& second,
                                              std::chrono::seconds limit) {
  // It answers no command of ours, so every later reply would be taken for the answer to the wrong one.
  if (!input_.is_empty()) return std::unexpected(fail(Trouble::Nonsense, "it answered what was not asked"));
  stream_->expires_after(limit);
  const auto done = stream_->write_now(first, second);
  if (!done) return std::nullopt;
  if (!*done) return std::unexpected(fail(done->error()));
  return Result<void>{};
}

net::Task<Result<void>> Session::send(std::string_view first, std::string_view second,
                                      std::chrono::seconds limit) {
  if (auto done = send_now(first, second, limit)) co_return std::move(*done);
  const auto done = co_await stream_->write(first, second);
  if (!done) co_return std::unexpected(fail(done.error()));
  co_return Result<void>{};
}

net::Task<Result<smtp::Reply>> Session::read_reply(std::chrono::seconds limit) {
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

net::Task<Result<smtp::Reply>> Session::read_early_reply(std::chrono::seconds limit) {
  auto reply = co_await read_reply(limit);
  if (!reply) co_return reply;
  if (!reply->is_transient() && !reply->is_permanent())
    co_return std::unexpected(fail(Trouble::Nonsense, "it answered before it was asked: " + reply->text()));
  set_broken();
  co_return reply;
}

net::Task<Result<std::vector<smtp::Reply>>> Session::ask(std::string_view commands, std::size_t replies,
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

net::Task<Result<smtp::Reply>> Session::ask_one(std::string_view command, std::chrono::seconds limit) {
  std::string_view nothing;
  auto sent = send_now(command, nothing, limit);
  if (!sent) sent = co_await send(command, {}, limit);
  if (!*sent) co_return std::unexpected(std::move(sent->error()));
  co_return co_await read_reply(limit);
}

net::Task<Result<void>> Session::greet(const Context& context) {
  auto greeting = co_await read_reply(context.limits.next_hop_connect);
  if (!greeting) co_return std::unexpected(greeting.error());
  if (!greeting->is_positive()) co_return std::unexpected(fail(Trouble::Refuses, greeting->text()));
  co_return Result<void>{};
}

// Sends EHLO, or HELO if the server knows only that; LHLO for LMTP, which has nothing older to fall back to.
net::Task<Result<void>> Session::introduce(const std::string& name, const Context& context) {
  const bool is_lmtp = hop_.protocol == Protocol::Lmtp;
  const auto limit = context.limits.next_hop_reply;
  auto reply = co_await ask_one((is_lmtp ? "LHLO " : "EHLO ") + name + "\r\n", limit);
  if (!reply) co_return std::unexpected(reply.error());
  if (reply->is_positive()) {
    extensions_ = smtp::parse_extensions(*reply);
    co_return Result<void>{};
  }
  extensions_ = {};
  if (!is_lmtp && reply->is_permanent()) {
    reply = co_await ask_one("HELO " + name + "\r\n", limit);
    if (!reply) co_return std::unexpected(reply.error());
    if (reply->is_positive()) co_return Result<void>{};
  }
  co_return std::unexpected(fail(Trouble::Refuses, reply->text()));
}

net::Task<Result<void>> Session::encrypt(const Context& context) {
  // Bytes that came before the handshake could have been written by anybody on the way (CVE-2011-0411).
  if (!input_.is_empty()) {
    co_return std::unexpected(fail(Trouble::Nonsense, "it spoke before the TLS handshake"));
  }
  stream_->expires_after(context.limits.next_hop_connect);
  const auto& tls = hop_.tls == Tls::Verified ? context.tls_verified : context.tls;
  const auto done = co_await stream_->connect_tls(tls, hop_.target.host);
  if (!done) co_return std::unexpected(fail(done.error()));
  co_return Result<void>{};
}

net::Task<Result<void>> Session::start_tls(const Context& context) {
  if (hop_.tls == Tls::Never || hop_.implicit_tls) co_return Result<void>{};
  if (!extensions_.starttls) {
    if (hop_.tls == Tls::Offered) co_return Result<void>{};
    co_return std::unexpected(fail(Trouble::Tls, "it does not offer STARTTLS"));
  }
  auto reply = co_await ask_one("STARTTLS\r\n", context.limits.next_hop_reply);
  if (!reply) co_return std::unexpected(reply.error());
  if (!reply->is_positive()) {
    // It offered STARTTLS and then refused it. If TLS is not required, the session goes on in the clear.
    if (hop_.tls == Tls::Offered) co_return Result<void>{};
    co_return std::unexpected(fail(Trouble::Tls, reply->text()));
  }
  if (auto done = co_await encrypt(context); !done) co_return std::unexpected(done.error());
  co_return co_await introduce(context.hostname, context);
}

net::Task<Result<std::unique_ptr<Session>>> Session::open(const NextHop& hop, const ClientIdentity& client,
                                                          const Context& context, net::Loop& loop) {
  auto stream = co_await net::connect(hop.target, loop, context.limits.next_hop_connect);
  if (!stream) {
    const auto trouble = stream.error().is_of_name ? Trouble::NoName : Trouble::NoConnection;
    co_return std::unexpected(Failed{trouble, std::move(stream.error().message)});
  }
  auto session = std::make_unique<Session>(std::move(*stream), hop);
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
  session->lacking = lacking_of(hop.identity, session->extensions());
  co_return session;
}

net::Task<Result<void>> Session::announce(const ClientIdentity& client, const Context& context) {
  // No client yet: the next hop is only asked what it offers.
  if (client.attributes == smtp::ClientAttributes()) co_return Result<void>{};
  const auto commands =
      smtp::attribute_commands(smtp::AttributeCommand::Xclient, client.attributes, extensions_.xclient);
  if (extensions_.xclient.empty() || commands.empty()) co_return Result<void>{};
  for (const auto& command : commands) {
    auto reply = co_await ask_one(command, context.limits.next_hop_reply);
    if (!reply) co_return std::unexpected(reply.error());
    // The server begins anew: with its greeting, or with a refusal of this client.
    if (!reply->is_positive()) co_return std::unexpected(fail(Trouble::Refuses, reply->text()));
  }
  if (auto done = co_await introduce(name_after_xclient(client, context), context); !done) {
    co_return std::unexpected(done.error());
  }
  // Postfix decides by the address that XCLIENT has just told it who may send XCLIENT, so we may not be able
  // to name another client afterwards.
  if (extensions_.xclient.empty()) is_personal = true;
  co_return Result<void>{};
}

}  // namespace backstop::next_hop
