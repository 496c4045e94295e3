#include "next_hop/hand_over.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "smtp/path_command.h"

namespace backstop::next_hop {

namespace {

/// The client of such a message is this host.
ClientIdentity ourselves() {
  const net::Endpoint here{.address = net::asio::ip::address_v4::loopback()};
  ClientIdentity client{.count = {}, .attributes = {}, .source = here, .destination = here};
  client.attributes.name = "localhost";
  client.attributes.address = here.address.to_string();
  client.attributes.source = "LOCAL";
  return client;
}

/// Returns the answer to the first recipient that is not taken, or to all.
net::Task<smtp::Reply> offer(Delivery& delivery, std::span<const mail::Address> recipients) {
  std::vector<smtp::RcptCommand> commands;
  for (const auto& one : recipients) commands.emplace_back().recipient = one;
  auto answers = co_await delivery.recipients(commands);
  const auto refused = std::ranges::find_if_not(answers, &smtp::Reply::is_positive);
  co_return std::move(refused == answers.end() ? answers.back() : *refused);
}

net::Task<Result<OfferAnswer>> ask(Session& session, std::span<const mail::Address> recipients,
                                   std::chrono::seconds limit) {
  OfferAnswer answer;
  session.needs_reset = true;
  std::string command;
  smtp::append_mail({}, session.extensions(), command);
  auto reply = co_await session.ask_one(command, limit);
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  answer.mail = std::move(*reply);
  if (!answer.mail.is_positive()) co_return answer;
  for (const auto& one : recipients) {
    command.clear();
    smtp::RcptCommand rcpt;
    rcpt.recipient = one;
    smtp::append_rcpt(rcpt, session.extensions(), command);
    reply = co_await session.ask_one(command, limit);
    if (!reply) co_return std::unexpected(std::move(reply.error()));
    answer.recipients = std::move(*reply);
    if (!answer.recipients.is_positive()) break;
  }
  co_return answer;
}

/// An answer without codes if there is none; the alarm of the pool knows why then.
net::Task<OfferAnswer> offer_alone(const NextHop& hop, std::span<const mail::Address> recipients,
                                   const Context& context, Pool& pool) {
  auto lease = co_await pool.lease(hop, ourselves(), context, Pool::Age::Fresh);
  if (!lease) co_return OfferAnswer{};
  auto answer = co_await ask(*lease->session, recipients, context.limits.next_hop_reply);
  if (!answer) {
    pool.alarm().failed(hop, Alarm::Step::Transaction, answer.error());
    co_return OfferAnswer{};
  }
  answer->lacking = lease->session->lacking;
  co_await pool.give_back(std::move(lease->session), context.limits);
  co_return std::move(*answer);
}

/// Whatever it answers to QUIT, it has been greeted.
net::Task<GreetAnswer> greet_alone(const NextHop& hop, const Context& context, Pool& pool) {
  const auto lease = co_await pool.lease(hop, ourselves(), context, Pool::Age::Fresh);
  if (!lease) co_return GreetAnswer{};
  (void)co_await lease->session->ask_one("QUIT\r\n", context.limits.next_hop_reply);
  co_return GreetAnswer{true, lease->session->lacking};
}

/// The worker of one message.
class Courier {
 public:
  /// Returns what the task answers: a value that can be made without one.
  template <typename Answer>
  Answer run(net::Task<Answer> task) {
    Answer answer;
    net::asio::co_spawn(loop_.context(), loop_.deadlines().run(), net::asio::detached);
    net::asio::co_spawn(loop_.context(), std::move(task),
                        [&](const std::exception_ptr& failed, Answer given) {
                          loop_.context().stop();
                          if (failed) std::rethrow_exception(failed);
                          answer = std::move(given);
                        });
    loop_.context().run();
    return answer;
  }
  HopAccess access() { return {.blocking = blocking_, .pool = pool_}; }
  /// What the next hop did wrong, as the log would say it; empty if it answered.
  const std::string& trouble() const { return trouble_; }

 private:
  std::string trouble_;
  net::Loop loop_{1};
  boost::asio::thread_pool blocking_{1};
  Directory directory_;
  Alarm alarm_{[this](os::LogLevel, std::string_view line) { trouble_ = line; }, Alarm::Tells::Troubles};
  Pool pool_{loop_, directory_, alarm_};
};

base::Error no_answer(const NextHop& hop, const std::string& trouble) {
  return {trouble.empty() ? "next hop " + hop.url + " gave no answer" : trouble};
}

}  // namespace

net::Task<smtp::Reply> hand_over(HandOver what, const Context& context, HopAccess access) {
  const auto delivery = make_delivery(what.hop, what.mail, context, access, ourselves(), nullptr);
  auto answer = co_await offer(*delivery, what.recipients);
  if (answer.is_positive()) answer = co_await delivery->begin(MessageForm::Plain);
  if (answer.code == 354) co_return co_await delivery->finish(what.message, {});
  co_await delivery->abandon();
  co_return answer;
}

base::Result<smtp::Reply> hand_over_and_wait(const HandOver& what, const Context& context) {
  Courier courier;
  smtp::Reply reply = courier.run(hand_over(what, context, courier.access()));
  if (reply.is_positive()) return reply;
  return std::unexpected(base::Error{courier.trouble().empty()
                                         ? "the next hop answered: " + base::printable(reply.text())
                                         : courier.trouble()});
}

base::Result<OfferAnswer> offer_and_wait(const NextHop& hop, std::span<const mail::Address> recipients,
                                         const Context& context) {
  Courier courier;
  OfferAnswer answer = courier.run(offer_alone(hop, recipients, context, courier.access().pool));
  if (courier.trouble().empty() && answer.mail.code != 0) return answer;
  return std::unexpected(no_answer(hop, courier.trouble()));
}

base::Result<GreetAnswer> greet_and_wait(const NextHop& hop, const Context& context) {
  Courier courier;
  const GreetAnswer answer = courier.run(greet_alone(hop, context, courier.access().pool));
  if (answer.is_greeted) return answer;
  return std::unexpected(no_answer(hop, courier.trouble()));
}

}  // namespace backstop::next_hop
